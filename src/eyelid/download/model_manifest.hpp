// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace eyelid::download {

/// A file of a public model: where its authors publish it, and its expected content.
struct ManifestFile {
  std::string file;  // under the user's model folder: "mtcnn/pnet.pt"
  std::string address;
  std::uint64_t bytes = 0;
  std::string sha256;  // 64 lower-case hexadecimal digits
  std::string
      checked;  // how it was verified that the address serves these bytes, or that it was not
};

struct ManifestModel {
  std::string name;  // "blazeface-short-range"
  std::string what;
  std::string license;
  std::string use;  // how this program uses it
  /// Kind for `model convert`, run after fetching: the folder `name` becomes `name`.safetensors.
  /// Empty: none.
  std::string convert;
  std::vector<ManifestFile> files;
};

/// The list of models from its JSON text (models/public_models.json shows the keys).
///
/// Throws InputError, naming `source`, for anything unusable: names that leave the folder,
/// addresses that are neither https nor http on this machine, malformed hashes.
std::vector<ManifestModel> parse_manifest(std::string_view json, const std::string& source);
std::vector<ManifestModel> read_manifest(const std::filesystem::path& file);
/// The embedded list.
std::vector<ManifestModel> embedded_manifest();

}  // namespace eyelid::download
