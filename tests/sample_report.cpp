// SPDX-License-Identifier: MIT
// Writes report.html of a rendered session whose "measurement" is the truth plus noise: for the
// browser test, and to look at while working on the page.
//
//   eyelid_sample_report OUT.html session|plain|hostile|long|empty
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "eyelid/films/eye_crop.hpp"
#include "eyelid/reports/report_builder.hpp"
#include "eyelid/synthesis/session_renderer.hpp"

namespace {

namespace films = eyelid::films;
namespace reports = eyelid::reports;
using eyelid::Blink;
using eyelid::EyelidSample;
using eyelid::synthesis::SessionRenderer;
using reports::ReportBuilder;
using reports::ReportPicture;

constexpr float kOpenEar = 0.31f;
constexpr float kClosedEar = 0.06f;

struct Noise {
  std::mt19937 random{3};
  float operator()() {
    // Sum of uniform values: the standard library's normal distribution differs between libraries.
    float sum = 0.0f;
    for (int i = 0; i < 6; ++i) sum += static_cast<float>(random() % 2001) / 1000.0f - 1.0f;
    return 0.015f * sum;
  }
};

EyelidSample measured(std::int64_t frame, double time_s, float right, float left, Noise& noise) {
  EyelidSample sample;
  sample.frame = frame;
  sample.time_s = time_s;
  const std::int64_t phase = frame % 2400;
  sample.is_valid = phase < 1750 || phase > 1800;
  sample.is_interpolated = phase >= 1750 && phase < 1758;
  if (!sample.is_valid && !sample.is_interpolated) return sample;
  sample.face_score = 0.97f;
  sample.face_box = {180.0f, 90.0f, 260.0f, 260.0f};
  sample.fec.right = right + noise();
  sample.fec.left = left + noise();
  sample.mean_fec = 0.5f * (sample.fec.right + sample.fec.left);
  sample.ear.right = kOpenEar - (kOpenEar - kClosedEar) * sample.fec.right;
  sample.ear.left = kOpenEar - (kOpenEar - kClosedEar) * sample.fec.left;
  return sample;
}

// One blink of the eye whose closures are `fec`, from the first frame above 0.12 to the last.
std::vector<Blink> blinks_of(eyelid::Eye eye, const std::vector<float>& fec, double frame_s) {
  std::vector<Blink> blinks;
  for (std::size_t i = 1; i < fec.size(); ++i) {
    if (fec[i] < 0.12f) continue;
    std::size_t end = i;
    std::size_t peak = i;
    for (; end < fec.size() && fec[end] >= 0.12f; ++end) {
      if (fec[end] > fec[peak]) peak = end;
    }
    const auto time_s = [frame_s](std::size_t at) { return static_cast<double>(at) * frame_s; };
    if (fec[peak] > 0.2f) {
      Blink& blink = blinks.emplace_back();
      blink.eye = eye;
      blink.onset_frame = static_cast<std::int64_t>(i);
      blink.peak_frame = static_cast<std::int64_t>(peak);
      blink.offset_frame = static_cast<std::int64_t>(end);
      blink.onset_s = time_s(i);
      blink.peak_s = time_s(peak);
      blink.offset_s = time_s(end);
      blink.amplitude = fec[peak] - 0.02f;
      blink.peak_fec = fec[peak];
      blink.kind = fec[peak] >= 0.8f ? eyelid::BlinkKind::Full : eyelid::BlinkKind::Partial;
      blink.closing_ms = static_cast<float>(1000.0 * time_s(peak - i));
      blink.opening_ms = static_cast<float>(1000.0 * time_s(end - peak));
      blink.half_width_ms = 0.55f * (blink.closing_ms + blink.opening_ms);
    }
    i = end;
  }
  return blinks;
}

void add_blink_with_pictures(ReportBuilder& report,
                             const SessionRenderer& film,
                             const Blink& blink) {
  eyelid::GrayImage image;
  const auto picture = [&](std::int64_t frame, films::EyeCrop& crop) {
    const auto truth = film.truth(frame);
    const bool is_right = blink.eye == eyelid::Eye::Right;
    film.render(frame, image);
    crop = films::cut_eye(image, is_right ? truth.eyes.right : truth.eyes.left);
    return ReportPicture{.image = crop.image,
                         .lids = crop.lids,
                         .frame = frame,
                         .time_s = truth.time_s,
                         .fec = is_right ? truth.fec.right : truth.fec.left};
  };
  films::EyeCrop before;
  films::EyeCrop peak;
  films::EyeCrop after;
  reports::BlinkPictures pictures;
  pictures.before = picture(std::max<std::int64_t>(0, blink.onset_frame - 10), before);
  pictures.peak = picture(blink.peak_frame, peak);
  pictures.after = picture(std::min(film.frame_count() - 1, blink.offset_frame + 20), after);
  report.add_blink(blink, pictures);
}

void add_examples(ReportBuilder& report,
                  const SessionRenderer& film,
                  const std::vector<float>& fec) {
  eyelid::GrayImage image;
  for (const auto& [label, wanted] :
       {std::pair{"open", 0.0f}, std::pair{"half closed", 0.5f}, std::pair{"closed", 1.0f}}) {
    std::size_t best = 0;
    for (std::size_t i = 0; i < fec.size(); ++i) {
      if (std::abs(fec[i] - wanted) < std::abs(fec[best] - wanted)) best = i;
    }
    const auto frame = static_cast<std::int64_t>(best);
    const auto truth = film.truth(frame);
    film.render(frame, image);
    const auto crop = films::cut_both_eyes(image, truth.eyes);
    report.add_example(label,
                       {.image = crop.image,
                        .lids = crop.lids,
                        .frame = frame,
                        .time_s = truth.time_s,
                        .fec = fec[best]});
  }
}

eyelid::SessionSummary summary_of(std::int64_t frames, double duration_s) {
  eyelid::SessionSummary summary;
  summary.source = {.path = "recordings/session_1/video.mkv",
                    .kind = "video",
                    .container = "matroska,webm",
                    .codec = "ffv1",
                    .pixel_format = "gray",
                    .width = 640,
                    .height = 480,
                    .frames_per_second = 500.0,
                    .frame_count = frames};
  summary.source_report.decoded_frames = frames;
  summary.models = {{"face detector", "HOG", "dlib 19.24", "embedded", std::string(64, 'a')},
                    {"landmarks 12", "lid points", "1.0", "embedded", std::string(64, '7')}};
  summary.options = {{"detector", "hog"}, {"landmarks", "12"}, {"detect-every", "8"}};
  summary.device = "cpu/x86_avx2, 2 threads";
  summary.device_reason = "no CUDA in this build";
  summary.closure.calibration.levels.right = {.open_ear = kOpenEar, .closed_ear = kClosedEar};
  summary.closure.calibration.levels.left = {.open_ear = 0.305f, .closed_ear = kClosedEar};
  summary.closure.calibration.date = "2026-11-22";
  summary.closure.calibration.glasses = "no";
  summary.closure.frames = frames;
  summary.closure.duration_s = duration_s;
  summary.wall_s = 4.0;
  summary.frames_per_second = static_cast<double>(frames) / summary.wall_s;
  summary.stages = {{"decode", frames, 0.31, 0.3, 0.42, 0.6},
                    {"detection", frames / 8, 4.1, 4.0, 4.6, 5.2},
                    {"landmarks", frames, 0.05, 0.05, 0.07, 0.1}};
  return summary;
}

void add_session(ReportBuilder& report, bool is_plain, eyelid::SessionSummary& summary) {
  const SessionRenderer film(eyelid::synthesis::SessionOptions{});
  Noise noise;
  std::vector<float> right;
  std::vector<float> left;
  std::vector<float> mean;
  for (std::int64_t frame = 0; frame < film.frame_count(); ++frame) {
    const auto truth = film.truth(frame);
    right.push_back(truth.fec.right);
    left.push_back(truth.fec.left);
    mean.push_back(0.5f * (truth.fec.right + truth.fec.left));
    const EyelidSample sample =
        measured(frame, truth.time_s, truth.fec.right, truth.fec.left, noise);
    summary.closure.valid_frames += sample.is_valid;
    summary.closure.interpolated_frames += sample.is_interpolated;
    report.add(sample, is_plain ? reports::TrueClosure{} : reports::TrueClosure{truth.fec});
  }
  for (const eyelid::Eye eye : {eyelid::Eye::Right, eyelid::Eye::Left}) {
    const auto blinks = blinks_of(eye, eye == eyelid::Eye::Right ? right : left, 0.002);
    summary.closure.blinks[eye] = std::ssize(blinks);
    for (const Blink& blink : blinks) add_blink_with_pictures(report, film, blink);
  }
  add_examples(report, film, mean);
  if (is_plain) return;
  report.set_trials(film.trials());
  report.set_comparison({.truth = "rendered session, seed 1",
                         .frames = film.frame_count(),
                         .rmse = 0.0212f,
                         .mae = 0.0168f,
                         .correlation = 0.9971f,
                         .blink_precision = 1.0f,
                         .blink_recall = 0.958f,
                         .blink_f1 = 0.979f,
                         .onset_error_ms_median = 1.8f});
}

// Two hours at 500 frames/s with a blink every 4 s; no pictures.
void add_long_recording(ReportBuilder& report, eyelid::SessionSummary& summary) {
  Noise noise;
  for (std::int64_t frame = 0; frame < summary.closure.frames; ++frame) {
    const double time_s = static_cast<double>(frame) / 500.0;
    const double phase_s = std::fmod(time_s, 4.0);
    const float fec =
        phase_s < 0.3 ? static_cast<float>(std::pow(std::sin(phase_s / 0.3 * 3.14159), 2)) : 0.0f;
    report.add(measured(frame, time_s, fec, 0.95f * fec, noise));
    if (frame % 2000 != 1000) continue;
    Blink blink;
    blink.eye = frame % 4000 == 1000 ? eyelid::Eye::Right : eyelid::Eye::Left;
    blink.onset_frame = frame - 1000;
    blink.peak_frame = frame - 925;
    blink.offset_frame = frame - 850;
    blink.onset_s = time_s - 2.0;
    blink.peak_s = time_s - 1.85;
    blink.offset_s = time_s - 1.7;
    blink.amplitude = blink.peak_fec = 1.0f;
    blink.closing_ms = blink.opening_ms = blink.half_width_ms = 150.0f;
    report.add_blink(blink);
  }
}

/// As of a running camera with a lamp in view.
eyelid::LiveSummary live_summary() {
  eyelid::LiveSummary live;
  live.camera = "Acme 640 (77)";
  live.ended = "every trial was done";
  live.frames = live.recorded = 5990;
  live.lost = 10;
  live.measured_frames_per_second = 499.8;
  live.latency = {5990, 0.6, 2.1, 9.0, {{0.4, 0.8, 5000}, {0.8, 1.6, 900}, {8.0, 16.0, 90}}};
  live.output_latency = {12, 0.7, 2.0, 2.0, {{0.4, 0.8, 12}}};
  live.loop = eyelid::LoopSummary{{12, 4.0, 6.0, 6.0, {}}, {0, 7, 4, 1}, 1};
  live.priority = "SCHED_FIFO";
  return live;
}

int write_report(const std::string& path, const std::string& kind) {
  reports::ReportOptions options;
  if (kind == "session") options.title = "Rendered conditioning session";
  ReportBuilder report(std::filesystem::absolute(path).parent_path(), options);
  const std::int64_t frames = kind == "long" ? 3'600'000 : kind == "empty" ? 0 : 6'000;
  eyelid::SessionSummary summary = summary_of(frames, static_cast<double>(frames) / 500.0);
  if (kind == "session") {
    summary.live = live_summary();
    summary.warnings = {
        "No full closure of the left eye was seen: its closed level is the right eye's ratio, so "
        "its FEC may be off by up to 0.1."};
  }
  if (kind == "hostile") {
    const std::string name =
        "</script><script>alert(1)</script>\"'<img src=x onerror=alert(2)>&amp;";
    summary.source.path = "folder/" + name + "\xE2\x80\xA8\xFF.mp4";
    summary.options.emplace_back(name, name);
    summary.warnings = {name};
    summary.closure.calibration.subject = name;
    summary.models[0].name = name;
    summary.closure.duration_s = std::nan("");
  }
  if (kind == "long") add_long_recording(report, summary);
  if (kind == "session" || kind == "plain" || kind == "hostile") {
    add_session(report, kind != "session", summary);
  }
  report.write(path, summary);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: eyelid_sample_report OUT.html session|plain|hostile|long|empty\n";
    return 2;
  }
  try {
    return write_report(argv[1], argv[2]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
