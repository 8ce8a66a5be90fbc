#include <stdlib.h>

#include <fstream>

#include "tests/mpi_runner/commands/command_test.h"

namespace tuner {
namespace {

using ::testing::HasSubstr;

class Submit : public test::CommandTest {
 protected:
  Submit() : path_(getenv("PATH")) { std::ofstream(plugin()) << "not opened here"; }
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

TEST_F(Submit, ADryRunWritesNothing) {
  const std::string output = run("submit", job({"--time", "5", "--dry-run", "--sbatch", "constraint=a b"}));

  EXPECT_THAT(output, HasSubstr("#SBATCH --constraint='a b'\n"));
  EXPECT_THAT(output, HasSubstr("arguments=(--plugin " + plugin() + " --study " + study_file() + ")\n"));
  EXPECT_FALSE(std::filesystem::exists(study_file() + ".sbatch"));
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

TEST_F(Submit, ChecksItsOwnOptions) {
  EXPECT_THAT(refusal("submit", job({"--time", "2h"})), HasSubstr("'2h' is no time limit"));
  EXPECT_THAT(refusal("submit", job({"--tim", "5"})), HasSubstr("Did you mean '--time'"));
  EXPECT_THAT(refusal("submit", job({"--time", "5", "--nodes", "0"})), HasSubstr("--nodes = 0 (needs at least 1)"));
  EXPECT_THAT(refusal("submit", job({"--time", "5", "--launcher", "mpiru"})), HasSubstr("Did you mean 'mpirun'"));
}

}  // namespace
}  // namespace tuner
