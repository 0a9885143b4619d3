// SPDX-License-Identifier: MIT
#include "eyelid/evaluation/error_pictures.hpp"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <utility>

#include "eyelid/files/atomic_file.hpp"
#include "eyelid/files/folder.hpp"
#include "eyelid/files/output_check.hpp"
#include "eyelid/films/jpeg.hpp"
#include "eyelid/films/marked_picture.hpp"
#include "eyelid/tables/csv_text.hpp"

namespace eyelid::evaluation {
namespace {

namespace fs = std::filesystem;

constexpr films::Color kFound{0, 200, 120};
constexpr films::Color kMissed{240, 228, 66};
constexpr films::Color kFalse{255, 80, 40};
constexpr films::Color kNeutral{150, 150, 150};
constexpr int kJpegQuality = 90;

std::string score_text(float score) {
  char text[16];
  std::snprintf(text, sizeof text, "%.2f", static_cast<double>(score));
  return text;
}

// A face without a box or points may be anywhere in the picture.
Rect shown_box(const AnnotatedBox& face, const GrayImage& image) {
  if (face.rule != AnnotatedBox::Rule::Anywhere) return face.box;
  return {0.0f, 0.0f, static_cast<float>(image.width()), static_cast<float>(image.height())};
}

void draw(const MarkedDetections& found, films::MarkedPicture& marked) {
  for (std::size_t i = 0; i < found.faces.size(); ++i) {
    const AnnotatedBox& face = found.faces[i];
    if (face.is_ignored) marked.draw_box(face.box, kNeutral);
  }
  for (std::size_t i = 0; i < found.detections.size(); ++i) {
    const FaceBox& detection = found.detections[i];
    const std::string score = score_text(detection.score);
    switch (found.match.verdicts[i]) {
      case Verdict::Hit:
        marked.draw_box(detection.box, kFound, score);
        break;
      case Verdict::Neutral:
        marked.draw_box(detection.box, kNeutral, score);
        break;
      case Verdict::False:
        marked.draw_box(
            detection.box, kFalse, (found.picture.is_complete ? "FALSE " : "FALSE? ") + score);
        break;
    }
  }
  for (std::size_t i = 0; i < found.faces.size(); ++i) {
    if (found.faces[i].is_ignored || found.match.is_taken[i]) continue;
    marked.draw_box(shown_box(found.faces[i], found.image), kMissed, "MISSED");
  }
}

}  // namespace

ErrorPictures::ErrorPictures(fs::path folder,
                             const std::vector<std::string>& detectors,
                             std::span<const fs::path> inputs)
    : folder_(std::move(folder)), counts_(detectors.size(), 0) {
  for (const std::string& name : detectors) {
    std::string label = name;
    for (int i = 2; std::find(labels_.begin(), labels_.end(), label) != labels_.end(); ++i) {
      label = name + "-" + std::to_string(i);
    }
    labels_.push_back(label);
    files::check_holds_no_input(folder_ / label, inputs);
    files::create_folder(folder_ / label);
  }
  files::check_output(folder_ / "errors.csv", inputs);
  rows_.emplace(folder_ / "errors.csv", "detector,picture,kind,x,y,width,height,score");
}

void ErrorPictures::add(const MarkedDetections& found) {
  const DetectionMatch& match = found.match;
  if (match.false_positives + match.false_negatives == 0) return;
  for (std::size_t i = 0; i < found.faces.size(); ++i) {
    if (found.faces[i].is_ignored || match.is_taken[i]) continue;
    add_row(found,
            "missed",
            shown_box(found.faces[i], found.image),
            std::numeric_limits<float>::quiet_NaN());
  }
  for (std::size_t i = 0; i < found.detections.size(); ++i) {
    if (match.verdicts[i] != Verdict::False) continue;
    add_row(found, "false", found.detections[i].box, found.detections[i].score);
  }
  films::MarkedPicture marked(found.image);
  draw(found, marked);
  char number[24];
  std::snprintf(number, sizeof number, "%04zu_", ++counts_[found.detector]);
  const std::string name = number + found.picture.image.stem().string() + ".jpg";
  files::AtomicFile file(folder_ / labels_[found.detector] / name);
  file.write(films::rgb_jpeg(marked.view(), kJpegQuality));
  file.commit();
  ++pictures_written_;
}

void ErrorPictures::add_row(const MarkedDetections& found,
                            const char* kind,
                            const Rect& box,
                            float score) {
  rows_->word(labels_[found.detector]).word(found.picture.image.string()).word(kind);
  for (const float number : {box.x, box.y, box.width, box.height}) {
    rows_->number(static_cast<double>(number), tables::kBoxDecimals);
  }
  rows_->number(static_cast<double>(score), tables::kScoreDecimals).end_row();
}

}  // namespace eyelid::evaluation
