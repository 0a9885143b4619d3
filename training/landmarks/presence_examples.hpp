// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "eyelid/landmarks/landmark_models.hpp"
#include "training/landmarks/training_faces.hpp"

namespace eyelid::training {

/// What a patch shows where the landmark models have placed lid points. Half-closed eyes are
/// counted with the closed ones: both are rare in photographs, and every blink passes them.
enum class PresenceKind { OpenEye, ClosedEye, Background, CoveredEye };

struct PresenceExample {
  GrayImage patch;  // landmarks::kPresencePatch, of even light
  PresenceKind kind = PresenceKind::Background;
};

/// A picture of a single eye and whether it is open: the set train/eyes_state (`labels.csv` with
/// the columns file, subject, state).
struct EyePicture {
  std::filesystem::path image;
  std::string scene;  // the person
  bool is_closed = false;
};
/// Throws InputError.
std::vector<EyePicture> read_eye_pictures(const std::filesystem::path& folder);

struct PresenceOptions {
  std::size_t views = 3;          // crops of each photographed face, at random sizes and turns
  std::size_t closed_factor = 4;  // of a face with a closed or half-closed eye
  std::uint64_t seed = 1;
};

/// Patches as tracking meets them: the landmark models run from displaced eye centers (eyes), from
/// random places (background), and on eyes that a drawn patch, hand, strand of hair or glare
/// covers. Only places that pass the rules of plausibility.hpp, which judge them first. Faces are
/// worked on in parallel; same options, same examples. Throws InputError when a picture cannot be
/// read.
std::vector<PresenceExample> make_presence_examples(
    const TrainingFaces& faces,
    const std::shared_ptr<const landmarks::LandmarkModels>& models,
    const PresenceOptions& options);

/// The same of pictures of single eyes; `backgrounds` lends pieces of its pictures without eyes,
/// cut and measured in the same way.
std::vector<PresenceExample> make_presence_examples(
    const std::vector<EyePicture>& pictures,
    const TrainingFaces& backgrounds,
    const std::shared_ptr<const landmarks::LandmarkModels>& models,
    const PresenceOptions& options);

}  // namespace eyelid::training
