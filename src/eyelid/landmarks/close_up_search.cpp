// SPDX-License-Identifier: MIT
#include "eyelid/landmarks/close_up_search.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/core/eye_aspect_ratio.hpp"
#include "eyelid/landmarks/plausibility.hpp"

namespace eyelid::landmarks {
namespace {

// Widths of the starts over the width of the picture, and their steps over their own width.
constexpr float kSmallestStart = 0.25f;
constexpr float kLargestStart = 0.95f;
constexpr float kNextStart = 1.3f;
constexpr float kStartStep = 0.25f;
constexpr float kFromBorder = 0.35f;  // of the middle of a start, in its width

constexpr float kSmallestEye = 0.2f;    // of the picture's width; faces found have smaller ones
constexpr float kSteepest = 0.7f;       // slope of the corner line
constexpr float kLastMove = 0.25f;      // of both corners in the last step, in eye widths
constexpr float kLongestSide_px = 192;  // of a picture for the search

constexpr float kLeastSupport = 7.0f;
constexpr float kMostRival = 0.5f;      // support elsewhere, over that of the place
constexpr float kElsewhereFrom = 0.6f;  // in eye widths
constexpr std::size_t kLeastPictures = 5;
constexpr float kAgreeing = 0.3f;  // distance in eye widths between pictures; blinks move the lids
constexpr float kMostlyOpen = 0.85f;  // of the largest EAR
constexpr float kWideOpen = 0.22f;    // EAR; open mouths have less
constexpr float kSureSide = 1.6f;

float width_of(const EyePoints& eye) { return distance(eye[0], eye[3]); }

bool is_near(const EyePoints& a, const EyePoints& b, float distance_in_widths, float scale) {
  const float width = width_of(a), other = width_of(b);
  return distance(eye_center(a), eye_center(b)) <= distance_in_widths * width &&
         other * scale >= width && other <= scale * width;
}

/// The same place, for starts that end alike.
bool is_same_place(const EyePoints& a, const EyePoints& b) { return is_near(a, b, 0.15f, 1.25f); }

bool can_be_eye(const EyePoints& eye, const FrameView& picture) {
  const Point corner_line = eye[3] - eye[0];
  const float width = width_of(eye);
  const Point center = eye_center(eye);
  return width >= kSmallestEye * static_cast<float>(picture.width) &&
         width <= static_cast<float>(picture.width) &&
         std::fabs(corner_line.y) <= kSteepest * corner_line.x && center.x >= 0.0f &&
         center.y >= 0.0f && center.x < static_cast<float>(picture.width) &&
         center.y < static_cast<float>(picture.height) && is_plausible_eye(eye, corner_line);
}

const EyePlace& better(const EyePlaces& places) {
  return places.as.left.support > places.as.right.support ? places.as.left : places.as.right;
}

}  // namespace

CloseUpSearch::CloseUpSearch(std::shared_ptr<const LandmarkModels> models)
    : landmarker_(std::move(models)) {}

void CloseUpSearch::collect(const FrameView& picture, Eye side, float width_px) {
  const auto width = static_cast<float>(picture.width), height = static_cast<float>(picture.height);
  const float step = kStartStep * width_px;
  starts_.clear();
  for (float y = 0.5f * step; y < height; y += step) {
    for (float x = kFromBorder * width_px; x <= width - kFromBorder * width_px; x += step) {
      const Point first{x - 0.5f * width_px, y}, last{x + 0.5f * width_px, y};
      starts_.push_back({first, {x, y}, {x, y}, last, {x, y}, {x, y}});
    }
  }
  landmarker_.refine(picture, side, starts_);
  landmarker_.refine(picture, side, starts_);
  std::vector<EyePoints> before = starts_;
  landmarker_.refine(picture, side, starts_);
  for (std::size_t i = 0; i < starts_.size(); ++i) {
    const EyePoints& eye = starts_[i];
    if (!can_be_eye(eye, picture)) continue;
    const float moved = distance(before[i][0], eye[0]) + distance(before[i][3], eye[3]);
    if (moved > kLastMove * width_of(eye)) continue;
    const float presence = landmarker_.presence(picture, side, eye);
    if (presence > 0.0f) candidates_.push_back({side, eye, presence});
  }
}

EyePlaces CloseUpSearch::look(const FrameView& picture) {
  EYELID_EXPECTS(!picture.is_empty());
  candidates_.clear();
  for (float share = kSmallestStart; share <= kLargestStart; share *= kNextStart) {
    for (const Eye side : kEyes) {
      collect(picture, side, share * static_cast<float>(picture.width));
    }
  }
  EyePlaces places;
  std::vector<float> supports;
  for (const Candidate& candidate : candidates_) {
    EyePlace place;
    float count = 0.0f;
    for (const Candidate& other : candidates_) {
      if (other.side != candidate.side || !is_same_place(candidate.points, other.points)) continue;
      place.support += other.presence;
      count += 1.0f;
      for (std::size_t i = 0; i < 6; ++i) place.points[i] = place.points[i] + other.points[i];
    }
    for (Point& p : place.points) p = p * (1.0f / count);
    supports.push_back(place.support);
    EyePlace& best = places.as[candidate.side];
    if (place.support > best.support) best = place;
  }
  const EyePoints& eye = better(places).points;
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    const float away = distance(eye_center(candidates_[i].points), eye_center(eye));
    if (away > kElsewhereFrom * width_of(eye)) {
      places.rival_support = std::max(places.rival_support, supports[i]);
    }
  }
  return places;
}

GrayImage shrunk_for_search(const FrameView& picture, int& factor) {
  EYELID_EXPECTS(!picture.is_empty());
  const auto longest = static_cast<float>(std::max(picture.width, picture.height));
  factor = std::clamp(static_cast<int>(std::ceil(longest / kLongestSide_px)), 1, 128);
  GrayImage small((picture.width + factor - 1) / factor, (picture.height + factor - 1) / factor);
  kernels::shrink_by_mean(kernels::warp_kernels().pick(compute::cpu_features()),
                          {picture.pixels, picture.stride, picture.width, picture.height},
                          factor,
                          small.row(0),
                          small.stride());
  return small;
}

std::optional<AgreedEye> agreed_eye(std::span<const EyePlaces> pictures) {
  if (pictures.size() < kLeastPictures) return std::nullopt;
  std::vector<const EyePlace*> sure;
  for (const EyePlaces& places : pictures) {
    const EyePlace& place = better(places);
    if (place.support >= kLeastSupport && places.rival_support <= kMostRival * place.support) {
      sure.push_back(&place);
    }
  }
  std::vector<const EyePlace*> agreeing;
  for (const EyePlace* place : sure) {
    std::vector<const EyePlace*> like_it;
    std::ranges::copy_if(sure, std::back_inserter(like_it), [&](const EyePlace* other) {
      return is_near(place->points, other->points, kAgreeing, 1.5f);
    });
    if (like_it.size() > agreeing.size()) agreeing = std::move(like_it);
  }
  if (2 * agreeing.size() < pictures.size()) return std::nullopt;

  PerEye<float> evidence;
  for (const EyePlaces& places : pictures) {
    for (const Eye side : kEyes) {
      const EyePlace& place = places.as[side];
      if (is_near(agreeing.front()->points, place.points, kAgreeing, 1.5f)) {
        evidence[side] += place.support;
      }
    }
  }
  float most_open = 0.0f;
  std::size_t wide_open = 0;
  for (const EyePlace* place : agreeing) {
    most_open = std::max(most_open, ear_or_nan(place->points));
    wide_open += ear_or_nan(place->points) >= kWideOpen;
  }
  if (4 * wide_open < pictures.size()) return std::nullopt;

  AgreedEye result;
  const Eye likelier = evidence.left > evidence.right ? Eye::Left : Eye::Right;
  result.is_side_sure = evidence[likelier] >= kSureSide * evidence[other(likelier)];
  if (result.is_side_sure) result.side = likelier;
  float count = 0.0f;
  for (const EyePlace* place : agreeing) {
    if (ear_or_nan(place->points) < kMostlyOpen * most_open) continue;
    for (std::size_t i = 0; i < 6; ++i) result.points[i] = result.points[i] + place->points[i];
    count += 1.0f;
  }
  for (Point& p : result.points) p = p * (1.0f / count);
  return result;
}

}  // namespace eyelid::landmarks
