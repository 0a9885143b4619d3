// SPDX-License-Identifier: MIT
//
// Our trainer of shape models against dlib::shape_predictor_trainer: the same patches of one eye,
// the same settings, errors on the same held-out scenes. Checks besides that one thread and two
// give the same bytes.
//
//   build-bench/bin/ert_training_against_dlib PATCHES FORMAT:PATH...
//
// dlib takes landmarks in whole pixels: both learn from rounded points and are measured on the
// exact ones.
#include <dlib/image_processing/shape_predictor_trainer.h>
#include <fmt/format.h>
#include <time.h>

#include <cmath>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "eyelid/compute/machine.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/core/stopwatch.hpp"
#include "eyelid/landmarks/dlib_reference.hpp"
#include "eyelid/landmarks/patch.hpp"
#include "eyelid/landmarks/shape_model.hpp"
#include "eyelid/landmarks/shape_model_file.hpp"
#include "training/landmarks/landmark_training.hpp"

namespace {

using namespace eyelid;
using training::ShapeExamples;
using training::ShapeTrainingOptions;

struct Times {
  double wall_s;
  double processor_s;  // of all threads of this program: other programs do not count
};

template <class Work>
Times time_of(Work&& work) {
  const auto processor_s = [] {
    timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  };
  const double before_s = processor_s();
  const Stopwatch stopwatch;
  work();
  return {stopwatch.seconds(), processor_s() - before_s};
}

// At most `count` patches, spread over all of them.
ShapeExamples thinned(ShapeExamples all, std::size_t count) {
  const std::size_t size = all.patches.size();
  if (size <= count) return all;
  ShapeExamples some;
  some.point_count = all.point_count;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t source = i * size / count;
    const auto shape = all.shape(source);
    some.shapes.insert(some.shapes.end(), shape.begin(), shape.end());
    some.patches.push_back(std::move(all.patches[source]));
  }
  return some;
}

ShapeExamples eye_patches(std::vector<evaluation::LabeledFace> labeled, std::size_t count) {
  std::erase_if(labeled, [](const evaluation::LabeledFace& face) { return !face.points; });
  training::TrainingFaces faces;
  faces.add(std::move(labeled));
  training::ExampleOptions options;
  options.glasses_share = 0.0;
  options.degraded_share = 0.0;
  options.copies = 1 + count / std::max<std::size_t>(1, 2 * faces.size());
  return thinned(training::make_one_eye_examples(faces, options), count);
}

void round_points(ShapeExamples& examples) {
  const auto width = static_cast<float>(examples.patches[0].width());
  for (Point& p : examples.shapes) {
    p = {std::round(p.x * width) / width, std::round(p.y * width) / width};
  }
}

dlib::shape_predictor train_with_dlib(const ShapeExamples& examples,
                                      const ShapeTrainingOptions& options) {
  const int width = examples.patches[0].width();
  dlib::array<dlib::array2d<unsigned char>> images;
  std::vector<std::vector<dlib::full_object_detection>> objects;
  for (std::size_t i = 0; i < examples.patches.size(); ++i) {
    auto image = landmarks::dlib_image(examples.patches[i]);
    images.push_back(image);
    std::vector<dlib::point> parts;
    for (const Point p : examples.shape(i)) {
      parts.emplace_back(std::lround(p.x * static_cast<float>(width)),
                         std::lround(p.y * static_cast<float>(width)));
    }
    // Its width counts both ends: `width` pixels make one unit, as in ours.
    objects.push_back({dlib::full_object_detection(dlib::rectangle(0, 0, width, width), parts)});
  }
  dlib::shape_predictor_trainer trainer;
  trainer.set_cascade_depth(static_cast<unsigned long>(options.cascades));
  trainer.set_tree_depth(static_cast<unsigned long>(options.depth));
  trainer.set_num_trees_per_cascade_level(static_cast<unsigned long>(options.trees));
  trainer.set_nu(static_cast<double>(options.learning_rate));
  trainer.set_oversampling_amount(static_cast<unsigned long>(options.starts));
  trainer.set_feature_pool_size(static_cast<unsigned long>(options.features));
  trainer.set_feature_pool_region_padding(static_cast<double>(options.padding));
  trainer.set_lambda(static_cast<double>(options.closeness));
  trainer.set_num_test_splits(static_cast<unsigned long>(options.tests));
  trainer.set_num_threads(static_cast<unsigned long>(options.threads));
  return trainer.train(images, objects);
}

// Mean distance from the annotated points, in per cent of the distance of the corners.
double error_of(const landmarks::ShapeModelDescription& description, const ShapeExamples& unseen) {
  const landmarks::ShapeModel model(description);
  double sum = 0.0;
  std::vector<Point> found(unseen.point_count);
  for (std::size_t i = 0; i < unseen.patches.size(); ++i) {
    const GrayImage& patch = unseen.patches[i];
    const auto truth = unseen.shape(i);
    model.predict(patch, landmarks::ShapeRegion::of_patch(patch.width()), found);
    for (std::size_t k = 0; k < found.size(); ++k) {
      sum += static_cast<double>(distance(found[k], truth[k]) / distance(truth[0], truth[3]));
    }
  }
  return 100.0 * sum / static_cast<double>(unseen.shapes.size());
}

void print_row(const char* name, Times times, double error_percent) {
  fmt::print("{:32} {:8.2f} s by the clock {:8.2f} s of processor time   error {:.3f} %\n",
             name,
             times.wall_s,
             times.processor_s,
             error_percent);
}

void compare(std::size_t patches, const std::vector<std::string>& datasets) {
  training::LandmarkTrainingOptions source;
  source.datasets = datasets;
  source.held_out_share = 0.25;
  const training::SceneSplit split =
      training::read_training_faces(source, [](const std::string&) {});
  ShapeExamples examples = eye_patches(split.training, patches);
  const ShapeExamples unseen = eye_patches(split.held_out, patches);
  round_points(examples);

  ShapeTrainingOptions options;  // 10 x 150 trees of depth 4, 3 starts, 400 features, 20 splits
  fmt::print("{} patches in {} starts, {} held out; {} x {} trees of depth {}\n",
             examples.patches.size(),
             options.starts,
             unseen.patches.size(),
             options.cascades,
             options.trees,
             options.depth);
  landmarks::ShapeModelDescription ours;
  landmarks::ShapeModelDescription again;
  dlib::shape_predictor theirs;
  options.threads = 1;
  const Times ours_one = time_of([&] { ours = training::train_shape_model(examples, options); });
  print_row("eyelid, 1 thread", ours_one, error_of(ours, unseen));
  options.threads = 2;
  const Times ours_two = time_of([&] { again = training::train_shape_model(examples, options); });
  print_row("eyelid, 2 threads", ours_two, error_of(again, unseen));
  fmt::print(
      "  the same bytes: {}\n",
      landmarks::shape_model_bytes(ours) == landmarks::shape_model_bytes(again) ? "yes" : "NO");
  options.threads = 1;
  const Times dlib_one = time_of([&] { theirs = train_with_dlib(examples, options); });
  std::ostringstream bytes;
  dlib::serialize(theirs, bytes);
  const std::string text = bytes.str();
  print_row("dlib, 1 thread",
            dlib_one,
            error_of(landmarks::load_shape_model(std::as_bytes(std::span(text.data(), text.size())),
                                                 "dlib's"),
                     unseen));
  fmt::print("  {:.1f} times faster by the clock, {:.1f} by processor time; two threads: {:.1f}\n",
             dlib_one.wall_s / ours_one.wall_s,
             dlib_one.processor_s / ours_one.processor_s,
             dlib_one.wall_s / ours_two.wall_s);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "usage: {} PATCHES FORMAT:PATH...\n", argv[0]);
    return 2;
  }
  try {
    const compute::Machine machine = compute::this_machine();
    fmt::print("{}, {}\n", machine.cpu_model, machine.cpu_features);
    compare(std::strtoul(argv[1], nullptr, 10), {argv + 2, argv + argc});
  } catch (const InputError& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
