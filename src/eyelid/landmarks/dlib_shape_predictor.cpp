// SPDX-License-Identifier: MIT
#include "eyelid/landmarks/dlib_shape_predictor.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/kernels/tree_ensemble/tree_ensemble.hpp"

namespace eyelid::landmarks {
namespace {

// The smallest number of bytes an integer and a float take.
constexpr std::size_t kIntegerBytes = 2;
constexpr std::size_t kFloatBytes = 4;

// dlib's portable encoding, read front to back.
class Reader {
 public:
  Reader(std::span<const std::byte> bytes, const std::string& source)
      : bytes_(bytes), source_(source) {}

  // Control byte (sign in bit 7, length in bits 0-3), then that many bytes, lowest first.
  std::int64_t integer() {
    const std::uint8_t control = byte();
    const int size = control & 0x0f;
    if (size < 1 || size > 8 || (control & 0x70) != 0) fail("no dlib integer");
    std::uint64_t magnitude = 0;
    for (int i = 0; i < size; ++i) magnitude |= std::uint64_t{byte()} << (8 * i);
    if (magnitude > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      fail("an integer beyond 63 bits");
    }
    const auto value = static_cast<std::int64_t>(magnitude);
    return (control & 0x80) != 0 ? -value : value;
  }

  // mantissa 2^exponent, with three exponents reserved for infinities and NaN.
  float number() {
    const std::int64_t mantissa = integer();
    const std::int64_t exponent = integer();
    if (exponent == 32000) return std::numeric_limits<float>::infinity();
    if (exponent == 32001) return -std::numeric_limits<float>::infinity();
    if (exponent == 32002) return std::numeric_limits<float>::quiet_NaN();
    if (exponent < -32768 || exponent > 32767) fail("an exponent beyond 16 bits");
    return std::ldexp(static_cast<float>(mantissa), static_cast<int>(exponent));
  }

  // A count of things that take at least `bytes_each`; `what` names them in the message.
  std::size_t count(std::size_t bytes_each, std::size_t low, std::size_t high, const char* what) {
    const std::int64_t value = integer();
    if (value < 0 || static_cast<std::uint64_t>(value) < low ||
        static_cast<std::uint64_t>(value) > high ||
        static_cast<std::uint64_t>(value) > (bytes_.size() - position_) / bytes_each) {
      fail(std::to_string(value) + " " + what);
    }
    return static_cast<std::size_t>(value);
  }

  // matrix<float, 0, 1>: rows and columns as negative numbers, then the values.
  std::size_t column_rows(std::size_t low, std::size_t high, const char* what) {
    const std::int64_t rows = integer();
    const std::int64_t columns = integer();
    const std::uint64_t size = rows < 0 ? static_cast<std::uint64_t>(-rows) : 0;
    if (columns != -1 || size < low || size > high ||
        size > (bytes_.size() - position_) / kFloatBytes) {
      fail(std::to_string(rows) + " x " + std::to_string(columns) + " " + what);
    }
    return static_cast<std::size_t>(size);
  }

  bool is_at_end() const { return position_ == bytes_.size(); }

  [[noreturn]] void fail(const std::string& found) const {
    throw InputError(source_ + ": " + found + " at byte " + std::to_string(position_) +
                     ", expected a dlib shape predictor of version 1");
  }

 private:
  std::uint8_t byte() {
    if (position_ == bytes_.size()) fail("the end of the file");
    return std::to_integer<std::uint8_t>(bytes_[position_++]);
  }

  std::span<const std::byte> bytes_;
  const std::string& source_;
  std::size_t position_ = 0;
};

// Pixel differences are whole numbers from -255 to 255: the floor of a threshold asks the same, and
// all beyond that range are alike. Nothing is greater than NaN.
std::int16_t integer_threshold(float threshold) {
  if (std::isnan(threshold)) return 255;
  return static_cast<std::int16_t>(std::floor(std::clamp(threshold, -256.0f, 255.0f)));
}

void read_tree(Reader& reader,
               ShapeModelDescription& model,
               std::vector<float>& leaves,
               std::vector<ShapeModelDescription::Split>& splits) {
  const std::size_t most = (std::size_t{1} << kernels::kMaxTreeDepth) - 1;
  const std::size_t nodes = reader.count(kIntegerBytes, 1, most, "splits in a tree");
  if (!std::has_single_bit(nodes + 1)) reader.fail(std::to_string(nodes) + " splits in a tree");
  const int depth = std::countr_zero(nodes + 1);
  if (model.depth == 0) model.depth = depth;
  if (model.depth != depth) reader.fail("trees of different depth");
  for (std::size_t i = 0; i < nodes; ++i) {
    const std::int64_t a = reader.integer();
    const std::int64_t b = reader.integer();
    const float threshold = reader.number();
    if (std::min(a, b) < 0 || std::max(a, b) >= kernels::kMaxTreeFeatures) {
      reader.fail("a split on features " + std::to_string(a) + " and " + std::to_string(b));
    }
    splits.push_back({static_cast<std::uint16_t>(a),
                      static_cast<std::uint16_t>(b),
                      integer_threshold(threshold)});
  }
  reader.count(kIntegerBytes, nodes + 1, nodes + 1, "leaves in a tree");
  const std::size_t values = 2 * model.mean_shape.size();
  for (std::size_t leaf = 0; leaf <= nodes; ++leaf) {
    reader.column_rows(values, values, "values in a leaf");
    for (std::size_t i = 0; i < values; ++i) leaves.push_back(reader.number());
  }
}

void read_mean_shape(Reader& reader, ShapeModelDescription& model) {
  const std::size_t rows = reader.column_rows(2, 2 * kMaxShapePoints, "numbers in the mean shape");
  if (rows % 2 != 0) reader.fail(std::to_string(rows) + " numbers in the mean shape");
  for (std::size_t i = 0; i < rows / 2; ++i) {
    const float x = reader.number();
    model.mean_shape.push_back({x, reader.number()});
  }
}

void read_features(Reader& reader, ShapeModelDescription& model) {
  const std::size_t cascades = model.cascades.size();
  reader.count(kIntegerBytes, cascades, cascades, "lists of anchors");
  for (auto& cascade : model.cascades) {
    const std::size_t features =
        reader.count(kIntegerBytes, 1, kernels::kMaxTreeFeatures, "features in a cascade");
    for (std::size_t i = 0; i < features; ++i) {
      const std::int64_t anchor = reader.integer();
      if (anchor < 0 || static_cast<std::uint64_t>(anchor) >= model.mean_shape.size()) {
        reader.fail("an anchor at point " + std::to_string(anchor));
      }
      cascade.features.push_back({static_cast<std::uint16_t>(anchor), {}});
    }
  }
  reader.count(kIntegerBytes, cascades, cascades, "lists of offsets");
  for (auto& cascade : model.cascades) {
    const std::size_t features = cascade.features.size();
    reader.count(kFloatBytes, features, features, "offsets in a cascade");
    for (auto& feature : cascade.features) {
      feature.offset.x = reader.number();
      feature.offset.y = reader.number();
    }
  }
}

}  // namespace

bool looks_like_dlib_shape_predictor(std::span<const std::byte> bytes) {
  // Version 1 as an integer of one byte, then the mean shape's row count: a negative integer. A
  // safetensors file starts with the length of its header in eight bytes, the last ones zero.
  return bytes.size() > 8 && bytes[0] == std::byte{1} && bytes[1] == std::byte{1} &&
         (bytes[2] & std::byte{0xf0}) == std::byte{0x80};
}

ShapeModelDescription read_dlib_shape_predictor(std::span<const std::byte> bytes,
                                                const std::string& source) {
  Reader reader(bytes, source);
  const std::int64_t version = reader.integer();
  if (version != 1) reader.fail("version " + std::to_string(version));
  ShapeModelDescription model;
  model.leaf_type = LeafType::F32;
  read_mean_shape(reader, model);
  model.cascades.resize(reader.count(kIntegerBytes, 1, 1000, "cascades"));
  for (auto& cascade : model.cascades) {
    const std::size_t trees = reader.count(kIntegerBytes, 1, kMaxTrees, "trees in a cascade");
    for (std::size_t i = 0; i < trees; ++i) {
      read_tree(reader, model, cascade.leaves, cascade.splits);
    }
  }
  read_features(reader, model);
  if (!reader.is_at_end()) reader.fail("further bytes");
  model.metadata = {{"source_format", "dlib shape predictor"},
                    {"points", std::to_string(model.mean_shape.size())}};
  model.check(source);
  return model;
}

}  // namespace eyelid::landmarks
