// SPDX-License-Identifier: MIT
// Recordings: tracked, made from aspect ratios, read from a folder, written to one.
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <fmt/format.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <utility>

#include "columns.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/pipeline/closure_session.hpp"
#include "eyelid/pipeline/recording_folder.hpp"
#include "eyelid/pipeline/track_session.hpp"
#include "eyelid/tables/calibration_file.hpp"
#include "eyelid/tables/session_json.hpp"
#include "job.hpp"
#include "module.hpp"
#include "pictures.hpp"
#include "rows.hpp"

namespace eyelid::python {
namespace {

/// The rows of a recording, collected as columns.
class RecordingColumns {
 public:
  RecordingColumns() {
    // A table may have no row, but it has columns.
    add(frames_, EyelidSample());
    frames_.clear_rows();
    add(blinks_, Blink());
    blinks_.clear_rows();
  }

  pipeline::RowObserver observer() {
    return {[this](const EyelidSample& sample) { add(frames_, sample); },
            [this](const Blink& blink) { add(blinks_, blink); },
            [this](std::int64_t frame, std::span<const Point> points) {
              if (frame == 0) points_.clear();  // a second look
              points_per_row_ = points.size();
              for (const Point point : points) points_.insert(points_.end(), {point.x, point.y});
            }};
  }

  nb::dict take(const std::string& session) {
    nb::dict result;
    result["frames"] = frames_.take();
    result["blinks"] = blinks_.take();
    result["landmarks"] = nb::none();
    if (points_per_row_ > 0) {
      const std::size_t rows = points_.size() / (2 * points_per_row_);
      result["landmarks"] = to_numpy<float>(std::move(points_), {rows, points_per_row_, 2});
    }
    result["session"] = session;
    return result;
  }

 private:
  template <class Row>
  static void add(ColumnWriter& columns, const Row& row) {
    columns.begin_row();
    visit_row(columns, row);
  }

  ColumnWriter frames_;
  ColumnWriter blinks_;
  std::vector<float> points_;
  std::size_t points_per_row_ = 0;
};

/// Pictures of Python arrays, which this keeps.
struct HeldPictures {
  video::PicturesInMemory recording;
  std::vector<AnyArray> arrays;
  std::deque<std::vector<std::byte>> gathered;
};

std::shared_ptr<const video::PicturesInMemory> hold(const std::vector<AnyArray>& arrays,
                                                    bool is_bgr,
                                                    const std::string& name) {
  auto held = std::make_shared<HeldPictures>();
  held->recording.name = name;
  held->arrays = arrays;
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    held->recording.pictures.push_back(picture_of(
        arrays[i], is_bgr, fmt::format("{}[{}]", name, i), held->gathered.emplace_back()));
  }
  return {held, &held->recording};
}

const char* name_of(pipeline::TrackPhase phase) {
  constexpr const char* kNames[] = {"tracking", "closure", "pictures"};
  return kNames[static_cast<int>(phase)];
}

/// `commits`: the files appear in the folder of the request; else they go.
nb::dict track(pipeline::TrackRequest& request, bool commits, const nb::object& on_progress) {
  RecordingColumns columns;
  request.observer = columns.observer();
  std::string session;
  run_job(on_progress, [&](JobState& state) {
    const auto progress =
        [&](pipeline::TrackPhase phase, std::int64_t done, std::optional<std::int64_t> total) {
          state.report(name_of(phase), done, total);
        };
    pipeline::TrackedSession tracked = pipeline::track_session(request, progress);
    if (commits) tracked.run->commit();
    session = tables::session_json(
        pipeline::with_whole_paths(std::move(tracked.summary), request.folder));
  });
  request.observer = {};
  return columns.take(session);
}

using Ratios = nb::ndarray<const float, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Times = nb::ndarray<const double, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

nb::dict closure(const std::string& name,
                 const std::filesystem::path& folder,
                 const Times& time_s,
                 const std::optional<Ratios>& right,
                 const std::optional<Ratios>& left,
                 const std::filesystem::path& calibration_file,
                 std::optional<double> filter_half_span_s,
                 const Calibration& conditions,
                 const nb::object& on_progress) {
  RecordingColumns columns;
  pipeline::ClosureRequest request;
  request.name = name;
  request.folder = folder;
  request.conditions = conditions;
  request.observer = columns.observer();
  request.time_s.assign(time_s.data(), time_s.data() + time_s.size());
  if (right) request.ear.right.assign(right->data(), right->data() + right->size());
  if (left) request.ear.left.assign(left->data(), left->data() + left->size());
  if (filter_half_span_s) request.options.filter_half_span_s = *filter_half_span_s;
  std::string session;
  run_job(on_progress, [&](JobState& state) {
    if (!calibration_file.empty()) {
      request.options.calibration = tables::load_calibration(calibration_file);
    }
    const auto total = static_cast<std::int64_t>(request.time_s.size());
    const pipeline::TrackedSession made = pipeline::closure_session(
        request, [&](std::int64_t done) { state.report("closure", done, total); });
    session = tables::session_json(made.summary);
  });
  return columns.take(session);
}

nb::dict read(const std::filesystem::path& folder) {
  RecordingColumns columns;
  std::string session;
  run_job(nb::none(), [&](JobState& state) {
    pipeline::RowObserver observer = columns.observer();
    const auto on_sample = std::move(observer.on_sample);
    observer.on_sample = [&](const EyelidSample& sample) {
      state.report("reading", sample.frame, std::nullopt);
      on_sample(sample);
    };
    session = tables::session_json(pipeline::read_recording(folder, observer).summary);
  });
  return columns.take(session);
}

using Points = nb::ndarray<const float, nb::shape<-1, -1, 2>, nb::c_contig, nb::device::cpu>;

void write(const std::filesystem::path& folder,
           const nb::dict& frames,
           const nb::dict& blinks,
           const std::optional<Points>& landmarks,
           const std::string& session) {
  std::optional<std::size_t> points_per_row;
  if (landmarks) points_per_row = landmarks->shape(1);
  pipeline::RecordingWriter writer(
      folder, tables::session_from_json(session, "session"), points_per_row);
  ColumnReader frame_rows(frames, "frames");
  for (std::size_t i = 0; i < frame_rows.rows(); ++i) {
    EyelidSample sample;
    frame_rows.begin_row(i);
    visit_row(frame_rows, sample);
    writer.write(sample);
  }
  ColumnReader blink_rows(blinks, "blinks");
  for (std::size_t i = 0; i < blink_rows.rows(); ++i) {
    Blink blink;
    blink_rows.begin_row(i);
    visit_row(blink_rows, blink);
    writer.write(blink);
  }
  std::vector<Point> points(points_per_row.value_or(0));
  for (std::size_t i = 0; landmarks && i < landmarks->shape(0); ++i) {
    const float* row = landmarks->data() + 2 * points.size() * i;
    for (std::size_t k = 0; k < points.size(); ++k) points[k] = {row[2 * k], row[2 * k + 1]};
    writer.write(static_cast<std::int64_t>(i), points);
  }
  writer.commit();
}

std::string calibration_text(const std::string& session) {
  return tables::calibration_text(
      tables::session_from_json(session, "session").closure.calibration);
}

}  // namespace

void add_recordings(nb::module_& module) {
  module.def(
      "set_pictures",
      [](pipeline::TrackRequest& request,
         const std::vector<AnyArray>& arrays,
         bool is_bgr,
         const std::string& name) { request.pictures = hold(arrays, is_bgr, name); },
      nb::arg("request"),
      nb::arg("arrays"),
      nb::arg("is_bgr"),
      nb::arg("name"));
  module.def(
      "track", &track, nb::arg("request"), nb::arg("commits"), nb::arg("on_progress").none());
  module.def("closure",
             &closure,
             nb::arg("name"),
             nb::arg("folder"),
             nb::arg("time_s"),
             nb::arg("right").none(),
             nb::arg("left").none(),
             nb::arg("calibration_file"),
             nb::arg("filter_half_span_s").none(),
             nb::arg("conditions"),
             nb::arg("on_progress").none());
  module.def("read", &read, nb::arg("folder"));
  module.def("write",
             &write,
             nb::arg("folder"),
             nb::arg("frames"),
             nb::arg("blinks"),
             nb::arg("landmarks").none(),
             nb::arg("session"));
  module.def("calibration_text", &calibration_text, nb::arg("session"));
}

}  // namespace eyelid::python
