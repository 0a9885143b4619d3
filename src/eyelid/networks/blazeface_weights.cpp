// SPDX-License-Identifier: MIT
#include "eyelid/networks/blazeface_weights.hpp"

#include <charconv>
#include <cmath>

#include "eyelid/core/error.hpp"
#include "eyelid/files/sha256.hpp"
#include "eyelid/model_files/embedded_models.hpp"
#include "eyelid/model_files/model_file.hpp"
#include "eyelid/model_files/pytorch_file.hpp"
#include "eyelid/model_files/safetensors.hpp"
#include "eyelid/model_files/tflite_file.hpp"
#include "eyelid/networks/blazeface_import.hpp"

namespace eyelid::networks {
namespace {

constexpr const char* kBlazeFaceFormat = "eyelid blazeface front 1";

/// Shortest text that reads back as the same number.
std::string text_of(float value) {
  std::array<char, 32> text;
  const auto result = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), result.ptr};
}

float number_of(const model_files::SafetensorsFile& file, const std::string& key) {
  const std::string text = file.metadata_or_empty(key);
  float value = 0.0f;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size() ||
      !std::isfinite(value)) {
    throw InputError(file.source() + ": metadata " + key + " is \"" + text +
                     "\"; expected a number");
  }
  return value;
}

std::vector<float> copy_of(std::span<const float> values) { return {values.begin(), values.end()}; }

/// The stem may be stored for RGB: gray shows the same value in all three channels.
ConvolutionWeights load_stem(const model_files::SafetensorsFile& file, BlazeFaceWeights& weights) {
  const model_files::TensorView& stored = file.require("stem.weight", model_files::TensorType::F32);
  weights.stored_channels = stored.shape.size() == 4 && stored.shape[1] == 3 ? 3 : 1;
  const auto channels = static_cast<std::size_t>(weights.stored_channels);
  const auto values = file.values<float>("stem.weight", {24, channels, 5, 5});
  ConvolutionWeights stem{sum_over_channels(values, channels), {}};
  stem.bias = copy_of(file.values<float>("stem.bias", {24}));
  return stem;
}

/// The number of tensors read.
std::size_t load_int8_scales(const model_files::SafetensorsFile& file, BlazeFaceWeights& weights) {
  std::size_t count = 0;
  weights.int8.pictures = file.metadata_or_empty("int8_pictures");
  for_each_int8_scale(weights.int8, [&](const std::string& name, auto& steps, std::size_t size) {
    steps = copy_of(file.values<float>(name, {size}));
    count++;
    for (const float step : steps) {
      // Also false for NaN.
      if (!(step > 1e-20f && step < 1e20f)) {
        throw InputError(file.source() + ": tensor " + name + " holds " + text_of(step) +
                         "; expected steps above 0");
      }
    }
  });
  return count;
}

BlazeFaceWeights blazeface_from_safetensors(const model_files::SafetensorsFile& file) {
  BlazeFaceWeights weights;
  static_cast<ModelDescription&>(weights) = read_description(file, kBlazeFaceFormat);
  weights.input_scale = number_of(file, "input_scale");
  weights.input_offset = number_of(file, "input_offset");
  std::size_t tensor_count = 0;
  for_each_convolution(weights, [&](const std::string& name, auto& layer, const auto& shape) {
    tensor_count += 2;
    if (name == "stem") {
      layer = load_stem(file, weights);
      return;
    }
    layer.weights = copy_of(file.values<float>(name + ".weight", shape));
    layer.bias = copy_of(file.values<float>(name + ".bias", {shape[0]}));
  });
  if (file.find("int8.stem.output") != nullptr) tensor_count += load_int8_scales(file, weights);
  check_tensor_count(file, tensor_count);
  return weights;
}

void check_layers(const BlazeFaceWeights& weights, const std::string& source) {
  for_each_convolution(weights, [&](const std::string& name, const auto& layer, const auto&) {
    check_finite(layer.weights, source, name + ".weight");
    check_finite(layer.bias, source, name + ".bias");
  });
}

}  // namespace

BlazeFaceWeights load_blazeface(std::span<const std::byte> bytes, const std::string& source) {
  BlazeFaceWeights weights;
  if (model_files::is_tflite_file(bytes)) {
    weights = blazeface_from_tflite(model_files::read_tflite_convolutions(bytes, source), source);
  } else if (model_files::is_pytorch_file(bytes)) {
    weights = blazeface_from_pytorch(model_files::read_pytorch_tensors(bytes, source), source);
  } else if (model_files::is_safetensors_file(bytes)) {
    weights = blazeface_from_safetensors(model_files::SafetensorsFile::from_bytes(bytes, source));
  } else {
    throw InputError(source +
                     ": unknown model format; expected BlazeFace as safetensors, TFLite "
                     "or PyTorch");
  }
  check_layers(weights, source);
  weights.source = source;
  weights.sha256 = files::sha256_hex(bytes);
  return weights;
}

BlazeFaceWeights load_blazeface(const std::filesystem::path& path) {
  return load_blazeface(model_files::read_model_file(path), path.string());
}

BlazeFaceWeights embedded_blazeface() {
  const std::string name = "blazeface_gray.safetensors";
  return load_blazeface(model_files::embedded_model(name), "embedded " + name);
}

std::vector<std::byte> blazeface_to_safetensors(const BlazeFaceWeights& weights) {
  model_files::SafetensorsWriter writer;
  write_description(writer, kBlazeFaceFormat, weights);
  writer.set_metadata("input_scale", text_of(weights.input_scale));
  writer.set_metadata("input_offset", text_of(weights.input_offset));
  for_each_convolution(weights, [&](const std::string& name, const auto& layer, const auto& shape) {
    writer.add<float>(name + ".weight", shape, layer.weights);
    writer.add<float>(name + ".bias", {shape[0]}, layer.bias);
  });
  if (!weights.int8.is_empty()) {
    writer.set_metadata("int8_pictures", weights.int8.pictures);
    for_each_int8_scale(weights.int8, [&](const std::string& name, const auto& steps, std::size_t) {
      writer.add<float>(name, {steps.size()}, steps);
    });
  }
  return writer.to_bytes();
}

void convert_blazeface(const std::filesystem::path& source, const std::filesystem::path& target) {
  model_files::write_model_file(target, blazeface_to_safetensors(load_blazeface(source)));
}

DescriptionLines describe_blazeface(const BlazeFaceWeights& weights) {
  std::size_t parameters = 0;
  for_each_convolution(weights, [&](const std::string&, const auto& layer, const auto&) {
    parameters += layer.weights.size() + layer.bias.size();
  });
  return describe(
      "blazeface front, 128x128, 896 anchors, 6 keypoints",
      weights,
      {{"input", weights.stored_channels == 3 ? "RGB, summed to gray on loading" : "gray"},
       {"input normalization",
        "pixel * " + text_of(weights.input_scale) + " + " + text_of(weights.input_offset)},
       {"int8 scales",
        weights.int8.is_empty() ? std::string("none") : "from " + weights.int8.pictures}},
      parameters);
}

}  // namespace eyelid::networks
