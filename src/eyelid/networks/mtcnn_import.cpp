// SPDX-License-Identifier: MIT
#include "eyelid/networks/mtcnn_import.hpp"

#include <map>

#include "eyelid/core/error.hpp"

namespace eyelid::networks {
namespace {

using Shape = std::vector<std::size_t>;
constexpr std::size_t kColors = 3;

/// The tensors of one file by name.
class Tensors {
 public:
  Tensors(const std::vector<model_files::NamedTensor>& tensors,
          std::string prefix,
          std::string source)
      : prefix_(std::move(prefix)), source_(std::move(source)) {
    for (const model_files::NamedTensor& tensor : tensors) by_name_[tensor.name] = &tensor;
  }

  const std::vector<float>& take(const std::string& name, const Shape& shape) const {
    const auto found = by_name_.find(prefix_ + name);
    if (found == by_name_.end()) {
      throw InputError(source_ + ": no tensor \"" + prefix_ + name + "\"; expected an MTCNN");
    }
    const model_files::NamedTensor& tensor = *found->second;
    if (tensor.shape != shape) {
      throw InputError(source_ + ": tensor \"" + tensor.name + "\" has shape " +
                       model_files::shape_text(tensor.shape) + "; expected " +
                       model_files::shape_text(shape) + " of MTCNN");
    }
    check_finite(tensor.values, source_, tensor.name);
    return tensor.values;
  }

 private:
  std::map<std::string, const model_files::NamedTensor*> by_name_;
  std::string prefix_;
  std::string source_;
};

/// In the numpy files of the paper's weights, PReLU names are capitalized in det1 only.
std::string numpy_slopes_name(std::string_view network, std::string_view slopes) {
  std::string name(slopes);
  if (network == "pnet") name = "PReLU" + name.substr(5);
  return name;
}

/// Weights as stored in the file, and the index of (output, input, y, x).
struct Foreign {
  const std::vector<float>* values = nullptr;
  std::size_t channels = 1;  // inputs in the file
  MtcnnLayerShape shape{};
  MtcnnEncoding encoding = MtcnnEncoding::PyTorch;

  float at(std::size_t o, std::size_t i, std::size_t y, std::size_t x) const {
    const std::size_t window = shape.window;
    if (shape.is_dense) {
      const std::size_t column = (x * window + y) * channels + i;
      const std::size_t columns = channels * window * window;
      return (*values)[encoding == MtcnnEncoding::PyTorch ? o * columns + column
                                                          : column * shape.outputs + o];
    }
    return (*values)[encoding == MtcnnEncoding::PyTorch
                         ? ((o * channels + i) * window + y) * window + x
                         : ((x * window + y) * channels + i) * shape.outputs + o];
  }
};

Shape foreign_shape(const MtcnnLayerShape& shape, std::size_t channels, MtcnnEncoding encoding) {
  const std::size_t window = shape.window;
  if (shape.is_dense) {
    const std::size_t columns = channels * window * window;
    return encoding == MtcnnEncoding::PyTorch ? Shape{shape.outputs, columns}
                                              : Shape{columns, shape.outputs};
  }
  return encoding == MtcnnEncoding::PyTorch ? Shape{shape.outputs, channels, window, window}
                                            : Shape{window, window, channels, shape.outputs};
}

/// Ours: (outputs, inputs, y, x). The colors of a first layer are summed, in double so that their
/// order does not matter: what the layer does to a gray picture shown in all of them.
std::vector<float> weights_of(const Foreign& foreign) {
  const MtcnnLayerShape& shape = foreign.shape;
  const std::size_t merged = foreign.channels / shape.inputs;
  std::vector<float> weights;
  weights.reserve(shape.outputs * shape.inputs * shape.window * shape.window);
  for (std::size_t o = 0; o < shape.outputs; o++) {
    for (std::size_t i = 0; i < shape.inputs; i++) {
      for (std::size_t y = 0; y < shape.window; y++) {
        for (std::size_t x = 0; x < shape.window; x++) {
          double sum = 0.0;
          for (std::size_t c = 0; c < merged; c++) {
            sum += static_cast<double>(foreign.at(o, i * merged + c, y, x));
          }
          weights.push_back(static_cast<float>(sum));
        }
      }
    }
  }
  return weights;
}

}  // namespace

void import_mtcnn_network(std::string_view network,
                          const std::vector<model_files::NamedTensor>& tensors,
                          MtcnnEncoding encoding,
                          const std::string& prefix,
                          const std::string& source,
                          MtcnnWeights& weights) {
  const Tensors file(tensors, prefix, source);
  const bool is_pytorch = encoding == MtcnnEncoding::PyTorch;
  for_each_mtcnn_layer(
      weights, [&](std::string_view owner, const MtcnnLayerShape& shape, MtcnnLayer& layer) {
        if (owner != network) return;
        const std::string name(is_pytorch ? shape.name : shape.numpy);
        const std::size_t channels = shape.inputs == 1 ? kColors : shape.inputs;
        const std::vector<float>& values = file.take(name + (is_pytorch ? ".weight" : "/weights"),
                                                     foreign_shape(shape, channels, encoding));
        layer.weights = weights_of({&values, channels, shape, encoding});
        layer.bias = file.take(name + (is_pytorch ? ".bias" : "/biases"), {shape.outputs});
        if (shape.slopes.empty()) return;
        layer.slopes = file.take(is_pytorch ? std::string(shape.slopes) + ".weight"
                                            : numpy_slopes_name(network, shape.slopes) + "/alpha",
                                 {shape.outputs});
      });
  weights.is_stored_as_color = true;
}

}  // namespace eyelid::networks
