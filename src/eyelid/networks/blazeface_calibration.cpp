// SPDX-License-Identifier: MIT
#include "eyelid/networks/blazeface_calibration.hpp"

#include <algorithm>
#include <cmath>

#include "eyelid/core/error.hpp"

namespace eyelid::networks {
namespace {

constexpr float kMiddleSteps = 127.0f;
constexpr float kOutputSteps = 255.0f;

std::vector<float> steps_of(const std::vector<float>& ranges, double headroom, float steps) {
  std::vector<float> result;
  result.reserve(ranges.size());
  for (const float largest : ranges) {
    result.push_back(static_cast<float>(headroom) * largest / steps);
  }
  const float widest = std::max(*std::ranges::max_element(result), 1e-6f);
  for (float& step : result) {
    if (step < 1e-4f * widest) step = widest;
  }
  return result;
}

}  // namespace

BlazeFaceCalibration::BlazeFaceCalibration(const BlazeFaceWeights& weights) : weights_(weights) {
  for (std::size_t i = 0; i < kBlazeFaceBlocks.size(); i++) {
    middle_[i].resize(static_cast<std::size_t>(kBlazeFaceBlocks[i].inputs));
    output_[i].resize(static_cast<std::size_t>(kBlazeFaceBlocks[i].outputs));
  }
}

void BlazeFaceCalibration::note(const Planes& planes, Ranges& ranges) {
  for (int c = 0; c < planes.channels; c++) {
    float& largest = ranges[static_cast<std::size_t>(c)];
    for (int i = 0; i < planes.width * planes.width; i++) {
      largest = std::max(largest, std::abs(planes.plane(c)[i]));
    }
  }
}

BlazeFaceCalibration::Planes BlazeFaceCalibration::stem(const FrameView& picture) const {
  constexpr int kWidth = kBlazeFaceInput_px / 2;
  Planes output{kBlazeFaceStemChannels, kWidth, {}};
  output.values.resize(std::size_t{kBlazeFaceStemChannels} * kWidth * kWidth);
  for (int c = 0; c < output.channels; c++) {
    const float* window = weights_.stem.weights.data() + 25 * c;
    for (int i = 0; i < kWidth * kWidth; i++) {
      float sum = weights_.stem.bias[static_cast<std::size_t>(c)];
      for (int k = 0; k < 25; k++) {
        const int y = 2 * (i / kWidth) + k / 5 - 1, x = 2 * (i % kWidth) + k % 5 - 1;
        if (y < 0 || y >= picture.height || x < 0 || x >= picture.width) continue;
        const auto pixel = static_cast<float>(picture.row(y)[x]);
        sum += (pixel * weights_.input_scale + weights_.input_offset) * window[k];
      }
      output.plane(c)[i] = std::max(sum, 0.0f);
    }
  }
  return output;
}

BlazeFaceCalibration::Planes BlazeFaceCalibration::depthwise(const ConvolutionWeights& weights,
                                                             int stride,
                                                             const Planes& input) {
  Planes output{input.channels, input.width / stride, {}};
  output.values.resize(static_cast<std::size_t>(output.channels * output.width * output.width));
  const int shift = stride == 1 ? 1 : 0;
  for (int c = 0; c < input.channels; c++) {
    for (int i = 0; i < output.width * output.width; i++) {
      float sum = weights.bias[static_cast<std::size_t>(c)];
      for (int k = 0; k < 9; k++) {
        const int y = stride * (i / output.width) + k / 3 - shift;
        const int x = stride * (i % output.width) + k % 3 - shift;
        if (y < 0 || y >= input.width || x < 0 || x >= input.width) continue;
        sum += input.plane(c)[y * input.width + x] *
               weights.weights[static_cast<std::size_t>(9 * c + k)];
      }
      output.plane(c)[i] = sum;
    }
  }
  return output;
}

BlazeFaceCalibration::Planes BlazeFaceCalibration::block_output(const ConvolutionWeights& weights,
                                                                int stride,
                                                                const Planes& input,
                                                                const Planes& middle) {
  Planes output{static_cast<int>(weights.bias.size()), middle.width, {}};
  const int pixels = middle.width * middle.width;
  output.values.resize(static_cast<std::size_t>(output.channels * pixels));
  for (int o = 0; o < output.channels; o++) {
    float* target = output.plane(o);
    for (int i = 0; i < pixels; i++) {
      float shortcut = 0.0f;
      if (o < input.channels && stride == 1) shortcut = input.plane(o)[i];
      if (o < input.channels && stride == 2) {
        const float* corner =
            input.plane(o) + 2 * (i / middle.width) * input.width + 2 * (i % middle.width);
        shortcut = std::max(std::max(corner[0], corner[1]),
                            std::max(corner[input.width], corner[input.width + 1]));
      }
      target[i] = weights.bias[static_cast<std::size_t>(o)] + shortcut;
    }
    for (int k = 0; k < middle.channels; k++) {
      const float weight = weights.weights[static_cast<std::size_t>(o * middle.channels + k)];
      const float* source = middle.plane(k);
      for (int i = 0; i < pixels; i++) target[i] += weight * source[i];
    }
    for (int i = 0; i < pixels; i++) target[i] = std::max(target[i], 0.0f);
  }
  return output;
}

void BlazeFaceCalibration::add(const FrameView& picture) {
  EYELID_EXPECTS(picture.width == kBlazeFaceInput_px && picture.height == kBlazeFaceInput_px);
  Planes map = stem(picture);
  note(map, stem_);
  for (std::size_t i = 0; i < kBlazeFaceBlocks.size(); i++) {
    const BlazeFaceWeights::Block& block = weights_.blocks[i];
    const int stride = kBlazeFaceBlocks[i].stride;
    const Planes middle = depthwise(block.depthwise, stride, map);
    note(middle, middle_[i]);
    map = block_output(block.pointwise, stride, map, middle);
    note(map, output_[i]);
  }
  pictures_++;
}

BlazeFaceInt8Scales BlazeFaceCalibration::scales(double headroom) const {
  EYELID_EXPECTS(pictures_ > 0 && headroom > 0.0);
  BlazeFaceInt8Scales scales;
  scales.stem = steps_of(stem_, headroom, kOutputSteps);
  for (std::size_t i = 0; i < kBlazeFaceBlocks.size(); i++) {
    scales.middle[i] = steps_of(middle_[i], headroom, kMiddleSteps);
    scales.output[i] = steps_of(output_[i], headroom, kOutputSteps);
  }
  return scales;
}

}  // namespace eyelid::networks
