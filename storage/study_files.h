// The names of a study's files. Beside study.h5 stand its journals study.h5.journal.<n>, its owner study.h5.owner, and,
// while they are being written, temporary files study.h5.tmp.<token of the owner>.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tuner {

class StudyFiles {
 public:
  // A symbolic link is followed here, once, so that all files stand beside the study itself and a rename replaces the
  // study and not the link.
  explicit StudyFiles(const std::filesystem::path& study);

  const std::filesystem::path& study() const { return study_; }
  std::filesystem::path folder() const { return study_.parent_path(); }
  std::filesystem::path requests() const { return beside(".requests"); }  // a folder
  std::filesystem::path owner() const { return beside(".owner"); }
  std::filesystem::path journal(std::uint64_t number) const;
  std::filesystem::path temporary(std::string_view token) const;

  // Numbers of the journals that are there, ascending.
  std::vector<std::uint64_t> journals() const;
  std::vector<std::filesystem::path> temporaries() const;

 private:
  std::filesystem::path beside(std::string_view suffix) const;
  std::vector<std::string> suffixes_after(std::string_view middle) const;

  std::filesystem::path study_;
};

}  // namespace tuner
