// SPDX-License-Identifier: MIT
// Faces and lid points of single pictures.
#include <nanobind/stl/array.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <array>
#include <mutex>
#include <utility>
#include <vector>

#include "columns.hpp"
#include "eyelid/pipeline/frame_measurer.hpp"
#include "eyelid/pipeline/setup.hpp"
#include "eyelid/video/frame_source.hpp"
#include "module.hpp"
#include "pictures.hpp"

namespace eyelid::python {
namespace {

nb::object array_of(std::span<const Point> points) {
  std::vector<float> values;
  for (const Point point : points) values.insert(values.end(), {point.x, point.y});
  return to_numpy<float>(std::move(values), {points.size(), 2});
}

/// As `eyelid detect` lists them: six keypoints of BlazeFace, five of MTCNN.
nb::object keypoints_of(const FaceBox& face) {
  if (!face.keypoints) return nb::none();
  if (!face.mouth_corners) return array_of(*face.keypoints);
  const FaceKeypoints& points = *face.keypoints;
  return array_of(std::array{
      points[0], points[1], points[2], (*face.mouth_corners)[0], (*face.mouth_corners)[1]});
}

nb::tuple tuple_of(const FaceBox& face) {
  const Rect& box = face.box;
  return nb::make_tuple(box.x, box.y, box.width, box.height, face.score, keypoints_of(face));
}

/// A detector and the landmarks, with work memory.
class PictureMeasurer {
 public:
  explicit PictureMeasurer(const pipeline::SetupRequest& request)
      : PictureMeasurer(pipeline::make_setup(request)) {}

  nb::list detect(const AnyArray& array, bool is_bgr, int used_bits) {
    std::vector<std::byte> gathered;
    const video::ArrayPicture picture = picture_of(array, is_bgr, "image", gathered);
    std::vector<FaceBox> faces;
    {
      const nb::gil_scoped_release unlocked;
      const std::lock_guard lock(mutex_);
      reader_.read(picture, used_bits, "image", image_);
      measurer_.detect(image_, faces);
    }
    nb::list result;
    for (const FaceBox& face : faces) result.append(tuple_of(face));
    return result;
  }

  using Box = std::array<float, 4>;

  /// Of every face in a picture, or in the given boxes: the face, its points, EAR right and left.
  nb::list locate(const AnyArray& array,
                  bool is_bgr,
                  int used_bits,
                  const std::optional<std::vector<Box>>& boxes) {
    std::vector<std::byte> gathered;
    const video::ArrayPicture picture = picture_of(array, is_bgr, "image", gathered);
    std::vector<FrameMeasurement> found;
    {
      const nb::gil_scoped_release unlocked;
      const std::lock_guard lock(mutex_);
      reader_.read(picture, used_bits, "image", image_);
      std::vector<FaceBox> faces;
      if (boxes) {
        for (const Box& b : *boxes) faces.push_back({Rect{b[0], b[1], b[2], b[3]}, 1.0f, {}});
      } else {
        measurer_.detect(image_, faces);
      }
      for (const FaceBox& face : faces) found.push_back(measurer_.locate(image_, face));
    }
    nb::list result;
    for (const FrameMeasurement& one : found) {
      std::array<Point, 12> lids;
      for (std::size_t i = 0; i < lids.size(); ++i) lids[i] = lid_point(*one.eyes, i);
      result.append(nb::make_tuple(tuple_of(*one.face),
                                   one.face_points ? array_of(*one.face_points) : array_of(lids),
                                   one.ear.right,
                                   one.ear.left));
    }
    return result;
  }

 private:
  explicit PictureMeasurer(pipeline::Setup setup)
      : measurer_(std::move(setup.detector), setup.models, setup.tracker.points) {}

  std::mutex mutex_;  // guards what follows
  pipeline::FrameMeasurer measurer_;
  video::ArrayReader reader_;
  GrayImage image_;
};

nb::object read_image(const std::filesystem::path& path) {
  std::vector<std::uint8_t> pixels;
  GrayImage image;
  {
    const nb::gil_scoped_release unlocked;
    image = video::read_image(path);
    for (int y = 0; y < image.height(); ++y) {
      pixels.insert(pixels.end(), image.row(y), image.row(y) + image.width());
    }
  }
  return to_numpy<std::uint8_t>(
      std::move(pixels),
      {static_cast<std::size_t>(image.height()), static_cast<std::size_t>(image.width())});
}

std::vector<std::filesystem::path> list_images(const std::filesystem::path& folder) {
  return video::list_images(folder);
}

}  // namespace

void add_faces(nb::module_& module) {
  nb::class_<PictureMeasurer>(module, "PictureMeasurer")
      .def(nb::init<const pipeline::SetupRequest&>(), nb::arg("request"))
      .def("detect",
           &PictureMeasurer::detect,
           nb::arg("image"),
           nb::arg("is_bgr"),
           nb::arg("used_bits"))
      .def("locate",
           &PictureMeasurer::locate,
           nb::arg("image"),
           nb::arg("is_bgr"),
           nb::arg("used_bits"),
           nb::arg("boxes").none());
  module.def("read_image", &read_image, nb::arg("path"));
  module.def("list_images", &list_images, nb::arg("folder"));
}

}  // namespace eyelid::python
