#include "storage/digest.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <fstream>
#include <memory>

#include "core/error.h"
#include "storage/file.h"

namespace tuner {

namespace {

class Sha256 {
 public:
  Sha256() { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }

  void add(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }

  std::string hexadecimal() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_DigestFinal_ex(context_.get(), digest.data(), &size);
    std::string text;
    for (unsigned i = 0; i < size; ++i) text += fmt::format("{:02x}", digest[i]);
    return text;
  }

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_{EVP_MD_CTX_new()};
};

}  // namespace

std::string sha256_of_text(std::string_view text) {
  Sha256 digest;
  digest.add(text);
  return digest.hexadecimal();
}

std::string sha256_of_file(const std::filesystem::path& path) {
  std::error_code unreadable;
  const auto type = std::filesystem::status(path, unreadable).type();
  if (std::filesystem::exists(std::filesystem::file_status(type)) && type != std::filesystem::file_type::regular)
    throw UserError(fmt::format("{} is {}, where a file belongs whose digest can be kept. Give a regular file",
                                path.string(), name_of(type)));
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw UserError(fmt::format("{} cannot be read (no such file, or no right to). Check the path", path.string()));
  Sha256 digest;
  std::array<char, 1 << 16> block{};
  while (file.read(block.data(), block.size()) || file.gcount() > 0)
    digest.add({block.data(), static_cast<std::size_t>(file.gcount())});
  return digest.hexadecimal();
}

}  // namespace tuner
