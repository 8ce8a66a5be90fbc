#include <stdlib.h>

#include <fstream>

#include "tests/mpi_runner/commands/command_test.h"

namespace tuner {
namespace {

using ::testing::HasSubstr;

class Submit : public test::CommandTest {
 protected:
  Submit() : path_(getenv("PATH")) { std::ofstream(plugin()) << "does not load here"; }
  ~Submit() override { setenv("PATH", path_.c_str(), 1); }

  // As the only program in PATH.
  void have_sbatch(const std::string& lines) {
    const auto file = folder() / "sbatch";
    std::ofstream(file) << "#!/bin/sh\n" << lines;
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    setenv("PATH", folder().c_str(), 1);
  }

  std::vector<std::string> job(std::vector<std::string> options, const std::vector<std::string>& run = {}) {
    options.insert(options.end(), {"--", "--plugin", plugin(), "--study", study_file()});
    options.insert(options.end(), run.begin(), run.end());
    return options;
  }

  std::string plugin() const { return folder() / "some.so"; }

  static std::string text_of(const std::string& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  std::string path_;
};

TEST_F(Submit, WritesTheScriptBesideTheStudyAndSaysHowToWatch) {
  have_sbatch("[ $# = 2 ] && [ $1 = --parsable ] && [ -f \"$2\" ] && echo '12;cluster'");

  const std::string output = run("submit", job({"--nodes", "3", "--time", "1:00:00"}));

  EXPECT_THAT(output, HasSubstr("submitted job 12\n"));
  EXPECT_THAT(output, HasSubstr(study_file() + ".sbatch"));
  EXPECT_THAT(output, HasSubstr("tuner status " + study_file()));
  EXPECT_THAT(text_of(study_file() + ".sbatch"), HasSubstr("#SBATCH --nodes=3\n"));
}

TEST_F(Submit, NamesTheLogThatSlurmWrites) {
  have_sbatch("echo 12");

  EXPECT_THAT(run("submit", job({"--time", "5"})), HasSubstr("log     " + study_file() + ".slurm-12.log\n"));
  EXPECT_THAT(run("submit", job({"--time", "5", "--sbatch", "output=/x/50%%-%j-%x.txt"})),
              HasSubstr("log     /x/50%-12-%x.txt\n"));
}

TEST_F(Submit, ADryRunWritesNothing) {
  const std::string output = run("submit", job({"--time", "5", "--dry-run", "--sbatch", "constraint=a b"}));

  EXPECT_THAT(output, HasSubstr("#SBATCH --constraint='a b'\n"));
  EXPECT_THAT(output, HasSubstr("#SBATCH --signal=B:USR2@30\n"));
  EXPECT_THAT(output, HasSubstr("arguments=(--plugin " + plugin() + " --study " + study_file() + ")\n"));
  EXPECT_FALSE(std::filesystem::exists(study_file() + ".sbatch"));
}

TEST_F(Submit, WritesDownWhatTheEnvironmentGives) {
  setenv("TUNER_STUDY", study_file().c_str(), 1);
  setenv("TUNER_TRIALS", "7", 1);

  const std::string output = run("submit", {"--time", "5", "--dry-run", "--", "--plugin", plugin(), "--trials", "9"});
  unsetenv("TUNER_STUDY");
  unsetenv("TUNER_TRIALS");

  EXPECT_THAT(output, HasSubstr("arguments=(--plugin " + plugin() + " --trials 9 --study=" + study_file() + ")\n"));
}

TEST_F(Submit, ShowsWhatSlurmSaysToAJobThatItRefuses) {
  have_sbatch("echo 'sbatch: error: invalid partition' >&2; exit 1");

  EXPECT_THAT(refusal("submit", job({"--time", "5"})), HasSubstr("SLURM refused the job: sbatch: error: invalid part"));
}

TEST_F(Submit, SaysWhereJobsAreSubmittedWhenThereIsNoSlurm) {
  setenv("PATH", folder().c_str(), 1);

  EXPECT_THAT(refusal("submit", job({"--time", "5"})), HasSubstr("there is no sbatch in PATH"));
}

TEST_F(Submit, ChecksWhatTheRunWouldRefuse) {
  EXPECT_THAT(refusal("submit", job({"--time", "5"}, {"--trails", "9"})), HasSubstr("Did you mean '--trials'"));
  EXPECT_THAT(refusal("submit", {"--time", "5", "--", "--plugin", plugin()}), HasSubstr("Add --study FILE"));
  EXPECT_THAT(refusal("submit", {"--time", "5", "--", "--plugin", plugin(), "--study", "/no/folder/x.h5"}),
              HasSubstr("there is no folder /no/folder"));
  EXPECT_THAT(refusal("submit", {"--time", "5"}), HasSubstr("Put the options of the run after --"));
}

TEST_F(Submit, RefusesAFolderInPlaceOfAStudy) {
  std::filesystem::create_directory(study_file());

  EXPECT_THAT(refusal("submit", job({"--time", "5", "--dry-run"})), HasSubstr("is a folder (needs a file)"));
}

TEST_F(Submit, ChecksItsOwnOptions) {
  EXPECT_THAT(refusal("submit", job({"--time", "2h"})), HasSubstr("'2h' is no time limit"));
  for (const char* time : {"99999999999999999999", "40000-0", "1:100000000:0"})
    EXPECT_THAT(refusal("submit", job({"--time", time})), HasSubstr("more than SLURM holds"));
  for (const char* time : {"UNLIMITED", "infinite", "9999999", "24000-23:59:59"})
    EXPECT_THAT(run("submit", job({"--time", time, "--dry-run"})), HasSubstr(std::string("--time=") + time));
  EXPECT_THAT(refusal("submit", job({"--tim", "5"})), HasSubstr("Did you mean '--time'"));
  EXPECT_THAT(refusal("submit", job({"--time", "5", "--nodes", "0"})), HasSubstr("--nodes = 0 (needs at least 1)"));
  EXPECT_THAT(refusal("submit", job({"--time", "5", "--launcher", "mpiru"})), HasSubstr("Did you mean 'mpirun'"));
}

TEST_F(Submit, RefusesWhatIsNoLongOptionOfSbatch) {
  for (const char* option : {"-p=high", "C a100", "=a", "-C", "--", "Constraint=a100"})
    EXPECT_THAT(refusal("submit", job({"--time", "5", "--dry-run", std::string("--sbatch=") + option})),
                HasSubstr("needs NAME=VALUE"));
}

TEST_F(Submit, RefusesOptionsWithoutTheirValue) {
  EXPECT_THAT(refusal("submit", job({"--time", "5", "--dry-run", "--job-name", ""})),
              HasSubstr("--job-name has no value"));
  EXPECT_THAT(refusal("submit", job({"--time", "5", "--dry-run", "--sbatch", "constraint="})),
              HasSubstr("--sbatch constraint has no value"));
}

TEST_F(Submit, RefusesAnotherFolderInWhichNamesOfFilesWouldMeanOthers) {
  for (const char* option : {"chdir=/tmp", "--chdir=/tmp", "chd=/tmp"})
    EXPECT_THAT(refusal("submit", job({"--time", "5", "--dry-run", "--sbatch", option})),
                HasSubstr("Run tuner submit in that folder"));
}

TEST_F(Submit, RefusesWhatMakesSbatchSubmitNothing) {
  for (const char* option : {"test-only", "--test", "help", "usage", "version", "wrap=true", "wait"})
    EXPECT_THAT(refusal("submit", job({"--time", "5", "--sbatch", option})), HasSubstr("Leave it out"));
  EXPECT_THAT(run("submit", job({"--time", "5", "--dry-run", "--sbatch", "hold"})), HasSubstr("#SBATCH --hold\n"));
}

TEST_F(Submit, ExplainsWhereTheOptionsOfTheRunBelong) {
  EXPECT_THAT(refusal("submit", {"--time", "5", "--plugin=xgb"}),
              HasSubstr("--plugin is an option of the run: put these after --"));
}

}  // namespace
}  // namespace tuner
