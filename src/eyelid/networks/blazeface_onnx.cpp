// SPDX-License-Identifier: MIT
#include "eyelid/networks/blazeface_onnx.hpp"

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <utility>

#include "eyelid/model_files/model_file.hpp"

namespace eyelid::networks {
namespace {

/// One protocol-buffer message: fields in the order they are added.
class Message {
 public:
  Message& number(unsigned field, std::uint64_t value) {
    variable(field << 3u);
    variable(value);
    return *this;
  }
  Message& text(unsigned field, const std::string& value) {
    variable(field << 3u | 2u);
    variable(value.size());
    bytes_ += value;
    return *this;
  }
  Message& message(unsigned field, const Message& value) { return text(field, value.bytes_); }

  const std::string& bytes() const { return bytes_; }

 private:
  void variable(std::uint64_t value) {
    for (; value >= 128; value >>= 7u) bytes_ += static_cast<char>(value % 128 + 128);
    bytes_ += static_cast<char>(value);
  }
  std::string bytes_;
};

using Extents = std::vector<std::int64_t>;
constexpr std::uint64_t kFloat = 1, kInt64 = 7;       // TensorProto.DataType
constexpr std::uint64_t kInteger = 2, kIntegers = 7;  // AttributeProto.AttributeType
constexpr std::uint64_t kIrVersion = 8, kOperatorSet = 13;

template <class Number>
Message tensor(const std::string& name,
               const Extents& shape,
               std::span<const Number> values,
               std::uint64_t type) {
  static_assert(std::endian::native == std::endian::little);
  Message message;
  for (const std::int64_t size : shape) message.number(1, static_cast<std::uint64_t>(size));
  message.number(2, type).text(8, name);
  std::string raw(values.size_bytes(), '\0');
  std::memcpy(raw.data(), values.data(), raw.size());
  return message.text(9, raw);
}

/// `sizes`: of the dimensions after the batch.
Message value_info(const std::string& name, const std::vector<std::uint64_t>& sizes) {
  Message shape;
  shape.message(1, Message().text(2, "batch"));
  for (const std::uint64_t size : sizes) shape.message(1, Message().number(1, size));
  const Message type = Message().number(1, kFloat).message(2, shape);
  return Message().text(1, name).message(2, Message().message(1, type));
}

/// Builds the graph node by node; values are identified by name.
class Graph {
 public:
  explicit Graph(const BlazeFaceWeights& weights) {
    for_each_convolution(weights, [&](const std::string& name, const auto& layer, const auto& s) {
      constant<float>(name + ".weight", Extents(s.begin(), s.end()), layer.weights, kFloat);
      constant<float>(name + ".bias", {static_cast<std::int64_t>(s[0])}, layer.bias, kFloat);
    });
  }

  void scalar(const std::string& name, float value) {
    constant<float>(name, {}, std::span(&value, 1), kFloat);
  }
  void integers(const std::string& name, const Extents& values) {
    constant<std::int64_t>(name, {std::ssize(values)}, values, kInt64);
  }

  std::string node(const std::string& type,
                   const std::vector<std::string>& inputs,
                   const std::string& output,
                   const std::vector<Message>& attributes = {}) {
    Message node;
    for (const std::string& input : inputs) node.text(1, input);
    node.text(2, output).text(3, output).text(4, type);
    for (const Message& attribute : attributes) node.message(5, attribute);
    graph_.message(1, node);
    return output;
  }

  static Message attribute(const std::string& name, std::int64_t value) {
    return Message()
        .text(1, name)
        .number(3, static_cast<std::uint64_t>(value))
        .number(20, kInteger);
  }
  static Message attribute(const std::string& name, const Extents& values) {
    Message message = Message().text(1, name);
    for (const std::int64_t value : values) message.number(8, static_cast<std::uint64_t>(value));
    return message.number(20, kIntegers);
  }

  /// `pads`: above, left, below, right.
  std::string convolution(const std::string& layer,
                          const std::string& input,
                          std::int64_t size,
                          std::int64_t stride,
                          const Extents& pads,
                          std::int64_t groups = 1) {
    return node("Conv",
                {input, layer + ".weight", layer + ".bias"},
                layer,
                {attribute("group", groups),
                 attribute("kernel_shape", Extents{size, size}),
                 attribute("pads", pads),
                 attribute("strides", Extents{stride, stride})});
  }

  std::string block(std::size_t index, const std::string& input) {
    const BlazeFaceBlockShape& shape = kBlazeFaceBlocks[index];
    const std::string name = "block_" + std::to_string(index);
    const Extents pads = shape.stride == 1 ? Extents{1, 1, 1, 1} : Extents{0, 0, 1, 1};
    const std::string depthwise =
        convolution(name + ".depthwise", input, 3, shape.stride, pads, shape.inputs);
    const std::string pointwise = convolution(name + ".pointwise", depthwise, 1, 1, {0, 0, 0, 0});
    std::string shortcut = input;
    if (shape.stride == 2) {
      const Extents two = {2, 2};
      shortcut = node("MaxPool",
                      {shortcut},
                      name + ".pooled",
                      {attribute("kernel_shape", two), attribute("strides", two)});
    }
    if (shape.outputs > shape.inputs) {
      integers(name + ".pads", {0, 0, 0, 0, 0, shape.outputs - shape.inputs, 0, 0});
      shortcut = node("Pad", {shortcut, name + ".pads"}, name + ".widened");
    }
    return node("Relu", {node("Add", {pointwise, shortcut}, name + ".sum")}, name);
  }

  /// Rows of anchors from a head: cells row by row, slots within.
  std::string head(const std::string& layer, const std::string& input, const std::string& shape) {
    const std::string numbers = convolution(layer, input, 1, 1, {0, 0, 0, 0});
    const std::string last =
        node("Transpose", {numbers}, layer + ".last", {attribute("perm", Extents{0, 2, 3, 1})});
    return node("Reshape", {last, shape}, layer + ".rows");
  }

  Message finish(const std::vector<Message>& inputs, const std::vector<Message>& outputs) {
    graph_.text(2, "blazeface_front");
    for (const Message& constant : constants_) graph_.message(5, constant);
    for (const Message& input : inputs) graph_.message(11, input);
    for (const Message& output : outputs) graph_.message(12, output);
    return graph_;
  }

 private:
  template <class Number>
  void constant(const std::string& name,
                const Extents& shape,
                std::span<const Number> values,
                std::uint64_t type) {
    constants_.push_back(tensor<Number>(name, shape, values, type));
  }

  Message graph_;
  std::vector<Message> constants_;
};

Message network(const BlazeFaceWeights& weights) {
  Graph graph(weights);
  graph.scalar("input_scale", weights.input_scale);
  graph.scalar("input_offset", weights.input_offset);
  graph.integers("boxes_shape", {0, -1, kBlazeFaceBoxNumbers});
  graph.integers("logits_shape", {0, -1});
  std::string map = graph.node("Mul", {"image", "input_scale"}, "scaled");
  map = graph.node("Add", {map, "input_offset"}, "normalized");
  map = graph.convolution("stem", map, 5, 2, {1, 1, 2, 2});
  map = graph.node("Relu", {map}, "stem.relu");
  std::string map_16;
  for (std::size_t i = 0; i < kBlazeFaceBlocks.size(); i++) {
    if (kBlazeFaceBlocks[i].stride == 2) map_16 = map;  // the last one before 8x8 remains
    map = graph.block(i, map);
  }
  const std::vector<std::string> boxes = {graph.head("boxes_16", map_16, "boxes_shape"),
                                          graph.head("boxes_8", map, "boxes_shape")};
  const std::vector<std::string> logits = {graph.head("scores_16", map_16, "logits_shape"),
                                           graph.head("scores_8", map, "logits_shape")};
  graph.node("Concat", boxes, "boxes", {Graph::attribute("axis", 1)});
  graph.node("Concat", logits, "logits", {Graph::attribute("axis", 1)});
  return graph.finish({value_info("image", {1, kBlazeFaceInput_px, kBlazeFaceInput_px})},
                      {value_info("boxes", {kBlazeFaceAnchorCount, kBlazeFaceBoxNumbers}),
                       value_info("logits", {kBlazeFaceAnchorCount})});
}

}  // namespace

std::vector<std::byte> blazeface_to_onnx(const BlazeFaceWeights& weights) {
  Message model;
  model.number(1, kIrVersion).text(2, "eyelid").message(7, network(weights));
  model.message(8, Message().text(1, "").number(2, kOperatorSet));
  const std::pair<const char*, const std::string*> metadata[] = {
      {"name", &weights.name},
      {"version", &weights.version},
      {"training_data", &weights.training_data},
      {"licence", &weights.license}};
  for (const auto& [key, value] : metadata) {
    model.message(14, Message().text(1, key).text(2, *value));
  }
  const std::span<const std::byte> bytes = std::as_bytes(std::span(model.bytes()));
  return {bytes.begin(), bytes.end()};
}

void convert_blazeface_to_onnx(const std::filesystem::path& source,
                               const std::filesystem::path& target) {
  model_files::write_model_file(target, blazeface_to_onnx(load_blazeface(source)));
}

}  // namespace eyelid::networks
