// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace eyelid::synthesis {

enum class HairStyle { Short, Long, TiedBack };

/// Looks of one synthetic person. Lengths in millimeters, albedos as reflected fraction of light.
struct Person {
  std::uint64_t seed = 1;
  float skin_albedo = 0.5f;
  float hair_albedo = 0.06f;
  float iris_albedo = 0.08f;
  float lip_contrast = 0.7f;  // lip albedo over skin albedo
  float beard = 0.0f;         // 0 none .. 1 full stubble
  float gloss = 0.15f;        // strength of the skin's shine
  float age = 0.3f;           // 0 smooth .. 1 lined
  float face_width = 1.0f;    // factors of the mean head
  float jaw_width = 1.0f;
  float face_length = 1.0f;  // below the eyes
  float cheek = 1.0f;
  float nose_width = 1.0f;
  float nose_height = 1.0f;
  float nose_length = 1.0f;
  float lip_fullness = 1.0f;
  float mouth_width = 25.0f;  // half
  float brow_ridge = 1.0f;
  float brow_height = -20.0f;  // y of the brow's middle
  float brow_thickness = 3.2f;
  float brow_density = 0.8f;
  float brow_arch = 3.0f;
  float eye_distance = 31.5f;  // midline to the middle of the fissure
  float eye_half_width = 14.5f;
  float upper_lid = 6.6f;  // height of the open lid over the line of the corners
  float lower_lid = 3.3f;
  float canthal_tilt_deg = 4.0f;
  float crease = 3.6f;        // over the open lid
  float crease_depth = 1.0f;  // 0 for a lid without a fold
  float lash_length = 1.0f;
  float lash_darkness = 0.7f;
  float pupil_radius = 2.2f;
  HairStyle hair = HairStyle::Short;
  float hair_thickness = 9.0f;
  float hairline = -66.0f;  // y at the midline
  float shirt_albedo = 0.2f;
};

/// The person of this seed: tone of skin and hair, shape of face, eyes, brows and nose.
///
/// Face measures spread around anthropometric means: outer-eye distance 92 mm, face width 137 mm,
/// palpebral fissure 29 x 10 mm (Farkas 1994; the width the iBUG points follow).
Person make_person(std::uint64_t seed);

}  // namespace eyelid::synthesis
