// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <span>
#include <vector>

#include "training/detector/data/face_labels.hpp"
#include "training/detector/data/teacher.hpp"

namespace eyelid::training {

/// A face nobody annotated, in pixels of the picture.
struct FoundFace {
  KnownFace face;
  float score = 0.0f;
  /// In crowds: dlib's detector sees it too, or two overlapping parts of the scene show it surely.
  bool is_confirmed = false;
};

/// Looks for faces that are not annotated, by eye of a teacher.
///
/// Crowded scenes are searched in parts as well, down to a quarter of the longer side: seconds per
/// thousand looks. What was found can be kept in a file for the next run; the file is a memory, no
/// more: pictures it does not know by their content are searched, and a damaged one is started
/// again.
///
/// Threads: find() from any.
class FaceFinder {
 public:
  /// `memory` may be empty: nothing is kept.
  explicit FaceFinder(const Teacher& teacher, std::filesystem::path memory = {});

  /// All finds but those of `known` faces, best first.
  std::vector<FoundFace> find(const PicturePyramid& picture,
                              std::span<const KnownFace> known,
                              bool is_crowded) const;

  /// Writes the memory, if there is to be one. Throws InputError.
  void save() const;

 private:
  std::uint64_t key_of(const PicturePyramid& picture,
                       std::span<const KnownFace> known,
                       bool is_crowded) const;
  void read_memory();

  const Teacher& teacher_;
  std::filesystem::path memory_;
  mutable std::mutex mutex_;
  mutable std::map<std::uint64_t, std::vector<FoundFace>> remembered_;
};

}  // namespace eyelid::training
