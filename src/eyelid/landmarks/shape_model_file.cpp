// SPDX-License-Identifier: MIT
#include "eyelid/landmarks/shape_model_file.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "eyelid/core/error.hpp"
#include "eyelid/core/half.hpp"
#include "eyelid/kernels/tree_ensemble/tree_ensemble.hpp"
#include "eyelid/landmarks/dlib_shape_predictor.hpp"
#include "eyelid/model_files/model_file.hpp"
#include "eyelid/model_files/safetensors.hpp"

namespace eyelid::landmarks {
namespace {

constexpr std::string_view kFormat = "eyelid shape model 1";

using model_files::SafetensorsFile;
using model_files::SafetensorsWriter;
using model_files::TensorType;
using Cascade = ShapeModelDescription::Cascade;

static_assert(sizeof(Point) == 2 * sizeof(float));

std::string tensor_name(std::size_t cascade, std::string_view part) {
  std::string name(cascade < 10 ? "0" : "");  // two digits: files list tensors by name
  name += std::to_string(cascade);
  name += '.';
  name += part;
  return name;
}

void add_leaves(SafetensorsWriter& writer,
                std::size_t index,
                std::vector<std::size_t> shape,
                const std::vector<float>& leaves,
                LeafType type) {
  const std::string name = tensor_name(index, "leaf");
  if (type == LeafType::F32) {
    writer.add<float>(name, std::move(shape), leaves);
  } else if (type == LeafType::F16) {
    std::vector<std::uint16_t> halves(leaves.size());
    std::transform(leaves.begin(), leaves.end(), halves.begin(), half_from_float);
    writer.add(name, TensorType::F16, std::move(shape), std::as_bytes(std::span(halves)));
  } else {
    const float scale = leaf_scale(leaves);
    std::vector<std::int16_t> steps(leaves.size());
    std::transform(leaves.begin(), leaves.end(), steps.begin(), [scale](float value) {
      return static_cast<std::int16_t>(std::lround(value / scale));
    });
    writer.add<std::int16_t>(name, std::move(shape), steps);
    writer.add<float>(tensor_name(index, "scale"), {1}, std::span(&scale, 1));
  }
}

void add_cascade(SafetensorsWriter& writer,
                 std::size_t index,
                 const ShapeModelDescription& model,
                 const Cascade& cascade) {
  std::vector<std::uint16_t> anchors;
  std::vector<float> offsets;
  for (const auto& feature : cascade.features) {
    anchors.push_back(feature.anchor);
    offsets.insert(offsets.end(), {feature.offset.x, feature.offset.y});
  }
  std::vector<std::uint16_t> features;
  std::vector<std::int16_t> thresholds;
  for (const auto& split : cascade.splits) {
    features.insert(features.end(), {split.feature_a, split.feature_b});
    thresholds.push_back(split.threshold);
  }
  const std::size_t trees = model.tree_count(cascade);
  const std::size_t leaves = std::size_t{1} << model.depth;
  writer.add<std::uint16_t>(tensor_name(index, "anchor"), {anchors.size()}, anchors);
  writer.add<float>(tensor_name(index, "offset"), {anchors.size(), 2}, offsets);
  writer.add<std::uint16_t>(tensor_name(index, "feature"), {trees, leaves - 1, 2}, features);
  writer.add<std::int16_t>(tensor_name(index, "threshold"), {trees, leaves - 1}, thresholds);
  add_leaves(
      writer, index, {trees, leaves, model.mean_shape.size(), 2}, cascade.leaves, model.leaf_type);
}

LeafType leaf_type_of(const SafetensorsFile& file) {
  const std::string name = file.metadata_or_empty("leaf_type");
  for (const LeafType type : {LeafType::F32, LeafType::F16, LeafType::I16}) {
    if (name == name_of(type)) return type;
  }
  throw InputError(file.source() + ": leaf type \"" + name + "\", expected f32, f16 or i16");
}

int depth_of(const SafetensorsFile& file) {
  const std::string text = file.metadata_or_empty("depth");
  int depth = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), depth);
  if (error != std::errc{} || end != text.data() + text.size() || depth < 1 ||
      depth > kernels::kMaxTreeDepth) {
    throw InputError(file.source() + ": tree depth \"" + text + "\", expected 1 to 8");
  }
  return depth;
}

std::vector<float> read_leaves(const SafetensorsFile& file,
                               std::size_t index,
                               const std::vector<std::size_t>& shape,
                               LeafType type) {
  const std::string name = tensor_name(index, "leaf");
  if (type == LeafType::F32) {
    const auto values = file.values<float>(name, shape);
    return {values.begin(), values.end()};
  }
  std::vector<float> result;
  if (type == LeafType::F16) {
    const auto halves = file.half_values(name, shape);
    result.resize(halves.size());
    std::transform(halves.begin(), halves.end(), result.begin(), float_from_half);
  } else {
    const auto steps = file.values<std::int16_t>(name, shape);
    const float scale = file.values<float>(tensor_name(index, "scale"), {1})[0];
    result.resize(steps.size());
    std::transform(steps.begin(), steps.end(), result.begin(), [scale](std::int16_t step) {
      return scale * static_cast<float>(step);
    });
  }
  return result;
}

Cascade read_cascade(const SafetensorsFile& file,
                     std::size_t index,
                     const ShapeModelDescription& model) {
  Cascade result;
  const auto anchors = file.values<std::uint16_t>(tensor_name(index, "anchor"));
  const auto offsets = file.values<float>(tensor_name(index, "offset"), {anchors.size(), 2});
  for (std::size_t i = 0; i < anchors.size(); ++i) {
    result.features.push_back({anchors[i], {offsets[2 * i], offsets[2 * i + 1]}});
  }
  const std::size_t leaves = std::size_t{1} << model.depth;
  const auto thresholds = file.values<std::int16_t>(tensor_name(index, "threshold"));
  const std::size_t trees = thresholds.size() / (leaves - 1);
  const auto features =
      file.values<std::uint16_t>(tensor_name(index, "feature"), {trees, leaves - 1, 2});
  if (2 * thresholds.size() != features.size()) {
    throw InputError(file.source() + ": " + std::to_string(thresholds.size()) +
                     " thresholds, expected " + std::to_string(features.size() / 2));
  }
  for (std::size_t i = 0; i < thresholds.size(); ++i) {
    result.splits.push_back({features[2 * i], features[2 * i + 1], thresholds[i]});
  }
  result.leaves =
      read_leaves(file, index, {trees, leaves, model.mean_shape.size(), 2}, model.leaf_type);
  return result;
}

ShapeModelDescription read_safetensors(std::span<const std::byte> bytes,
                                       const std::string& source) {
  const auto file = SafetensorsFile::from_bytes(bytes, source);
  const std::string format = file.metadata_or_empty("format");
  if (format != kFormat) {
    throw InputError(source + ": a safetensors file of format \"" + format + "\", expected \"" +
                     std::string(kFormat) + "\"");
  }
  ShapeModelDescription result;
  result.metadata = file.metadata();
  for (const char* key : {"format", "depth", "leaf_type"}) result.metadata.erase(key);
  result.depth = depth_of(file);
  result.leaf_type = leaf_type_of(file);
  const auto mean = file.values<float>("mean_shape");
  for (std::size_t i = 0; i + 1 < mean.size(); i += 2) {
    result.mean_shape.push_back({mean[i], mean[i + 1]});
  }
  (void)file.values<float>("mean_shape", {result.mean_shape.size(), 2});  // refuses other shapes
  for (std::size_t i = 0; file.find(tensor_name(i, "leaf")) != nullptr; ++i) {
    result.cascades.push_back(read_cascade(file, i, result));
  }
  result.check(source);
  return result;
}

}  // namespace

ShapeModelDescription load_shape_model(const std::filesystem::path& path) {
  return load_shape_model(model_files::read_model_file(path), path.string());
}

ShapeModelDescription load_shape_model(std::span<const std::byte> bytes,
                                       const std::string& source) {
  if (looks_like_dlib_shape_predictor(bytes)) return read_dlib_shape_predictor(bytes, source);
  return read_safetensors(bytes, source);
}

std::vector<std::byte> shape_model_bytes(const ShapeModelDescription& model) {
  model.check("shape model to save");
  SafetensorsWriter writer;
  for (const auto& [key, value] : model.metadata) writer.set_metadata(key, value);
  writer.set_metadata("format", std::string(kFormat));
  writer.set_metadata("depth", std::to_string(model.depth));
  writer.set_metadata("leaf_type", name_of(model.leaf_type));
  writer.add<float>("mean_shape",
                    {model.mean_shape.size(), 2},
                    std::span(&model.mean_shape.data()->x, 2 * model.mean_shape.size()));
  for (std::size_t i = 0; i < model.cascades.size(); ++i) {
    add_cascade(writer, i, model, model.cascades[i]);
  }
  return writer.to_bytes();
}

void save_shape_model(const std::filesystem::path& path, const ShapeModelDescription& model) {
  model_files::write_model_file(path, shape_model_bytes(model));
}

void convert_shape_model(const std::filesystem::path& source,
                         const std::filesystem::path& target,
                         std::optional<LeafType> leaf_type) {
  ShapeModelDescription model = load_shape_model(source);
  if (leaf_type) model.leaf_type = *leaf_type;
  save_shape_model(target, model);
}

std::vector<std::pair<std::string, std::string>> describe_shape_model(
    const ShapeModelDescription& model) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& [key, value] : model.metadata) rows.emplace_back(key, value);
  std::size_t trees = 0;
  std::size_t features = 0;
  std::size_t leaf_values = 0;
  for (const Cascade& cascade : model.cascades) {
    trees += model.tree_count(cascade);
    features += cascade.features.size();
    leaf_values += cascade.leaves.size();
  }
  rows.emplace_back("landmark points", std::to_string(model.mean_shape.size()));
  rows.emplace_back("cascades", std::to_string(model.cascades.size()));
  rows.emplace_back("trees", std::to_string(trees));
  rows.emplace_back("tree depth", std::to_string(model.depth));
  rows.emplace_back("pixel features", std::to_string(features));
  rows.emplace_back("leaf values", std::to_string(leaf_values) + " " + name_of(model.leaf_type));
  return rows;
}

std::string name_of(LeafType type) {
  switch (type) {
    case LeafType::F32:
      return "f32";
    case LeafType::F16:
      return "f16";
    case LeafType::I16:
      return "i16";
  }
  return {};
}

}  // namespace eyelid::landmarks
