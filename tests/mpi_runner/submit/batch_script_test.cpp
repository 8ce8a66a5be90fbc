#include "mpi_runner/submit/batch_script.h"

#include <gmock/gmock.h>

#include "core/error.h"

namespace tuner {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kSmallTemplate =
    "#!/bin/bash\n"
    "# Copy it.\n"
    "#SBATCH --nodes=4\n"
    "##SBATCH --partition=main\n"
    "#SBATCH --requeue\n"
    "\n"
    "study=study.h5\n"
    "arguments=(--plugin xgb)\n"
    "launcher=mpirun  # or srun\n"
    "# ---- Nothing below needs a change. ----\n"
    "study=untouched\n";

TEST(BatchScript, IsTheTemplateWhereNothingIsGiven) {
  EXPECT_EQ(batch_script({.sbatch = {}, .settings = {}, .arguments = {"--plugin", "xgb"}}, kSmallTemplate),
            kSmallTemplate);
}

TEST(BatchScript, HoldsOptionsSettingsAndArgumentsAsGiven) {
  const BatchJob job{.sbatch = {{"nodes", "2"}, {"partition", "long"}, {"exclusive", ""}, {"comment", "a b"}},
                     .settings = {{"study", "my study.h5"}},
                     .arguments = {"--set", "data=it's.csv"}};

  EXPECT_EQ(batch_script(job, kSmallTemplate),
            "#!/bin/bash\n"
            "# Copy it.\n"
            "#SBATCH --nodes=2\n"
            "#SBATCH --partition=long\n"
            "#SBATCH --requeue\n"
            "#SBATCH --comment='a b'\n"
            "#SBATCH --exclusive\n"
            "\n"
            "study='my study.h5'\n"
            "arguments=(--set 'data=it'\\''s.csv')\n"
            "launcher=mpirun  # or srun\n"
            "# ---- Nothing below needs a change. ----\n"
            "study=untouched\n");
}

TEST(BatchScript, HoldsNoOptionBesideItsOpposite) {
  const std::string script =
      batch_script({.sbatch = {{"no-requeue", ""}}, .settings = {}, .arguments = {}}, kSmallTemplate);

  EXPECT_THAT(script, HasSubstr("#SBATCH --no-requeue\n"));
  EXPECT_THAT(script, Not(HasSubstr("#SBATCH --requeue\n")));
}

TEST(BatchScript, RefusesAnOptionOfTwoLines) {
  EXPECT_THROW(batch_script({.sbatch = {{"comment", "a\n#SBATCH --uid=0"}}, .settings = {}, .arguments = {}}),
               UserError);
}

TEST(BatchScript, TheTemplateOfUsersHasTheLinesThatAreFilledIn) {
  const std::string script =
      batch_script({.sbatch = {{"gpus-per-node", "7"}},
                    .settings = {{"tuner", "T"}, {"study", "S"}, {"launcher", "L"}, {"max_restarts", "M"}},
                    .arguments = {"A"}});

  for (const char* line : {"\n#SBATCH --gpus-per-node=7\n", "\ntuner=T\n", "\nstudy=S\n", "\narguments=(A)\n",
                           "\nlauncher=L\n", "\nmax_restarts=M\n", "\n#SBATCH --requeue\n", "\n# ---- "})
    EXPECT_THAT(script, HasSubstr(line));
  EXPECT_THAT(script, Not(HasSubstr("##SBATCH --gpus-per-node")));
}

}  // namespace
}  // namespace tuner
