// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/render_session.hpp"

#include <tbb/global_control.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>

#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/files/run_folder.hpp"
#include "eyelid/films/video_writer.hpp"
#include "eyelid/pipeline/startable_threads.hpp"
#include "eyelid/tables/trials_csv.hpp"
#include "eyelid/tables/truth_csv.hpp"

namespace eyelid::pipeline {
namespace {

struct RenderedFrame {
  std::int64_t index = 0;
  GrayImage image;
};

void write_truth(const synthesis::SessionRenderer& renderer, const std::filesystem::path& path) {
  tables::TruthCsvWriter file(path);
  for (std::int64_t i = 0; i < renderer.frame_count(); ++i) {
    const synthesis::FrameTruth truth = renderer.truth(i);
    file.write({truth.frame, truth.time_s, truth.fec, truth.eyes});
  }
  file.commit();
}

/// A recording of the user's may be called video.mkv too.
void check_earlier_rendering(const std::filesystem::path& folder) {
  std::error_code ignored;
  if (std::filesystem::exists(folder / "truth.csv", ignored)) return;
  for (const char* name : {"video.mkv", "trials.csv"}) {
    if (!std::filesystem::exists(folder / name, ignored)) continue;
    throw InputError((folder / name).string() +
                     ": is there without truth.csv, so it is not of an earlier rendering; expected "
                     "a folder without it");
  }
}

}  // namespace

void render_session(const synthesis::SessionOptions& options,
                    const std::filesystem::path& folder,
                    int wanted_threads,
                    const std::function<void(std::int64_t done, std::int64_t total)>& progress) {
  const int threads = startable_threads(wanted_threads);
  const synthesis::SessionRenderer renderer(options);
  files::RunFolder run(folder, {"video.mkv", "trials.csv", "truth.csv"});
  check_earlier_rendering(folder);

  films::VideoWriterOptions video;
  video.kind = films::VideoKind::kFastLosslessGray;
  video.width = options.width;
  video.height = options.height;
  video.frames_per_second = options.frames_per_second;
  video.threads = threads;
  films::VideoWriter writer(run.staged("video.mkv"), video);

  const std::int64_t total = renderer.frame_count();
  const auto in_flight = static_cast<std::size_t>(4 * threads);
  std::vector<RenderedFrame> ring(in_flight);
  std::int64_t next = 0;
  const auto number = [&](tbb::flow_control& control) -> RenderedFrame* {
    if (next == total) {
      control.stop();
      return nullptr;
    }
    // At most `in_flight` frames live at once and they leave in order, so the slot is free.
    RenderedFrame* frame = &ring[static_cast<std::size_t>(next) % in_flight];
    frame->index = next++;
    return frame;
  };
  const auto render = [&](RenderedFrame* frame) {
    renderer.render(frame->index, frame->image);
    return frame;
  };
  const auto write = [&](RenderedFrame* frame) {
    writer.write(frame->image.view());
    progress(frame->index + 1, total);
  };

  using Mode = tbb::filter_mode;
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(threads));
  tbb::task_arena arena(threads);
  arena.execute([&] {
    tbb::parallel_pipeline(
        in_flight,
        tbb::make_filter<void, RenderedFrame*>(Mode::serial_in_order, number) &
            tbb::make_filter<RenderedFrame*, RenderedFrame*>(Mode::parallel, render) &
            tbb::make_filter<RenderedFrame*, void>(Mode::serial_in_order, write));
  });

  write_truth(renderer, run.staged("truth.csv"));
  tables::write_trials_csv(run.staged("trials.csv"), renderer.trials());
  writer.finish();
  run.commit();
}

}  // namespace eyelid::pipeline
