// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/second_pass.hpp"

#include <cmath>

#include "eyelid/core/error.hpp"
#include "eyelid/pipeline/blink_pictures.hpp"

namespace eyelid::pipeline {
namespace {

/// Truth rows in step with frames; rows the recording lacks are passed over.
class TruthInStep {
 public:
  explicit TruthInStep(tables::TruthCsvReader* reader) : reader_(reader) { advance(); }

  reports::TrueClosure at(std::int64_t frame) {
    while (has_row_ && row_.frame < frame) advance();
    if (!has_row_ || row_.frame != frame) return {};
    return {row_.fec};
  }

 private:
  void advance() { has_row_ = reader_ != nullptr && reader_->next(row_); }

  tables::TruthCsvReader* reader_;
  tables::TruthRow row_;
  bool has_row_ = false;
};

void add_example(reports::ReportBuilder& report,
                 const char* label,
                 const EyelidSample& sample,
                 const EyeLandmarks& eyes,
                 const FrameView& image) {
  const films::EyeCrop crop = films::cut_both_eyes(image, eyes);
  report.add_example(label, {crop.image, crop.lids, sample.frame, sample.time_s, sample.mean_fec});
}

}  // namespace

void ExampleFrames::consider(const EyelidSample& sample) {
  if (!sample.is_valid || !std::isfinite(sample.mean_fec)) return;
  for (Example& example : examples_) {
    constexpr float kForMissing = 10.0f;  // frames that show both eyes go first
    float error = 0.0f;
    for (const Eye eye : kEyes) {
      const float fec = sample.fec[eye];
      error += std::isfinite(fec) ? std::abs(fec - example.target_fec) : kForMissing;
    }
    if (example.frame >= 0 && error >= example.error) continue;
    example.frame = sample.frame;
    example.error = error;
  }
}

void render_second_pass(video::FrameSource& source,
                        const SecondPassInputs& findings,
                        const SecondPassOutputs& illustrations,
                        const std::function<void(std::int64_t frames_done)>& progress) {
  BlinkPictures blink_pictures(findings.blinks, findings.points);
  TruthInStep truth(findings.truth);
  films::OverlayPainter painter;
  video::Frame frame;

  const auto on_sample = [&](const EyelidSample& sample) {
    if (!source.next(frame)) {
      throw InputError(source.info().path +
                       ": ended earlier when read again; expected the file to stay unchanged");
    }
    if (illustrations.report != nullptr) {
      reports::ReportBuilder& report = *illustrations.report;
      report.add(sample, truth.at(sample.frame));
      for (const ExampleFrames::Example& example : findings.examples.examples()) {
        if (example.frame != sample.frame) continue;
        // An example is a valid frame: it has points.
        const EyeLandmarks eyes = findings.points.read(sample.frame).value();
        add_example(report, example.label, sample, eyes, frame.image);
      }
      blink_pictures.add(sample.frame, sample.time_s, sample.fec, frame.image);
      blink_pictures.take_complete(sample.frame,
                                   [&](const Blink& blink, const reports::BlinkPictures& pictures) {
                                     report.add_blink(blink, pictures);
                                   });
    }
    if (illustrations.overlay != nullptr) {
      illustrations.overlay->write(
          painter.draw(frame.image, sample, findings.points.read(sample.frame)), sample.time_s);
    }
    progress(sample.frame + 1);
  };
  closure::analyze_closure(
      findings.trace, findings.closure_options, on_sample, [](const Blink&) {});
}

void report_without_pictures(const SecondPassInputs& findings, reports::ReportBuilder& report) {
  Blink blink;
  findings.blinks.rewind();
  bool has_blink = findings.blinks.next(blink);
  closure::analyze_closure(
      findings.trace,
      findings.closure_options,
      [&](const EyelidSample& sample) {
        report.add(sample);
        for (; has_blink && blink.offset_frame <= sample.frame;
             has_blink = findings.blinks.next(blink)) {
          report.add_blink(blink);
        }
      },
      [](const Blink&) {});
}

}  // namespace eyelid::pipeline
