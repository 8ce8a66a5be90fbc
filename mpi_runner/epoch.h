// What is recorded when a process begins and ends its epoch of a study, whoever hands the trials out.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/study.h"
#include "core/warm_start.h"

namespace tuner {

EpochStarted next_epoch(const Study& study, std::string facts);

// These configurations as the next trials of the study.
std::vector<TrialAdded> enqueued(const Study& study, const std::vector<std::vector<double>>& configurations);

// A result of an earlier study as the next trial of this one.
std::vector<Event> imported(const Study& study, const ImportedTrial& result);

// The first trial with this configuration; imported ones are another study's, and doubtful failures may be tried again.
std::optional<TrialId> trial_with(const Study& study, std::span<const double> configuration);

// Those that no such trial has, each once: what is asked for is not done twice.
std::vector<std::vector<double>> not_yet_known(std::vector<std::vector<double>> wanted, const Study& study);

// A running trial is given back, and waits to run again.
AttemptEnded preempted(const Study& study, TrialId trial, const std::string& why);
// All of them: they wait for the next epoch.
std::vector<AttemptEnded> preempted(const Study& study);

}  // namespace tuner
