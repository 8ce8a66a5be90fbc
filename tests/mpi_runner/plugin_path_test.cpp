#include "mpi_runner/plugin_path.h"

#include <gmock/gmock.h>
#include <stdlib.h>
#include <unistd.h>

#include <fstream>

#include "core/error.h"

namespace tuner {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class PluginPath : public ::testing::Test {
 protected:
  PluginPath() : root_(fs::temp_directory_path() / ("tuner-path-test-" + std::to_string(getpid()))) {
    put("first/alpha.so");
    put("second/alpha.so");
    put("second/beta.so");
    put("second/notes.txt");
    setenv("TUNER_PLUGIN_PATH", ((root_ / "first").string() + "::" + (root_ / "second").string()).c_str(), 1);
  }
  ~PluginPath() override {
    unsetenv("TUNER_PLUGIN_PATH");
    fs::remove_all(root_);
  }

  void put(const std::string& file) const {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << "x";
  }

  fs::path root_;
};

TEST_F(PluginPath, FindsByNameInTheOrderOfTheFolders) {
  EXPECT_EQ(find_plugin("alpha"), root_ / "first/alpha.so");
  EXPECT_EQ(find_plugin("beta"), root_ / "second/beta.so");
  EXPECT_EQ(find_plugin("beta.so"), root_ / "second/beta.so");
}

TEST_F(PluginPath, TakesANameWithASlashAsThePath) {
  EXPECT_EQ(find_plugin((root_ / "second/alpha.so").string()), fs::canonical(root_ / "second/alpha.so"));
  EXPECT_THROW(find_plugin("./alpha.so"), UserError);
}

TEST_F(PluginPath, SuggestsTheNearestName) {
  try {
    find_plugin("alpa");
    FAIL() << "it was found";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("there is no plugin 'alpa'"), HasSubstr("Did you mean 'alpha'?"),
                                    HasSubstr((root_ / "second").string())));
  }
}

TEST_F(PluginPath, ListsEachNameOnceAsItWouldBeFound) {
  std::vector<fs::path> alphas;
  for (const FoundPlugin& plugin : list_plugins())
    if (plugin.name == "alpha") alphas.push_back(plugin.path);

  EXPECT_THAT(alphas, ::testing::ElementsAre(root_ / "first/alpha.so"));
}

}  // namespace
}  // namespace tuner
