// SPDX-License-Identifier: MIT
#include "pictures.hpp"

#include <fmt/format.h>

#include <cstring>
#include <limits>

#include "eyelid/core/error.hpp"

namespace eyelid::python {
namespace {

std::string description(const AnyArray& array) {
  const auto type = array.dtype();
  using Code = nb::dlpack::dtype_code;
  const char* kind = type.code == static_cast<std::uint8_t>(Code::UInt)    ? "uint"
                     : type.code == static_cast<std::uint8_t>(Code::Int)   ? "int"
                     : type.code == static_cast<std::uint8_t>(Code::Float) ? "float"
                     : type.code == static_cast<std::uint8_t>(Code::Bool)  ? "bool"
                                                                           : "type of ";
  std::string shape;
  for (std::size_t i = 0; i < array.ndim(); ++i) {
    shape += fmt::format("{}{}", i > 0 ? " x " : "", array.shape(i));
  }
  return fmt::format("{}{} array of {}", kind, type.bits, shape.empty() ? "no dimension" : shape);
}

int side_of(std::size_t pixels) {
  constexpr std::size_t kLargest = std::numeric_limits<int>::max();
  return static_cast<int>(std::min(pixels, kLargest));
}

/// Sample by sample, for strides that no picture of ours has.
template <class Sample>
void gather(const AnyArray& array, std::vector<std::byte>& gathered) {
  constexpr auto kStep = static_cast<std::int64_t>(sizeof(Sample));
  const auto rows = static_cast<std::int64_t>(array.shape(0));
  const auto columns = static_cast<std::int64_t>(array.shape(1));
  const auto samples = array.ndim() == 3 ? static_cast<std::int64_t>(array.shape(2)) : 1;
  const std::int64_t row_stride = array.stride(0) * kStep;
  const std::int64_t column_stride = array.stride(1) * kStep;
  const std::int64_t sample_stride = array.ndim() == 3 ? array.stride(2) * kStep : 0;
  gathered.resize(static_cast<std::size_t>(rows * columns * samples * kStep));
  // Bytes: arrays may lie at odd addresses. The size of a copy is a constant, or each would be a
  // call.
  const auto* first = static_cast<const std::byte*>(array.data());
  std::byte* target = gathered.data();
  for (std::int64_t y = 0; y < rows; ++y) {
    for (std::int64_t x = 0; x < columns; ++x) {
      const std::byte* pixel = first + y * row_stride + x * column_stride;
      for (std::int64_t c = 0; c < samples; ++c, target += kStep) {
        std::memcpy(target, pixel + c * sample_stride, sizeof(Sample));
      }
    }
  }
}

bool are_samples_side_by_side(const AnyArray& array, std::size_t samples) {
  if (array.ndim() == 3 && array.shape(2) > 1 && array.stride(2) != 1) return false;
  return array.shape(1) == 1 || array.stride(1) == static_cast<std::int64_t>(samples);
}

}  // namespace

video::ArrayPicture picture_of(const AnyArray& array,
                               bool is_bgr,
                               const std::string& name,
                               std::vector<std::byte>& gathered) {
  const bool is_wide = array.dtype() == nb::dtype<std::uint16_t>();
  const std::size_t samples = array.ndim() == 3 ? array.shape(2) : 1;
  if ((array.ndim() != 2 && array.ndim() != 3) || (samples != 1 && samples != 3 && samples != 4) ||
      (!is_wide && array.dtype() != nb::dtype<std::uint8_t>())) {
    throw InputError(
        fmt::format("{}: {}, expected uint8 or uint16, rows x columns (gray) or rows x columns x 3 "
                    "or 4 (color)",
                    name,
                    description(array)));
  }
  using video::SampleOrder;
  video::ArrayPicture picture;
  picture.width = side_of(array.shape(1));
  picture.height = side_of(array.shape(0));
  picture.has_16_bits = is_wide;
  if (samples == 3) picture.order = is_bgr ? SampleOrder::Bgr : SampleOrder::Rgb;
  if (samples == 4) picture.order = is_bgr ? SampleOrder::Bgra : SampleOrder::Rgba;
  video::check_size(picture, name);
  const std::size_t sample_bytes = is_wide ? 2 : 1;
  if (are_samples_side_by_side(array, samples)) {
    picture.pixels = static_cast<const std::byte*>(array.data());
    picture.stride = array.stride(0) * static_cast<std::int64_t>(sample_bytes);
  } else {
    is_wide ? gather<std::uint16_t>(array, gathered) : gather<std::uint8_t>(array, gathered);
    picture.pixels = gathered.data();
    picture.stride = static_cast<std::ptrdiff_t>(array.shape(1) * samples * sample_bytes);
  }
  return picture;
}

}  // namespace eyelid::python
