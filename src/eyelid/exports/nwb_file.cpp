// SPDX-License-Identifier: MIT
// NWB 2 in HDF5, laid out as pynwb writes it (core 2.11, hdmf-common 1.10, ndx-pose 0.4).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <type_traits>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/core/version.hpp"
#include "eyelid/exports/frame_dataset.hpp"
#include "eyelid/exports/hdf5_file.hpp"
#include "eyelid/exports/session_export.hpp"
#include "eyelid/files/embedded_files.hpp"
#include "eyelid/files/sha256.hpp"

namespace eyelid::files {
std::span<const EmbeddedFile> nwb_files();  // generated: cmake/embed_files.cmake
}  // namespace eyelid::files

namespace eyelid::exports {
namespace {

using Json = nlohmann::ordered_json;
using Shape = std::vector<std::size_t>;

constexpr const char* kSchemaVersion = "2.11.0";
constexpr double kBeforeCs_s = 0.5;
constexpr double kAfterUs_s = 0.5;
constexpr double kEvenlySpaced_s = 2e-6;  // times of frames.csv are rounded to a microsecond

// Frames per second if the frames are evenly spaced.
std::optional<double> even_rate(const SessionExport& session) {
  if (session.frames < 2) return std::nullopt;
  const double step = (session.last_s - session.first_s) / static_cast<double>(session.frames - 1);
  std::size_t i = 0;
  bool is_even = true;
  session.visit_frames([&](const ExportFrame& frame) {
    const double even = session.first_s + step * static_cast<double>(i++);
    is_even = is_even && std::abs(frame.time_s - even) <= kEvenlySpaced_s;
  });
  if (!is_even) return std::nullopt;
  // 499.9999 would only be rounding.
  const double rate = 1.0 / step;
  return std::abs(rate - std::round(rate)) < 1e-3 ? std::round(rate) : rate;
}

class NwbWriter {
 public:
  NwbWriter(const std::filesystem::path& path, const SessionExport& session)
      : file_(path), session_(session), rate_(even_rate(session)) {}

  void write() {
    write_root();
    write_general();
    if (!session_.films.empty()) write_video();
    write_stimuli();
    write_closure();
    if (!session_.nodes.empty()) write_pose();
    write_frames();
    write_trials();
    file_.reference("/", ".specloc", "/specifications");
    file_.close();
  }

 private:
  // Same session, same identity: from the identifier and the path in the file.
  std::string identity_of(const std::string& path) const {
    const std::string text = session_.identifier + path;
    std::string hex = files::sha256_hex(std::as_bytes(std::span(text.data(), text.size())));
    hex[12] = '4';  // the form of a random UUID (RFC 9562)
    hex[16] = '8';
    return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" +
           hex.substr(16, 4) + "-" + hex.substr(20, 12);
  }

  void type(const std::string& path, const char* name, const char* space = "core") {
    file_.attribute(path, "namespace", space);
    file_.attribute(path, "neurodata_type", name);
    file_.attribute(path, "object_id", identity_of(path));
  }

  void typed_group(const std::string& path, const char* name, const char* space = "core") {
    file_.group(path);
    type(path, name, space);
  }

  void write_root() {
    type("/", "NWBFile");
    file_.attribute("/", "nwb_version", kSchemaVersion);
    for (const char* group : {"/acquisition",
                              "/analysis",
                              "/general",
                              "/intervals",
                              "/processing",
                              "/stimulus/presentation",
                              "/stimulus/templates"}) {
      file_.group(group);
    }
    file_.texts("/file_create_date", {session_.file_time});
    file_.text("/identifier", session_.identifier);
    file_.text("/session_description", session_.description);
    file_.text("/session_start_time", session_.start_time);
    file_.text("/timestamps_reference_time", session_.start_time);
    const Json specifications =
        Json::parse(files::embedded_text(files::nwb_files(), "specifications.json"));
    for (const auto& [space, sources] : specifications.items()) {
      for (const auto& [name, text] : sources.items()) {
        file_.text("/specifications/" + space + "/" + name, text.dump());
      }
    }
  }

  void write_general() {
    typed_group("/general/devices/camera", "Device");
    file_.attribute("/general/devices/camera", "description", "Camera of the eyelid recording");
    typed_group("/general/subject", "Subject");
    file_.text("/general/subject/subject_id",
               session_.subject.empty() ? "unknown" : session_.subject);
    file_.text("/general/subject/species", session_.species);
    file_.text("/general/subject/sex", session_.sex);
    file_.text("/general/subject/age", session_.age);
    file_.attribute("/general/subject/age", "reference", "birth");
    file_.text("/general/source_script", std::string("eyelid ") + kVersion);
    file_.attribute("/general/source_script", "file_name", "eyelid score");
  }

  void write_time(const std::string& series, const std::string& shared_with = "") {
    if (rate_) {
      file_.number(series + "/starting_time", session_.first_s);
      file_.attribute(series + "/starting_time", "rate", *rate_);
      file_.attribute(series + "/starting_time", "unit", "seconds");
    } else if (!shared_with.empty()) {
      file_.soft_link(series + "/timestamps", shared_with + "/timestamps");
    } else {
      times_.emplace_back(file_, series + "/timestamps", Shape{session_.frames}, 0);
      write_stamp_attributes(series);
    }
  }

  void write_stamp_attributes(const std::string& series) {
    file_.attribute(series + "/timestamps", "interval", std::int64_t{1});
    file_.attribute(series + "/timestamps", "unit", "seconds");
  }

  void write_series_attributes(const std::string& series,
                               const std::string& description,
                               const std::string& unit) {
    file_.attribute(series, "comments", "no comments");
    file_.attribute(series, "description", description);
    file_.attribute(series + "/data", "conversion", 1.0);
    file_.attribute(series + "/data", "offset", 0.0);
    file_.attribute(series + "/data", "resolution", -1.0);
    file_.attribute(series + "/data", "unit", unit);
  }

  void write_video() {
    const std::string series = "/acquisition/video";
    typed_group(series, "ImageSeries");
    file_.numbers(series + "/data", std::span<const std::uint8_t>(), {0, 0, 0});
    write_series_attributes(series, "The recording in which eyelid closure was measured", "n.a.");
    file_.texts(series + "/external_file", session_.films);
    file_.attribute(series + "/external_file", "starting_frame", session_.first_frames);
    file_.text(series + "/format", "external");
    const std::vector<std::int64_t> size{session_.video_size[0], session_.video_size[1]};
    file_.numbers(series + "/dimension", size, {2});
    file_.soft_link(series + "/device", "/general/devices/camera");
    write_time(series);
  }

  void write_stimuli() {
    std::vector<std::string> names;
    std::vector<double> times;
    for (std::size_t i = 0; i < session_.scores.size(); i += kScoredEyes.size()) {
      const Trial& trial = session_.scores[i].trial;
      for (const auto& [name, at] :
           {std::pair("CS", trial.cs_onset_s), std::pair("US", trial.us_onset_s)}) {
        if (!at) continue;
        names.push_back(name);
        times.push_back(*at);
      }
    }
    if (names.empty()) return;
    const std::string series = "/stimulus/presentation/stimuli";
    typed_group(series, "AnnotationSeries");
    file_.texts(series + "/data", names);
    write_series_attributes(series, "Onsets of CS and US on the clock of the recording", "n/a");
    file_.numbers(series + "/timestamps", times, {times.size()});
    write_stamp_attributes(series);
  }

  void write_closure() {
    typed_group("/processing/behavior", "ProcessingModule");
    file_.attribute("/processing/behavior", "description", "Eyelid closure and lid points");
    const std::string closure = "/processing/behavior/eyelid_closure";
    typed_group(closure, "TimeSeries");
    closure_.emplace(file_, closure + "/data", Shape{session_.frames, 3}, 0);
    write_series_attributes(closure,
                            "Fraction eyelid closure, 0 open, 1 closed, not clamped; columns: the "
                            "subject's right eye, left eye, mean of the valid eyes",
                            "fraction");
    write_time(closure);
    const std::string ratio = "/processing/behavior/eye_aspect_ratio";
    typed_group(ratio, "TimeSeries");
    ratio_.emplace(file_, ratio + "/data", Shape{session_.frames, 2}, 0);
    write_series_attributes(ratio,
                            "Eye height divided by width, as measured; columns: the subject's "
                            "right eye, left eye",
                            "ratio");
    write_time(ratio, closure);
  }

  void write_pose() {
    const std::string skeletons = "/processing/behavior/Skeletons";
    const std::string skeleton = skeletons + "/eyelids";
    typed_group(skeletons, "Skeletons", "ndx-pose");
    typed_group(skeleton, "Skeleton", "ndx-pose");
    file_.texts(skeleton + "/nodes", session_.nodes);
    std::vector<std::uint8_t> edges;
    for (const auto& edge : node_edges(session_.nodes.size())) {
      edges.insert(edges.end(), edge.begin(), edge.end());
    }
    file_.numbers(skeleton + "/edges", edges, {edges.size() / 2, 2});
    const std::string pose = "/processing/behavior/PoseEstimation";
    typed_group(pose, "PoseEstimation", "ndx-pose");
    file_.text(pose + "/description", "Lid points in pixels of the recording");
    file_.text(pose + "/scorer", session_.scorer);
    file_.text(pose + "/source_software", "eyelid");
    file_.attribute(pose + "/source_software", "version", kVersion);
    file_.soft_link(pose + "/eyelids", skeleton);
    file_.soft_link(pose + "/device", "/general/devices/camera");
    if (!session_.films.empty()) file_.soft_link(pose + "/source_video", "/acquisition/video");
    for (std::size_t node = 0; node < session_.nodes.size(); ++node) write_node(pose, node);
  }

  void write_node(const std::string& pose, std::size_t node) {
    const std::string series = pose + "/" + session_.nodes[node];
    typed_group(series, "PoseEstimationSeries", "ndx-pose");
    points_.emplace_back(file_, series + "/data", Shape{session_.frames, 2}, 0);
    write_series_attributes(series, "Lid point " + session_.nodes[node], "pixels");
    file_.text(series + "/reference_frame",
               "(0, 0) is the center of the top left pixel; x to the right, y down");
    confidences_.emplace_back(file_, series + "/confidence", Shape{session_.frames}, 0);
    file_.attribute(series + "/confidence",
                    "definition",
                    std::string("Score of the face detector (1 where one eye fills the picture), 0 "
                                "if no point was found"));
    write_time(series, "/processing/behavior/eyelid_closure");
  }

  // The datasets of all frames, in one pass.
  void write_frames() {
    session_.visit_frames([this](const ExportFrame& frame) {
      closure_->add(frame.fec);
      ratio_->add(frame.ear);
      for (auto& times : times_) times.add(frame.time_s);
      for (std::size_t node = 0; node < points_.size(); ++node) {
        points_[node].add(frame.points.subspan(2 * node, 2));
        confidences_[node].add(frame.has_node(node) ? frame.confidence : 0.0f);
      }
    });
    closure_->finish();
    ratio_->finish();
    for (auto& times : times_) times.finish();
    for (auto& points : points_) points.finish();
    for (auto& confidences : confidences_) confidences.finish();
  }

  template <class Values>
  void column(const char* name, const char* description, const Values& values) {
    const std::string path = std::string("/intervals/trials/") + name;
    if constexpr (std::is_same_v<Values, std::vector<std::string>>) {
      file_.texts(path, values);
    } else {
      file_.numbers(path, values, {values.size()});
    }
    type(path, "VectorData", "hdmf-common");
    file_.attribute(path, "description", description);
    columns_.push_back(name);
  }

  template <class Value, class Get>
  std::vector<Value> of_trials(Get get) const {
    std::vector<Value> values;
    for (std::size_t i = kMeanOfEyes; i < session_.scores.size(); i += kScoredEyes.size()) {
      const TrialScore& score = session_.scores[i];
      if (score.trial.cs_onset_s || score.trial.us_onset_s) values.push_back(get(score));
    }
    return values;
  }

  void write_trials() {
    const double first_s = session_.first_s;
    const auto start = of_trials<double>([&](const TrialScore& score) {
      const double onset = score.trial.cs_onset_s ? *score.trial.cs_onset_s : score.us_s;
      return std::fmax(first_s, onset - kBeforeCs_s);
    });
    if (start.empty()) return;
    const std::string table = "/intervals/trials";
    typed_group(table, "TimeIntervals");
    file_.attribute(table,
                    "description",
                    std::string("Conditioning trials; scores of the mean trace of both eyes"));
    column("start_time", "Start time of epoch, in seconds", start);
    column("stop_time",
           "Stop time of epoch, in seconds",
           of_trials<double>([](const TrialScore& score) { return score.us_s + kAfterUs_s; }));
    column(
        "trial_number",
        "Trial number, as in trial_scores.csv",
        of_trials<std::int64_t>([](const TrialScore& s) { return std::int64_t{s.trial.number}; }));
    column("type", "paired, cs_only, us_only", of_trials<std::string>([](const TrialScore& s) {
             return std::string(name_of(s.trial.type));
           }));
    column("cs_onset",
           "CS onset in seconds; NaN without CS",
           of_trials<double>(
               [](const TrialScore& s) { return s.trial.cs_onset_s.value_or(kNoFigure); }));
    column("us_onset",
           "US onset in seconds; NaN without US",
           of_trials<double>(
               [](const TrialScore& s) { return s.trial.us_onset_s.value_or(kNoFigure); }));
    column("verdict",
           "Computed: cr, no_cr, rejected, not_applicable",
           of_trials<std::string>(
               [](const TrialScore& s) { return std::string(name_of(s.verdict)); }));
    column("final",
           "Manual label if there is one, otherwise the computed verdict",
           of_trials<std::string>(
               [](const TrialScore& s) { return std::string(name_of(s.final_verdict())); }));
    column("cr_grade",
           "at_us: still closed at the US, which %CR counts; early_only; none",
           of_trials<std::string>(
               [](const TrialScore& s) { return std::string(name_of(s.cr_grade)); }));
    column("flags", "Doubts, separated by spaces", of_trials<std::string>([](const TrialScore& s) {
             return fmt::format("{}", fmt::join(s.flags, " "));
           }));
    column("reason",
           "The numbers behind the verdict",
           of_trials<std::string>([](const TrialScore& s) { return s.reason; }));
    column("baseline", "Closure before the CS (FEC)", of_trials<double>([](const TrialScore& s) {
             return s.baseline;
           }));
    column("cr_amplitude",
           "Closure above baseline in the CR window (FEC)",
           of_trials<double>([](const TrialScore& s) { return s.cr_amplitude; }));
    column("cr_onset_ms",
           "CR onset after CS onset (ms)",
           of_trials<double>([](const TrialScore& s) { return s.cr_onset_ms; }));
    column("cr_onset_error_ms",
           "Uncertainty of the onset: half the width of the central 68 % (ms)",
           of_trials<double>([](const TrialScore& s) { return s.cr_onset_error_ms; }));
    column("cr_peak_latency_ms",
           "CR peak after CS onset (ms)",
           of_trials<double>([](const TrialScore& s) { return s.cr_peak_latency_ms; }));
    column("ur_peak",
           "Maximum closure after the US (FEC)",
           of_trials<double>([](const TrialScore& s) { return s.ur_peak; }));
    std::vector<std::int64_t> ids(start.size());
    for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<std::int64_t>(i);
    file_.numbers(table + "/id", ids, {ids.size()});
    type(table + "/id", "ElementIdentifiers", "hdmf-common");
    file_.attribute(table, "colnames", columns_);
  }

  Hdf5File file_;
  const SessionExport& session_;
  std::optional<double> rate_;
  std::optional<FrameDataset<float>> closure_;
  std::optional<FrameDataset<float>> ratio_;
  std::vector<FrameDataset<double>> times_;
  std::vector<FrameDataset<float>> points_;  // by node
  std::vector<FrameDataset<float>> confidences_;
  std::vector<std::string> columns_;
};

}  // namespace

void write_nwb(const std::filesystem::path& path, const SessionExport& session) {
  EYELID_EXPECTS(session.scores.size() % kScoredEyes.size() == 0);
  NwbWriter(path, session).write();
}

}  // namespace eyelid::exports
