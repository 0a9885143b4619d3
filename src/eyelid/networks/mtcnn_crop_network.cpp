// SPDX-License-Identifier: MIT
#include <algorithm>

#include "eyelid/compute/aligned_buffer.hpp"
#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/kernels/convolution/convolution.hpp"
#include "eyelid/networks/mtcnn_networks.hpp"
#include "eyelid/networks/packed_mtcnn.hpp"

namespace eyelid::networks {

using compute::AlignedBuffer;
using kernels::kConvolutionGroup;

namespace {

/// The square maps of a stage.
struct StageShape {
  int input = 0, convolved = 0, output = 0;  // width = height

  StageShape(int input_size, const MtcnnStage& stage)
      : input(input_size), convolved(input_size - stage.convolution.window + 1) {
    output = stage.pool == 0 ? convolved : (convolved - stage.pool + 1) / 2 + 1;
  }
};

}  // namespace

/// The maps between the stages: two alternating buffers, and one for 8 channels before pooling.
struct CropNetwork::Workspace {
  Workspace(Kind kind,
            const std::vector<MtcnnStage>& the_stages,
            const kernels::ConvolutionKernels& k)
      : kernels(&k),
        stages(&the_stages),
        size(kind == Kind::Refinement ? kRefinementInput_px : kOutputInput_px),
        // The first maps of this many crops stay in the second-level cache.
        max_crops(kind == Kind::Refinement ? 16 : 8) {
    const std::ptrdiff_t crops = max_crops;
    std::ptrdiff_t largest = 0, largest_group = 0;
    int extent = size;
    for (const MtcnnStage& stage : *stages) {
      const StageShape shape(extent, stage);
      const std::ptrdiff_t channels = stage.convolution.outputs;
      const std::ptrdiff_t convolved =
          shape.input * whole_blocks(shape.input * crops) + kMapSlack;  // as rows or as a whole
      if (stage.pool > 0) largest_group = std::max(largest_group, kConvolutionGroup * convolved);
      largest = std::max(largest,
                         channels * (stage.pool > 0 ? plane_of(shape.output, crops) : convolved));
      extent = shape.output;
    }
    const auto buffer = [](std::ptrdiff_t count) {
      return AlignedBuffer<float>(static_cast<std::size_t>(count + kMapSlack));
    };
    input = buffer(plane_of(size, crops));
    maps[0] = buffer(largest);
    maps[1] = buffer(largest);
    before_pool = buffer(largest_group);
    results.resize(static_cast<std::size_t>(max_crops));
  }

  static std::ptrdiff_t plane_of(std::ptrdiff_t extent, std::ptrdiff_t crops) {
    return extent * extent * crops + kMapSlack;
  }

  kernels::ConvolutionInput run_stage(const MtcnnStage& stage,
                                      const StageShape& shape,
                                      const kernels::ConvolutionInput& source,
                                      float* target);

  const kernels::ConvolutionKernels* kernels;
  const std::vector<MtcnnStage>* stages;
  int size;
  int max_crops;
  AlignedBuffer<float> input, maps[2], before_pool;
  std::vector<Result> results;
};

/// Convolution and pooling; returns the map in `target`. Row by row or as a whole map, whichever
/// computes fewer unneeded positions.
kernels::ConvolutionInput CropNetwork::Workspace::run_stage(const MtcnnStage& stage,
                                                            const StageShape& shape,
                                                            const kernels::ConvolutionInput& source,
                                                            float* target) {
  const std::ptrdiff_t crops = source.step;
  const std::ptrdiff_t row = shape.convolved * crops;
  const std::ptrdiff_t whole = (shape.convolved - 1) * source.row + row;
  const bool by_rows = shape.convolved * whole_blocks(row) <= whole_blocks(whole);
  const int rows = by_rows ? shape.convolved : 1;
  const std::ptrdiff_t count = by_rows ? row : whole;
  const std::ptrdiff_t pitch = by_rows ? whole_blocks(row) : source.row;
  const std::ptrdiff_t plane = shape.convolved * pitch + kMapSlack;
  if (stage.pool == 0) {
    kernels->convolve(stage.convolution.view(), source, {target, plane, pitch}, rows, count);
    return {target, plane, pitch, crops};
  }
  const std::ptrdiff_t pooled_row = shape.output * crops;
  const std::ptrdiff_t pooled_plane = plane_of(shape.output, crops);
  const kernels::MaxPool pool{
      kConvolutionGroup, stage.pool, shape.convolved, shape.convolved, shape.output, shape.output};
  for (int begin = 0; begin < stage.convolution.outputs; begin += kConvolutionGroup) {
    kernels->convolve(
        stage.convolution.group(begin), source, {before_pool.data(), plane, pitch}, rows, count);
    kernels->pool_maximum(pool,
                          {before_pool.data(), plane, pitch, crops},
                          {target + begin * pooled_plane, pooled_plane, pooled_row});
  }
  return {target, pooled_plane, pooled_row, crops};
}

CropNetwork::CropNetwork(Kind kind, std::shared_ptr<const PackedMtcnn> weights)
    : CropNetwork(
          kind, std::move(weights), kernels::convolution_kernels().pick(compute::cpu_features())) {}

CropNetwork::CropNetwork(Kind kind,
                         std::shared_ptr<const PackedMtcnn> weights,
                         const kernels::ConvolutionKernels& kernels)
    : kind_(kind),
      weights_(std::move(weights)),
      workspace_(std::make_unique<Workspace>(
          kind, kind == Kind::Refinement ? weights_->rnet : weights_->onet, kernels)) {}

CropNetwork::~CropNetwork() = default;
CropNetwork::CropNetwork(CropNetwork&&) noexcept = default;
CropNetwork& CropNetwork::operator=(CropNetwork&&) noexcept = default;

int CropNetwork::input_px() const { return workspace_->size; }
int CropNetwork::max_crops() const { return workspace_->max_crops; }
float* CropNetwork::input() { return workspace_->input.data(); }

std::span<const CropNetwork::Result> CropNetwork::run(int crops) {
  Workspace& work = *workspace_;
  EYELID_EXPECTS(crops >= 1 && crops <= work.max_crops);
  kernels::ConvolutionInput map{work.input.data(), 0, work.size * crops, crops};
  int extent = work.size;
  std::size_t turn = 0;
  for (const MtcnnStage& stage : *work.stages) {
    const StageShape shape(extent, stage);
    map = work.run_stage(stage, shape, map, work.maps[turn].data());
    extent = shape.output;
    turn = 1 - turn;
  }
  for (int i = 0; i < crops; i++) {
    const auto number = [&](std::size_t o) {
      return map.data[static_cast<std::ptrdiff_t>(o) * map.plane + i];
    };
    Result& result = work.results[static_cast<std::size_t>(i)];
    result.logit = number(1) - number(0);
    for (std::size_t k = 0; k < 4; k++) result.correction[k] = number(2 + k);
    if (kind_ == Kind::Refinement) continue;
    for (std::size_t k = 0; k < 10; k++) result.points[k] = number(6 + k);
  }
  return std::span<const Result>(work.results).first(static_cast<std::size_t>(crops));
}

}  // namespace eyelid::networks
