// SPDX-License-Identifier: MIT
#include "eyelid/model_files/tflite_file.hpp"

#include <flatbuffers/flatbuffers.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "eyelid/core/error.hpp"
#include "eyelid/core/half.hpp"

namespace eyelid::model_files {
namespace {

constexpr const char* kIdentifier = "TFL3";
constexpr int kFloat32 = 0;
constexpr int kFloat16 = 1;
constexpr int kConv2d = 3;
constexpr int kDepthwiseConv2d = 4;
constexpr int kDequantize = 6;

// The tables of schema.fbs, reduced to the fields that are read. Field i of a table has the
// virtual-table offset 4 + 2 i.
using Ints = flatbuffers::Vector<std::int32_t>;
constexpr flatbuffers::voffset_t field(int index) {
  return static_cast<flatbuffers::voffset_t>(4 + 2 * index);
}

struct Buffer : private flatbuffers::Table {
  const flatbuffers::Vector<std::uint8_t>* data() const {
    return GetPointer<const flatbuffers::Vector<std::uint8_t>*>(field(0));
  }
  bool Verify(flatbuffers::Verifier& verifier) const {
    return VerifyTableStart(verifier) && VerifyOffset(verifier, field(0)) &&
           verifier.VerifyVector(data()) && verifier.EndTable();
  }
};

struct Tensor : private flatbuffers::Table {
  const Ints* shape() const { return GetPointer<const Ints*>(field(0)); }
  int type() const { return GetField<std::int8_t>(field(1), 0); }
  std::uint32_t buffer() const { return GetField<std::uint32_t>(field(2), 0); }
  const flatbuffers::String* name() const {
    return GetPointer<const flatbuffers::String*>(field(3));
  }
  bool Verify(flatbuffers::Verifier& verifier) const {
    return VerifyTableStart(verifier) && VerifyOffset(verifier, field(0)) &&
           verifier.VerifyVector(shape()) &&
           VerifyField<std::int8_t>(verifier, field(1), sizeof(std::int8_t)) &&
           VerifyField<std::uint32_t>(verifier, field(2), sizeof(std::uint32_t)) &&
           VerifyOffset(verifier, field(3)) && verifier.VerifyString(name()) && verifier.EndTable();
  }
};

struct Operator : private flatbuffers::Table {
  std::uint32_t code_index() const { return GetField<std::uint32_t>(field(0), 0); }
  const Ints* inputs() const { return GetPointer<const Ints*>(field(1)); }
  const Ints* outputs() const { return GetPointer<const Ints*>(field(2)); }
  bool Verify(flatbuffers::Verifier& verifier) const {
    return VerifyTableStart(verifier) &&
           VerifyField<std::uint32_t>(verifier, field(0), sizeof(std::uint32_t)) &&
           VerifyOffset(verifier, field(1)) && verifier.VerifyVector(inputs()) &&
           VerifyOffset(verifier, field(2)) && verifier.VerifyVector(outputs()) &&
           verifier.EndTable();
  }
};

struct OperatorCode : private flatbuffers::Table {
  /// The first 127 codes stood in a byte; newer files write both fields.
  int code() const {
    return std::max<int>(GetField<std::int8_t>(field(0), 0), GetField<std::int32_t>(field(3), 0));
  }
  bool Verify(flatbuffers::Verifier& verifier) const {
    return VerifyTableStart(verifier) &&
           VerifyField<std::int8_t>(verifier, field(0), sizeof(std::int8_t)) &&
           VerifyField<std::int32_t>(verifier, field(3), sizeof(std::int32_t)) &&
           verifier.EndTable();
  }
};

template <class T>
using Tables = flatbuffers::Vector<flatbuffers::Offset<T>>;

struct SubGraph : private flatbuffers::Table {
  const Tables<Tensor>* tensors() const { return GetPointer<const Tables<Tensor>*>(field(0)); }
  const Tables<Operator>* operators() const {
    return GetPointer<const Tables<Operator>*>(field(3));
  }
  bool Verify(flatbuffers::Verifier& verifier) const {
    return VerifyTableStart(verifier) && VerifyOffset(verifier, field(0)) &&
           verifier.VerifyVector(tensors()) && verifier.VerifyVectorOfTables(tensors()) &&
           VerifyOffset(verifier, field(3)) && verifier.VerifyVector(operators()) &&
           verifier.VerifyVectorOfTables(operators()) && verifier.EndTable();
  }
};

struct Model : private flatbuffers::Table {
  const Tables<OperatorCode>* codes() const {
    return GetPointer<const Tables<OperatorCode>*>(field(1));
  }
  const Tables<SubGraph>* subgraphs() const {
    return GetPointer<const Tables<SubGraph>*>(field(2));
  }
  const Tables<Buffer>* buffers() const { return GetPointer<const Tables<Buffer>*>(field(4)); }
  bool Verify(flatbuffers::Verifier& verifier) const {
    return VerifyTableStart(verifier) && VerifyOffset(verifier, field(1)) &&
           verifier.VerifyVector(codes()) && verifier.VerifyVectorOfTables(codes()) &&
           VerifyOffset(verifier, field(2)) && verifier.VerifyVector(subgraphs()) &&
           verifier.VerifyVectorOfTables(subgraphs()) && VerifyOffset(verifier, field(4)) &&
           verifier.VerifyVector(buffers()) && verifier.VerifyVectorOfTables(buffers()) &&
           verifier.EndTable();
  }
};

/// Reads constants out of one verified model.
class Graph {
 public:
  explicit Graph(const Model& model) : model_(model) {
    const bool is_complete = model.codes() != nullptr && model.buffers() != nullptr &&
                             model.subgraphs() != nullptr && model.subgraphs()->size() > 0;
    if (!is_complete) throw InputError("a TFLite file without a graph; expected one");
    graph_ = model.subgraphs()->Get(0);
    if (graph_->tensors() == nullptr || graph_->operators() == nullptr) {
      throw InputError("a TFLite graph without operations; expected some");
    }
    for (const Operator* operation : *graph_->operators()) {
      if (code_of(*operation) == kDequantize) {
        half_of_[index(operation->outputs(), 0)] = index(operation->inputs(), 0);
      }
    }
  }

  std::vector<TfliteConvolution> convolutions() const {
    std::vector<TfliteConvolution> list;
    for (const Operator* operation : *graph_->operators()) {
      const int code = code_of(*operation);
      if (code != kConv2d && code != kDepthwiseConv2d) continue;
      const Tensor& kernel = constant(index(operation->inputs(), 1));
      TfliteConvolution convolution;
      convolution.is_depthwise = code == kDepthwiseConv2d;
      if (kernel.name() != nullptr) convolution.name = kernel.name()->str().substr(0, 100);
      convolution.shape = shape_of(kernel);
      convolution.weights = values_of(kernel);
      convolution.bias = values_of(constant(index(operation->inputs(), 2)));
      list.push_back(std::move(convolution));
    }
    return list;
  }

 private:
  int code_of(const Operator& operation) const {
    if (operation.code_index() >= model_.codes()->size()) {
      throw InputError("an operation without code; expected a TFLite file");
    }
    return model_.codes()->Get(operation.code_index())->code();
  }

  std::uint32_t index(const Ints* list, std::uint32_t position) const {
    if (list == nullptr || position >= list->size() || list->Get(position) < 0 ||
        static_cast<std::uint32_t>(list->Get(position)) >= graph_->tensors()->size()) {
      throw InputError("an operation that names no tensor; expected a TFLite file");
    }
    return static_cast<std::uint32_t>(list->Get(position));
  }

  /// The stored tensor behind an operand: itself, or what is dequantized into it.
  const Tensor& constant(std::uint32_t tensor) const {
    const auto found = half_of_.find(tensor);
    return *graph_->tensors()->Get(found == half_of_.end() ? tensor : found->second);
  }

  static std::vector<std::size_t> shape_of(const Tensor& tensor) {
    std::vector<std::size_t> shape;
    for (flatbuffers::uoffset_t i = 0; tensor.shape() != nullptr && i < tensor.shape()->size();
         i++) {
      shape.push_back(static_cast<std::size_t>(std::max(0, tensor.shape()->Get(i))));
    }
    return shape;
  }

  std::vector<float> values_of(const Tensor& tensor) const {
    const bool is_half = tensor.type() == kFloat16;
    const std::size_t size = is_half ? 2 : 4;
    std::size_t count = 1;
    for (const std::size_t extent : shape_of(tensor)) {
      if (__builtin_mul_overflow(count, extent, &count)) count = 0;
    }
    const auto* data = tensor.buffer() < model_.buffers()->size()
                           ? model_.buffers()->Get(tensor.buffer())->data()
                           : nullptr;
    const std::size_t found = data == nullptr ? 0 : data->size();
    if ((!is_half && tensor.type() != kFloat32) || found / size != count || count == 0) {
      const std::string name = tensor.name() == nullptr ? "" : tensor.name()->str().substr(0, 100);
      throw InputError("tensor \"" + name + "\" of type " + std::to_string(tensor.type()) +
                       " with " + std::to_string(found) + " bytes; expected " +
                       std::to_string(count) + " float or half constants");
    }
    std::vector<float> values(count);
    if (!is_half) std::memcpy(values.data(), data->data(), count * size);
    for (std::size_t i = 0; is_half && i < count; i++) {
      std::uint16_t bits = 0;
      std::memcpy(&bits, data->data() + 2 * i, 2);
      values[i] = float_from_half(bits);
    }
    return values;
  }

  const Model& model_;
  const SubGraph* graph_ = nullptr;
  std::map<std::uint32_t, std::uint32_t> half_of_;  // dequantized tensor -> stored tensor
};

}  // namespace

bool is_tflite_file(std::span<const std::byte> bytes) {
  return bytes.size() >= 8 && std::memcmp(bytes.data() + 4, kIdentifier, 4) == 0;
}

std::vector<TfliteConvolution> read_tflite_convolutions(std::span<const std::byte> bytes,
                                                        const std::string& source) try {
  if (!is_tflite_file(bytes)) throw InputError("not a TFLite file; expected one");
  const auto* begin = reinterpret_cast<const std::uint8_t*>(bytes.data());
  flatbuffers::Verifier verifier(begin, bytes.size());
  if (!verifier.VerifyBuffer<Model>(kIdentifier)) {
    throw InputError("a damaged or truncated TFLite file; expected an intact one");
  }
  return Graph(*flatbuffers::GetRoot<Model>(begin)).convolutions();
} catch (const InputError& error) {
  throw InputError(source + ": " + error.what());
}

}  // namespace eyelid::model_files
