// SPDX-License-Identifier: MIT
#include "eyelid/model_files/model_file.hpp"

#include <cstdint>
#include <fstream>
#include <string>
#include <system_error>

#include "eyelid/core/error.hpp"
#include "eyelid/files/atomic_file.hpp"

namespace eyelid::model_files {

std::vector<std::byte> read_model_file(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) {
    throw InputError(path.string() + ": no such file; expected a model file");
  }
  if (!std::filesystem::is_regular_file(status)) {
    throw InputError(path.string() + ": not a regular file; expected a model file");
  }
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) throw InputError(path.string() + ": cannot be read: " + error.message());
  if (size == 0 || size > kModelFileLimit) {
    throw InputError(path.string() + ": " + std::to_string(size) +
                     " bytes; expected a model file of 1 byte to 1 GiB");
  }
  std::vector<std::byte> bytes(static_cast<std::size_t>(size));
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!file || file.gcount() != static_cast<std::streamsize>(bytes.size())) {
    throw InputError(path.string() + ": cannot be read in full; expected " + std::to_string(size) +
                     " readable bytes");
  }
  return bytes;
}

void write_model_file(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  files::write_file(path, bytes);
}

}  // namespace eyelid::model_files
