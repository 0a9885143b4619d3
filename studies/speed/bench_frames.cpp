// SPDX-License-Identifier: MIT
#include "eyelid/video/frame_source.hpp"
#include "studies/speed/bench_session.hpp"

namespace eyelid::speed {

// In a file of its own: benchmarks/gpu, which measures only a GPU, links no video decoder.
std::vector<GrayImage> bench_frames(const BenchRequest& request) {
  if (request.input.empty()) return rendered_frames();
  std::vector<GrayImage> frames;
  const auto source = video::open_source({request.input});
  for (video::Frame frame; frames.size() < kBenchFrames && source->next(frame);) {
    frames.push_back(frame.image.copy());
  }
  return frames;
}

BenchSession::BenchSession(const BenchRequest& request)
    : BenchSession(request, bench_frames(request)) {}

}  // namespace eyelid::speed
