// SPDX-License-Identifier: MIT
#include "eyelid/networks/point_network_weights.hpp"

#include "eyelid/files/sha256.hpp"
#include "eyelid/model_files/embedded_models.hpp"
#include "eyelid/model_files/safetensors.hpp"

namespace eyelid::networks {
namespace {

/// Calls visit(name, shape of the weights, layer) for every layer, in network order.
template <class Weights, class Visit>
void for_each_layer(Weights& weights, Visit visit) {
  for (std::size_t i = 0; i < weights.convolutions.size(); i++) {
    const PointConvolution& shape = weights.shape->convolutions[i];
    visit("conv" + std::to_string(i + 1),
          std::vector<std::size_t>{shape.outputs, shape.inputs, shape.window, shape.window},
          weights.convolutions[i]);
  }
  for (std::size_t i = 0; i < weights.denses.size(); i++) {
    const PointDense& shape = weights.shape->denses[i];
    visit("dense" + std::to_string(i + 1),
          std::vector<std::size_t>{shape.outputs, shape.inputs},
          weights.denses[i]);
  }
}

}  // namespace

PointNetworkWeights load_point_network(const PointNetworkShape& shape,
                                       std::span<const std::byte> bytes,
                                       const std::string& source) {
  const auto file = model_files::SafetensorsFile::from_bytes(bytes, source);
  PointNetworkWeights weights;
  static_cast<ModelDescription&>(weights) = read_description(file, shape.format);
  weights.sha256 = files::sha256_hex(bytes);
  weights.shape = &shape;
  weights.convolutions.resize(shape.convolutions.size());
  std::size_t tensors = 0;
  for_each_layer(
      weights,
      [&](const std::string& name, const std::vector<std::size_t>& extents, PointLayer& layer) {
        const auto take = [&](const std::string& tensor, const std::vector<std::size_t>& expected) {
          const std::span<const float> values = file.values<float>(tensor, expected);
          check_finite(values, source, tensor);
          return std::vector<float>(values.begin(), values.end());
        };
        layer.weights = take(name + ".weight", extents);
        layer.bias = take(name + ".bias", {extents[0]});
        tensors += 2;
      });
  check_tensor_count(file, tensors);
  return weights;
}

PointNetworkWeights embedded_point_network(const PointNetworkShape& shape) {
  return load_point_network(shape,
                            model_files::embedded_model(shape.embedded_file),
                            std::string("embedded ") + shape.embedded_file);
}

const PointNetworkShape* point_network_shape(std::span<const std::byte> bytes,
                                             const std::string& source) {
  if (!model_files::is_safetensors_file(bytes)) return nullptr;
  const std::string format =
      model_files::SafetensorsFile::from_bytes(bytes, source).metadata_or_empty("format");
  for (const PointNetworkShape* shape : {&kEyeFinder, &kLidFinder}) {
    if (format == shape->format) return shape;
  }
  return nullptr;
}

std::vector<std::byte> point_network_to_safetensors(const PointNetworkWeights& weights) {
  model_files::SafetensorsWriter writer;
  write_description(writer, weights.shape->format, weights);
  for_each_layer(
      weights,
      [&](const std::string& name, const std::vector<std::size_t>& shape, const PointLayer& layer) {
        writer.add(name + ".weight", shape, std::span<const float>(layer.weights));
        writer.add(name + ".bias", {shape[0]}, std::span<const float>(layer.bias));
      });
  return writer.to_bytes();
}

DescriptionLines describe_point_network(const PointNetworkWeights& weights) {
  std::size_t parameters = 0;
  for_each_layer(weights, [&](const std::string&, const auto&, const PointLayer& layer) {
    parameters += layer.weights.size() + layer.bias.size();
  });
  const std::string input = "gray, " + std::to_string(weights.shape->width) + "x" +
                            std::to_string(weights.shape->height) + ", of mean 0";
  return describe(weights.shape->purpose, weights, {{"input", input}}, parameters);
}

}  // namespace eyelid::networks
