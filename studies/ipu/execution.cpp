// SPDX-License-Identifier: MIT
#include "studies/ipu/execution.hpp"

#include <algorithm>

#include "eyelid/core/error.hpp"
#include "eyelid/core/half.hpp"
#include "studies/ipu/tile_convolution.hpp"

namespace eyelid::ipu {
namespace {

class Machine {
 public:
  Machine(const DeviceProgram& program, const Network& network)
      : program_(program), network_(network), batch_(program.options.batch) {}

  Execution run(std::span<const float> input) {
    execution_.tensors.resize(network_.tensors.size());
    for (std::size_t i = 0; i < network_.tensors.size(); i++) {
      execution_.tensors[i].resize(
          static_cast<std::size_t>(network_.tensors[i].elements() * batch_));
    }
    EYELID_EXPECTS(input.size() == execution_.tensors[0].size());
    std::ranges::transform(
        input, execution_.tensors[0].begin(), [&](float value) { return stored(value); });
    for (const MappedOperation& mapped : program_.operations) run(mapped);
    return std::move(execution_);
  }

 private:
  float stored(float value) const {
    return program_.options.precision == Precision::F16 ? rounded_to_half(value) : value;
  }
  std::vector<float>& tensor(int index) {
    return execution_.tensors[static_cast<std::size_t>(index)];
  }
  const TensorShape& shape(int index) const {
    return network_.tensors[static_cast<std::size_t>(index)];
  }

  void run(const MappedOperation& mapped) {
    const Operation& operation = network_.operations[static_cast<std::size_t>(mapped.operation)];
    std::vector<float>& output = tensor(operation.output);
    const TensorShape& out = shape(operation.output);
    const std::size_t plane = static_cast<std::size_t>(out.height * out.width);
    switch (operation.kind) {
      case OperationKind::Convolution:
        run_on_tiles(operation,
                     mapped.plan,
                     program_.options.precision,
                     batch_,
                     tensor(operation.input),
                     output,
                     execution_);
        for (std::size_t i = 0; i < output.size(); i++) {
          const std::size_t channel = i / plane % static_cast<std::size_t>(out.channels);
          output[i] = stored(output[i] + stored(operation.bias[channel]));
        }
        break;
      case OperationKind::MaxPool:
        run_pool(operation, output);
        break;
      case OperationKind::Add:
        run_add(operation, output);
        break;
    }
    if (!operation.relu) return;
    for (float& value : output) value = std::max(0.0f, value);
  }

  void run_pool(const Operation& operation, std::vector<float>& output) {
    const std::vector<float>& input = tensor(operation.input);
    const auto width = static_cast<std::size_t>(shape(operation.output).width);
    for (std::size_t i = 0; i < output.size(); i++) {
      const float* top = input.data() + i / width * 4 * width + i % width * 2;
      output[i] = std::max({top[0], top[1], top[2 * width], top[2 * width + 1]});
    }
  }

  void run_add(const Operation& operation, std::vector<float>& output) {
    const std::vector<float>& input = tensor(operation.input);
    const std::vector<float>& other = tensor(operation.other);
    const auto image = static_cast<std::size_t>(shape(operation.output).elements());
    const auto other_image = static_cast<std::size_t>(shape(operation.other).elements());
    for (std::size_t i = 0; i < output.size(); i++) {
      const std::size_t in_image = i % image;
      const float shortcut =
          in_image < other_image ? other[i / image * other_image + in_image] : 0.0f;
      output[i] = stored(input[i] + shortcut);
    }
  }

  const DeviceProgram& program_;
  const Network& network_;
  int batch_;
  Execution execution_;
};

}  // namespace

float rounded_to_half(float value) { return float_from_half(half_from_float(value)); }

Execution execute(const DeviceProgram& program,
                  const Network& network,
                  std::span<const float> input) {
  return Machine(program, network).run(input);
}

BlazeFaceResult blazeface_result(const Network& network, const Execution& execution, int image) {
  BlazeFaceResult result;
  // Planar maps -> anchors: cells row by row, the numbers of a cell together.
  const auto append = [&](int tensor, std::vector<float>& target) {
    const TensorShape& shape = network.tensors[static_cast<std::size_t>(tensor)];
    const int cells = shape.height * shape.width;
    const float* values = execution.tensors[static_cast<std::size_t>(tensor)].data() +
                          static_cast<std::ptrdiff_t>(image) * shape.channels * cells;
    for (int cell = 0; cell < cells; cell++) {
      for (int channel = 0; channel < shape.channels; channel++) {
        target.push_back(values[channel * cells + cell]);
      }
    }
  };
  append(network.outputs[0], result.logits);
  append(network.outputs[2], result.logits);
  append(network.outputs[1], result.box_numbers);
  append(network.outputs[3], result.box_numbers);
  return result;
}

}  // namespace eyelid::ipu
