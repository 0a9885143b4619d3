// SPDX-License-Identifier: MIT
#include "eyelid/networks/blazeface_import.hpp"

#include <map>

#include "eyelid/core/error.hpp"

namespace eyelid::networks {
namespace {

using Shape = std::vector<std::size_t>;

/// (rows, columns) -> (columns, rows)
std::vector<float> transposed(const std::vector<float>& values,
                              std::size_t rows,
                              std::size_t columns) {
  std::vector<float> result(values.size());
  for (std::size_t row = 0; row < rows; row++) {
    for (std::size_t column = 0; column < columns; column++) {
      result[column * rows + row] = values[row * columns + column];
    }
  }
  return result;
}

/// TensorFlow keeps channels last: (O, h, w, I), depthwise (1, h, w, C). Ours: (O, I, h, w).
Shape tflite_shape(const Shape& ours, bool is_depthwise) {
  return is_depthwise ? Shape{1, ours[2], ours[3], ours[0]}
                      : Shape{ours[0], ours[2], ours[3], ours[1]};
}

std::vector<float> channels_first(const model_files::TfliteConvolution& convolution) {
  const Shape& shape = convolution.shape;
  const std::size_t window = shape[1] * shape[2];
  if (convolution.is_depthwise) return transposed(convolution.weights, window, shape[3]);
  if (window == 1) return convolution.weights;
  std::vector<float> result;
  const std::size_t size = window * shape[3];
  for (std::size_t o = 0; o < shape[0]; o++) {
    const auto begin = convolution.weights.begin() + static_cast<std::ptrdiff_t>(o * size);
    const std::vector<float> one(begin, begin + static_cast<std::ptrdiff_t>(size));
    const std::vector<float> turned = transposed(one, window, shape[3]);
    result.insert(result.end(), turned.begin(), turned.end());
  }
  return result;
}

/// Names of hollance/BlazeFace-PyTorch for ours. Its classifier_8 works on the 16x16 map (stride
/// 8).
std::string pytorch_name(const std::string& ours) {
  if (ours == "stem") return "backbone1.0";
  if (ours == "scores_16") return "classifier_8";
  if (ours == "boxes_16") return "regressor_8";
  if (ours == "scores_8") return "classifier_16";
  if (ours == "boxes_8") return "regressor_16";
  const std::size_t dot = ours.find('.');
  const int block = std::stoi(ours.substr(6, dot - 6));
  const std::string convolution = ours.substr(dot + 1) == "depthwise" ? ".convs.0" : ".convs.1";
  return (block < 11 ? "backbone1." + std::to_string(block + 2)
                     : "backbone2." + std::to_string(block - 11)) +
         convolution;
}

}  // namespace

std::vector<float> sum_over_channels(std::span<const float> weights, std::size_t channels) {
  constexpr std::size_t kWindow = 25;
  std::vector<float> sums(weights.size() / channels);
  for (std::size_t i = 0; i < sums.size(); i++) {
    const std::size_t output = i / kWindow, position = i % kWindow;
    double sum = 0.0;
    for (std::size_t c = 0; c < channels; c++) {
      sum += static_cast<double>(weights[(output * channels + c) * kWindow + position]);
    }
    sums[i] = static_cast<float>(sum);
  }
  return sums;
}

BlazeFaceWeights blazeface_from_tflite(
    const std::vector<model_files::TfliteConvolution>& convolutions, const std::string& source) {
  // The graph lists both score heads before both box heads; ours alternate.
  constexpr std::size_t kHeads = 1 + 2 * kBlazeFaceBlockCount;
  constexpr std::size_t kCount = kHeads + 4;
  if (convolutions.size() != kCount) {
    throw InputError(source + ": " + std::to_string(convolutions.size()) +
                     " convolutions; expected the " + std::to_string(kCount) +
                     " of BlazeFace front (short range)");
  }
  constexpr std::array<std::size_t, 4> kHeadOrder = {0, 2, 1, 3};
  BlazeFaceWeights weights;
  std::size_t position = 0;
  for_each_convolution(weights, [&](const std::string& name, auto& layer, const Shape& shape) {
    const std::size_t index = position < kHeads ? position : kHeads + kHeadOrder[position - kHeads];
    position++;
    const model_files::TfliteConvolution& convolution = convolutions[index];
    const bool is_depthwise = name.ends_with(".depthwise");
    Shape expected = tflite_shape(shape, is_depthwise);
    if (name == "stem") expected[3] = 3;
    if (convolution.is_depthwise != is_depthwise || convolution.shape != expected ||
        convolution.bias.size() != shape[0]) {
      throw InputError(source + ": convolution \"" + convolution.name + "\" has shape " +
                       model_files::shape_text(convolution.shape) + "; expected " +
                       model_files::shape_text(expected) + " for " + name + " of BlazeFace front");
    }
    layer.weights = channels_first(convolution);
    if (name == "stem") {
      weights.color_stem = layer.weights;
      layer.weights = sum_over_channels(layer.weights, 3);
    }
    layer.bias = convolution.bias;
  });
  weights.stored_channels = 3;
  weights.format = "TFLite";
  weights.name = "MediaPipe BlazeFace short range";
  weights.license = "Apache-2.0";
  return weights;
}

BlazeFaceWeights blazeface_from_pytorch(const std::vector<model_files::NamedTensor>& tensors,
                                        const std::string& source) {
  std::map<std::string, const model_files::NamedTensor*> by_name;
  for (const model_files::NamedTensor& tensor : tensors) by_name[tensor.name] = &tensor;
  const auto take = [&](const std::string& name, const Shape& shape) {
    const auto found = by_name.find(name);
    if (found == by_name.end()) {
      throw InputError(source + ": no tensor \"" + name + "\"; expected a BlazeFace front model");
    }
    if (found->second->shape != shape) {
      throw InputError(source + ": tensor \"" + name + "\" has shape " +
                       model_files::shape_text(found->second->shape) + "; expected " +
                       model_files::shape_text(shape) + " of BlazeFace front");
    }
    return found->second->values;
  };
  BlazeFaceWeights weights;
  for_each_convolution(weights, [&](const std::string& name, auto& layer, Shape shape) {
    const std::string theirs = pytorch_name(name);
    if (name == "stem") shape[1] = 3;
    layer.weights = take(theirs + ".weight", shape);
    if (name == "stem") {
      weights.color_stem = layer.weights;
      layer.weights = sum_over_channels(layer.weights, 3);
    }
    layer.bias = take(theirs + ".bias", {shape[0]});
  });
  weights.stored_channels = 3;
  weights.format = "PyTorch";
  return weights;
}

}  // namespace eyelid::networks
