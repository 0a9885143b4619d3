// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <vector>

namespace eyelid::video {

/// What one decoder reads: a video, a folder of pictures, a picture file, or several of them.
using ClipInputs = std::vector<std::filesystem::path>;

/// The recordings behind what a user names, in order: one, or the clips of a session, each a film
/// or a folder of pictures. A folder of films stands for its films in natural order (clip2 before
/// clip10), without the overlay.mp4 that eyelid leaves beside a session.json; several picture files
/// are one recording. At least one clip; the inputs of all clips in order are the same session.
///
/// Throws InputError: absent, a folder with neither or both, picture files among films.
std::vector<ClipInputs> clips_of(const std::vector<std::filesystem::path>& inputs);

/// By content; raw Motion JPEG begins like a single picture, so the name decides.
bool is_picture(const std::filesystem::path& path);

/// The inputs of all clips in order.
ClipInputs joined(const std::vector<ClipInputs>& clips);

}  // namespace eyelid::video
