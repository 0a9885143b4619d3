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
void gather(const AnyArray& array, std::size_t sample_bytes, std::vector<std::byte>& gathered) {
  const std::size_t samples = array.ndim() == 3 ? array.shape(2) : 1;
  gathered.resize(array.shape(0) * array.shape(1) * samples * sample_bytes);
  const auto* first = static_cast<const std::byte*>(array.data());
  const auto step = static_cast<std::int64_t>(sample_bytes);
  const std::int64_t sample_stride = array.ndim() == 3 ? array.stride(2) * step : 0;
  std::byte* target = gathered.data();
  for (std::size_t y = 0; y < array.shape(0); ++y) {
    for (std::size_t x = 0; x < array.shape(1); ++x) {
      const std::byte* pixel = first + static_cast<std::int64_t>(y) * array.stride(0) * step +
                               static_cast<std::int64_t>(x) * array.stride(1) * step;
      for (std::size_t c = 0; c < samples; ++c, target += sample_bytes) {
        std::memcpy(target, pixel + static_cast<std::int64_t>(c) * sample_stride, sample_bytes);
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
    gather(array, sample_bytes, gathered);
    picture.pixels = gathered.data();
    picture.stride = static_cast<std::ptrdiff_t>(array.shape(1) * samples * sample_bytes);
  }
  return picture;
}

}  // namespace eyelid::python
