// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <stdlib.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>

#include "eyelid/core/error.hpp"
#include "eyelid/films/jpeg.hpp"
#include "eyelid/films/video_writer.hpp"
#include "eyelid/pipeline/tracker.hpp"
#include "eyelid/video/frame_source.hpp"
#include "eyelid/video/picture.hpp"
#include "studies/speed/bench_columns.hpp"
#include "studies/speed/bench_cpu.hpp"
#include "studies/speed/bench_gpu.hpp"
#include "studies/speed/bench_tables.hpp"

namespace eyelid::speed {
namespace {

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

/// The session's frames as JPEG files and as a lossless video; deleted with the object.
class RecordedFrames {
 public:
  RecordedFrames(const std::vector<GrayImage>& frames, std::size_t video_frames) {
    std::string name = (std::filesystem::temp_directory_path() / "eyelid-bench-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
      throw InputError(name + ": cannot create folder; expected a writable temporary folder");
    }
    folder_ = name;
    for (std::size_t i = 0; i < frames.size(); ++i) {
      const auto bytes = films::gray_jpeg(frames[i], 95);
      pictures_.push_back(folder_ / fmt::format("{:04}.jpg", i));
      std::ofstream file(pictures_.back(), std::ios::binary);
      file.write(reinterpret_cast<const char*>(bytes.data()),
                 static_cast<std::streamsize>(bytes.size()));
    }
    films::VideoWriter writer(video(),
                              {.kind = films::VideoKind::kFastLosslessGray,
                               .width = frames[0].width(),
                               .height = frames[0].height(),
                               .frames_per_second = 500.0});
    for (std::size_t i = 0; i < video_frames; ++i) writer.write(frames[i % frames.size()]);
    writer.finish();
  }
  ~RecordedFrames() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  RecordedFrames(const RecordedFrames&) = delete;
  RecordedFrames& operator=(const RecordedFrames&) = delete;

  const std::vector<std::filesystem::path>& pictures() const { return pictures_; }
  std::filesystem::path video() const { return folder_ / "video.mkv"; }

 private:
  std::filesystem::path folder_;
  std::vector<std::filesystem::path> pictures_;
};

BenchRow row_of(const char* stage, std::int64_t images, double total_ms) {
  BenchRow row;
  row.stage = stage;
  row.precision = "-";
  row.images = images;
  row.run_time_s = total_ms * 1e-3;
  row.ms_per_image = total_ms / static_cast<double>(images);
  row.images_per_s = 1e3 / row.ms_per_image;
  return row;
}

/// JPEG files into memory and into pictures, one thread: "loading" and "decoding".
std::vector<BenchRow> measure_pictures(const RecordedFrames& recorded) {
  constexpr int kRounds = 4;  // the first warms the file cache
  double loading_ms = 0.0, decoding_ms = 0.0;
  std::int64_t images = 0;
  for (int round = 0; round < kRounds; ++round) {
    for (const std::filesystem::path& path : recorded.pictures()) {
      const Clock::time_point begin = Clock::now();
      std::ifstream file(path, std::ios::binary);
      const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
      const double loaded_ms = ms_since(begin);
      const GrayImage picture = video::decode_picture(
          {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, path.string());
      if (round == 0) continue;
      loading_ms += loaded_ms;
      decoding_ms += ms_since(begin) - loaded_ms;
      ++images;
    }
  }
  return {row_of("loading", images, loading_ms), row_of("decoding", images, decoding_ms)};
}

/// The video without overlap: decode a frame, then measure it.
BenchRow measure_video_in_turns(const std::filesystem::path& video, CpuBench& bench) {
  const BatchRunner runner = bench.batches(CpuStage::WholeFrame);
  const auto source = video::open_source({video}, {.read_ahead = 1, .decoder_threads = 1});
  std::int64_t images = 0;
  const Clock::time_point begin = Clock::now();
  for (video::Frame frame; source->next(frame); ++images) {
    runner.run(static_cast<std::size_t>(images), 1);  // the same pictures, held in memory
  }
  BenchRow row = row_of("video_without_overlap", images, ms_since(begin));
  row.precision = runner.row.precision;
  row.landmarks = runner.row.landmarks;
  return row;
}

/// The video through the real pipeline.
BenchRow measure_video_overlapped(const std::filesystem::path& video,
                                  const BenchRequest& request,
                                  int threads) {
  pipeline::SetupRequest setup_request = request.setup;
  setup_request.threads = threads;
  pipeline::Setup setup = pipeline::make_setup(setup_request);
  pipeline::Tracker tracker(std::move(setup.detector), setup.models, setup.tracker);
  const auto source = video::open_source({video});
  std::int64_t images = 0;
  const Clock::time_point begin = Clock::now();
  tracker.run(*source, [&](const FrameMeasurement&) { ++images; });
  BenchRow row = row_of("video_with_overlap", images, ms_since(begin));
  row.precision = name_of(precision_of(setup_request));
  row.landmarks = pipeline::number_of(request.setup.landmarks);
  row.threads = threads;
  return row;
}

void print_stages(const std::vector<BenchRow>& rows) {
  const std::vector<Column> columns = {stage(),
                                       count("threads", &BenchRow::threads),
                                       points(),
                                       figure("ms/image", &BenchRow::ms_per_image, 4),
                                       figure("p50", &BenchRow::ms_p50, 4),
                                       figure("p95", &BenchRow::ms_p95, 4),
                                       figure("p99", &BenchRow::ms_p99, 4),
                                       figure("images/s", &BenchRow::images_per_s, 0),
                                       share("peak", &BenchRow::fma_peak_fraction),
                                       share("memory", &BenchRow::memory_bandwidth_fraction),
                                       figure("images/s/W", &BenchRow::images_per_s_per_w, 1)};
  table_of(columns, rows).print();
  fmt::print("stages of a frame: time of one thread; frames already in memory\n");
}

}  // namespace

void bench_pipeline(const BenchRequest& request) {
  const pipeline::Setup setup = pipeline::make_setup(request.setup);
  if (setup.gpu) return bench_gpu_pipeline(request, setup, bench_frames(request));
  const BenchSession session(request);
  session.print_head(setup);
  constexpr std::size_t kVideoFrames = 500;
  std::optional<RecordedFrames> recorded;
  std::vector<BenchRow> rows;
  double files_ms = 0.0;
  if (!request.is_memory_only) {
    recorded.emplace(session.frames(), kVideoFrames);
    rows = measure_pictures(*recorded);
    files_ms = rows[0].ms_per_image + rows[1].ms_per_image;
  }
  for (const int threads : request.threads) {
    CpuBench bench(session, setup, precision_of(request.setup), threads);
    const BenchRow detector = bench.measure_streams(CpuStage::Detector, request.images);
    const BenchRow landmarks = bench.measure_streams(CpuStage::Landmarks, request.images);
    const BenchRow whole = bench.measure_streams(CpuStage::WholeFrame, request.images);
    const std::vector<BenchRow> parts = bench.parts();
    rows.insert(rows.end(), parts.begin(), parts.end());
    double sum_ms = files_ms;
    for (const BenchRow& part : parts) sum_ms += part.ms_per_image;
    BenchRow sum = row_of("sum_without_overlap", 1, sum_ms);
    sum.precision = whole.precision;
    sum.landmarks = whole.landmarks;
    sum.images = whole.images;
    sum.run_time_s = kAbsent;
    rows.insert(rows.end(), {detector, landmarks, whole});
    if (!recorded) continue;
    rows.push_back(sum);
    rows.push_back(measure_video_in_turns(recorded->video(), bench));
    rows.push_back(measure_video_overlapped(recorded->video(), request, threads));
  }
  print_stages(rows);
  if (recorded) {
    fmt::print(
        "loading, decoding: JPEG files of the same frames, one thread; sum: one image at a time, "
        "one stage\nafter the other; video: lossless FFVHUFF, decoded and measured in turn, or by "
        "the pipeline of `track`,\nwhere both overlap\n");
  }
  print_study_pipeline(pipeline::number_of(request.setup.landmarks));
  print_study_source();
  write_bench(request.outputs, bench_json("bench pipeline", session.conditions(), rows));
}

}  // namespace eyelid::speed
