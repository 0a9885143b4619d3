// SPDX-License-Identifier: MIT
#include "eyelid/kernels/resize_gray/resize_gray.hpp"

namespace eyelid::kernels::scalar {

void weigh_rows(const std::uint8_t* source,
                std::ptrdiff_t stride,
                const std::int16_t* weights,
                std::ptrdiff_t row_count,
                std::ptrdiff_t width,
                std::int16_t* column) {
  for (std::ptrdiff_t x = 0; x < width; x++) {
    int sum = 64;
    for (std::ptrdiff_t k = 0; k < row_count; k++) sum += weights[k] * source[k * stride + x];
    column[x] = static_cast<std::int16_t>(sum >> 7);
  }
}

void weigh_columns(const std::int16_t* column,
                   const std::int32_t* first,
                   const std::int16_t* weights,
                   std::ptrdiff_t tap_count,
                   std::ptrdiff_t target_width,
                   std::uint8_t* target) {
  for (std::ptrdiff_t i = 0; i < target_width; i++) {
    int sum = 1 << 20;
    for (std::ptrdiff_t k = 0; k < tap_count; k++) {
      sum += weights[i * tap_count + k] * column[first[i] + k];
    }
    target[i] = static_cast<std::uint8_t>(sum >> 21);
  }
}

}  // namespace eyelid::kernels::scalar
