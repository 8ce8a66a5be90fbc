// How the ranks of `tuner doctor` work together: rank 0 asks each for its clock and its report, and is not kept waiting
// for ever. Texts over Transport; a text's first letter says what it is.
#pragma once

#include <vector>

#include "mpi_runner/doctor/examine.h"
#include "mpi_runner/doctor/rank_report.h"
#include "mpi_runner/transport.h"

namespace tuner {

// On rank 0. The reports of those who answered, rank 0's first.
std::vector<RankReport> gather_reports(Transport& transport, const Examination& examination);

// On the other ranks, until rank 0 says that it is over, or has been silent for long.
void answer_questions(Transport& transport);

// So that the others end, however rank 0 does.
void say_it_is_over(Transport& transport);

}  // namespace tuner
