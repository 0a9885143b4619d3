// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "eyelid/landmarks/shape_model_description.hpp"

namespace eyelid::landmarks {

/// Reads a shape model: our safetensors or a dlib `.dat` shape predictor, told apart by content.
///
/// A dlib model gets leaf type F32 (its own arithmetic) and metadata format, points. `source` names
/// the bytes in messages. Errors: InputError for absent, truncated, foreign or inconsistent files;
/// memory stays within a small multiple of the file's size.
ShapeModelDescription load_shape_model(const std::filesystem::path& path);
ShapeModelDescription load_shape_model(std::span<const std::byte> bytes, const std::string& source);

/// Writes our safetensors: beside `path`, then renamed. Leaves are stored as leaf_type says, so an
/// F16 or I16 model comes back rounded. Layout in docs/file_formats.md:
///   metadata  format = "eyelid shape model 1", depth, leaf_type, and the description's own
///   mean_shape (points, 2) F32; for cascade k:  k.anchor (features) U16, k.offset (features, 2)
///   F32, k.feature (trees, nodes, 2) U16, k.threshold (trees, nodes) I16,
///   k.leaf (trees, leaves, points, 2) F32, F16 or I16, k.scale (1) F32 with I16 leaves.
void save_shape_model(const std::filesystem::path& path, const ShapeModelDescription& model);
std::vector<std::byte> shape_model_bytes(const ShapeModelDescription& model);

/// `eyelid model convert SOURCE --kind ert --to TARGET`: any readable model to our safetensors;
/// leaves as in the source, or as `leaf_type`.
void convert_shape_model(const std::filesystem::path& source,
                         const std::filesystem::path& target,
                         std::optional<LeafType> leaf_type = std::nullopt);

/// What `eyelid model inspect` prints: names and values in display order.
std::vector<std::pair<std::string, std::string>> describe_shape_model(
    const ShapeModelDescription& model);

std::string name_of(LeafType type);  // "f32", "f16", "i16"

}  // namespace eyelid::landmarks
