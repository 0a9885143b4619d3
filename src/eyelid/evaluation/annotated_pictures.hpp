// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eyelid/core/geometry.hpp"

namespace eyelid::evaluation {

/// A face as one set annotates it: a box, points, or both. Points in pixels of the picture, the
/// center of its first pixel being (0, 0); boxes on pixel edges. Neither: a face somewhere in the
/// picture.
struct AnnotatedFace {
  std::optional<Rect> box;  // the extent of the face as this set defines it
  /// 68 (iBUG), 98 (WFLW), 5 (eyes, nose, mouth corners), 2 (the subject's right and left eye) or
  /// none.
  std::vector<Point> points;
};

/// One picture with all its annotations.
struct AnnotatedPicture {
  std::filesystem::path image;
  /// Pictures of one scene share it: a training set and its check must never share a scene.
  std::string scene;
  std::vector<AnnotatedFace> faces;
  std::vector<Rect> ignored;  // places where a face may or may not be, on pixel edges
  bool is_complete = false;   // whether every face of the picture is annotated
};

/// What a set held. A damaged entry never ends the reading: it is skipped, and one sentence that
/// names the file says why.
struct AnnotatedPictures {
  std::string name;  // as given: "wflw:faces"
  std::vector<AnnotatedPicture> pictures;
  std::vector<std::string> problems;
  std::size_t missing_pictures = 0;  // named by an annotation, but absent; among the problems
  /// False detections are counted although the set does not claim to annotate every face (AFLW, as
  /// the reference study did): they are an upper bound.
  bool counts_false_anyway = false;

  std::size_t face_count() const;
  /// "wider:faces: 73 pictures, 396 faces, 3 ignored places; 1 picture missing, 2 other problems"
  std::string summary() const;
};

/// Pictures of a set given as FORMAT:PATH.
///   300w      folder (with sub-folders) of iBUG `.pts` files, pictures beside them
///   wflw      folder with `images/` and `list_98pt_rect.txt`
///   wider     folder with `images/` and `wider_face_val_bbx_gt.txt` (or the list of `train`);
///             faces marked invalid are ignored
///   fddb      folder with ellipseList.txt or FDDB-folds/, pictures beside or in originalPics/: the
///             upright boxes around the ellipses
///   300w-lp   folder (with sub-folders) of `.mat` files with the 68 points pt2d, pictures beside
///   aflw2000  the same with pt3d_68
///   jsonl     file of JSON lines, docs/annotations.md
///   aflw      aflw.sqlite or the folder that holds it (or data/aflw.sqlite); pictures beside it or
///             in flickr/
///   bioid     folder (with sub-folders) of `.eye` files, pictures beside them: eyes, no boxes
///   dlib      XML file of imglab: boxes, 68 parts where a box has them; paths relative to the file
///   yale      folder of portraits, one face each, nothing known of its place
///   pictures  folder of pictures of which nothing is known
///
/// Pictures must exist but are not opened; the order is the same on every machine. Throws
/// InputError: unknown format, absent folder or list, or not one usable picture.
AnnotatedPictures read_annotated_pictures(std::string_view format_and_path);

}  // namespace eyelid::evaluation
