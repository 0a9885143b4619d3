// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace eyelid::download {

/// A file of a public model: where its makers offer it, and which bytes it has to be.
struct ManifestFile {
  std::string file;  // under the user's model folder: "mtcnn/pnet.pt"
  std::string address;
  std::uint64_t bytes = 0;
  std::string sha256;   // 64 lower-case hexadecimal digits
  std::string checked;  // how it is known that the address serves these bytes, or that it is not
};

struct ManifestModel {
  std::string name;  // "blazeface-short-range"
  std::string what;
  std::string license;
  std::string use;  // how this program takes it
  /// Kind for `model convert`, to be done after fetching: of the folder `name` to
  /// `name`.safetensors. Empty: none.
  std::string convert;
  std::vector<ManifestFile> files;
};

/// The list of models from its JSON text (models/public_models.json shows the keys).
///
/// Throws InputError, naming `source`, for anything unusable: names that leave the folder,
/// addresses that are neither https nor http on this machine, hashes that are none.
std::vector<ManifestModel> parse_manifest(std::string_view json, const std::string& source);
std::vector<ManifestModel> read_manifest(const std::filesystem::path& file);
/// The list this program was built with.
std::vector<ManifestModel> embedded_manifest();

}  // namespace eyelid::download
