// The objective `xgb`: trains gradient-boosted trees on a CSV table and scores them by cross-validation.
#include <fmt/format.h>

#include "plugins/objectives/xgb/cross_validation.h"
#include "plugins/objectives/xgb/parameters.h"
#include "plugins/objectives/xgb/problem.h"
#include "plugins/objectives/xgb/refit.h"
#include "plugins/objectives/xgb/trial_checkpoint.h"
#include "tuner/objective.h"

namespace tuner::xgb {
namespace {

namespace tp = tuner::plugin;

class Xgb {
 public:
  static tp::ObjectiveDescription describe() {
    return {.name = "xgb",
            .summary = "XGBoost on a CSV table: binary, multiclass or regression, scored by k-fold cross-validation",
            .options = problem_options(),
            .objectives = {{"loss", tp::Direction::minimize}}};
  }

  // Loads the data too, so that whatever is wrong with it stops the study before its first trial.
  static std::string space(const tp::Options& options) {
    load_problem(options);
    return std::string(search_space());
  }

  static std::vector<std::string> inputs(const tp::Options& options) { return {std::string(options.text("data"))}; }

  Xgb(const tp::Space& space, const tp::Options& options)
      : problem_(load_problem(options)), folds_(problem_.data, problem_.splits) {
    check_space(space);
    silence_xgboost();
  }

  tp::Result evaluate(const tp::Trial& trial) const {
    const Training training = training_of(trial, problem_.data, {trial.seed(), trial.threads()});
    TrialCheckpoint checkpoint(trial, owner_text(problem_, training));
    const Progress progress{[&](int folds_done, double mean_loss) { trial.report(folds_done, mean_loss); },
                            [&] { return trial.should_stop(); },
                            [&](const CrossValidationState& state) { checkpoint.save_if_due(state); }};

    const Score score = run(training, progress, checkpoint, trial);

    note_all(trial, score, checkpoint.seconds());
    checkpoint.remove();
    return problem_.judgement.metric->loss(score.value);
  }

  std::string refit(const tp::Refit& request) const {
    const Training training = training_of(request.configuration, problem_.data, {request.seed, request.threads});
    return request.on_all_data ? write_final_model(problem_, folds_, training, request.directory)
                               : score_on_holdout(problem_, folds_, training);
  }

 private:
  Score run(const Training& training, const Progress& progress, TrialCheckpoint& checkpoint,
            const tp::Trial& trial) const {
    try {
      return folds_.run(training, problem_.judgement, progress, checkpoint.load());
    } catch (const tp::Pruned&) {
      if (trial.stop_reason() == TUNER_STOP_PRUNE) checkpoint.remove();
      throw;
    }
  }

  void note_all(const tp::Trial& trial, const Score& score, double seconds) const {
    const std::string metric(problem_.judgement.metric->name);
    const std::size_t trees_per_round = problem_.data.task == Task::multiclass ? problem_.data.classes.size() : 1;
    trial.note(metric.c_str(), score.value);
    trial.note((metric + "_sd").c_str(), score.standard_deviation);
    trial.note("trees", score.rounds * static_cast<double>(trees_per_round));
    trial.note("model_bytes", score.model_bytes);
    trial.note("training_seconds", seconds);
  }

  Problem problem_;
  CrossValidation folds_;
};

}  // namespace
}  // namespace tuner::xgb

TUNER_OBJECTIVE(tuner::xgb::Xgb)
