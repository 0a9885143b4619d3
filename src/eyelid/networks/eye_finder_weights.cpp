// SPDX-License-Identifier: MIT
#include "eyelid/networks/eye_finder_weights.hpp"

#include "eyelid/files/sha256.hpp"
#include "eyelid/model_files/embedded_models.hpp"
#include "eyelid/model_files/safetensors.hpp"

namespace eyelid::networks {
namespace {

constexpr const char* kEyeFinderFormat = "eyelid eye finder 1";

/// Calls visit(name, shape of the weights, layer) for every layer, in network order.
template <class Weights, class Visit>
void for_each_layer(Weights& weights, Visit visit) {
  for (std::size_t i = 0; i < kEyeFinderConvolutions.size(); i++) {
    const EyeFinderConvolution& shape = kEyeFinderConvolutions[i];
    visit(std::string(shape.name),
          std::vector<std::size_t>{shape.outputs, shape.inputs, shape.window, shape.window},
          weights.convolutions[i]);
  }
  for (std::size_t i = 0; i < kEyeFinderDenses.size(); i++) {
    const EyeFinderDense& shape = kEyeFinderDenses[i];
    visit(std::string(shape.name),
          std::vector<std::size_t>{shape.outputs, shape.inputs},
          weights.denses[i]);
  }
}

}  // namespace

EyeFinderWeights load_eye_finder(std::span<const std::byte> bytes, const std::string& source) {
  const auto file = model_files::SafetensorsFile::from_bytes(bytes, source);
  EyeFinderWeights weights;
  static_cast<ModelDescription&>(weights) = read_description(file, kEyeFinderFormat);
  weights.sha256 = files::sha256_hex(bytes);
  std::size_t tensors = 0;
  for_each_layer(
      weights,
      [&](const std::string& name, const std::vector<std::size_t>& shape, EyeFinderLayer& layer) {
        const auto take = [&](const std::string& tensor, const std::vector<std::size_t>& extents) {
          const std::span<const float> values = file.values<float>(tensor, extents);
          check_finite(values, source, tensor);
          return std::vector<float>(values.begin(), values.end());
        };
        layer.weights = take(name + ".weight", shape);
        layer.bias = take(name + ".bias", {shape[0]});
        tensors += 2;
      });
  check_tensor_count(file, tensors);
  return weights;
}

EyeFinderWeights embedded_eye_finder() {
  constexpr const char* kName = "eye_finder.safetensors";
  return load_eye_finder(model_files::embedded_model(kName), std::string("embedded ") + kName);
}

bool is_eye_finder(std::span<const std::byte> bytes, const std::string& source) {
  return model_files::is_safetensors_file(bytes) &&
         model_files::SafetensorsFile::from_bytes(bytes, source).metadata_or_empty("format") ==
             kEyeFinderFormat;
}

std::vector<std::byte> eye_finder_to_safetensors(const EyeFinderWeights& weights) {
  model_files::SafetensorsWriter writer;
  write_description(writer, kEyeFinderFormat, weights);
  for_each_layer(weights,
                 [&](const std::string& name,
                     const std::vector<std::size_t>& shape,
                     const EyeFinderLayer& layer) {
                   writer.add(name + ".weight", shape, std::span<const float>(layer.weights));
                   writer.add(name + ".bias", {shape[0]}, std::span<const float>(layer.bias));
                 });
  return writer.to_bytes();
}

DescriptionLines describe_eye_finder(const EyeFinderWeights& weights) {
  std::size_t parameters = 0;
  for_each_layer(weights, [&](const std::string&, const auto&, const EyeFinderLayer& layer) {
    parameters += layer.weights.size() + layer.bias.size();
  });
  return describe("eye finder: lid points of both eyes, whose corners a blink does not move",
                  weights,
                  {{"input", "gray, 96x56 around both eyes, of mean 0"}},
                  parameters);
}

}  // namespace eyelid::networks
