// SPDX-License-Identifier: MIT
//
// ShapeModel against dlib::shape_predictor: the same ensemble, pictures and boxes, one thread, one
// face at a time, the contestants taking turns. Prints the fastest and the median processor time of
// each, the ratio of the medians, and how far the landmarks lie apart.
//
//   build-bench/bin/shape_models_against_dlib [rounds]
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "eyelid/compute/machine.hpp"
#include "eyelid/core/statistics.hpp"
#include "eyelid/landmarks/dlib_reference.hpp"
#include "eyelid/landmarks/random_shape_model.hpp"
#include "eyelid/landmarks/shape_model.hpp"
#include "eyelid/landmarks/shape_model_file.hpp"

namespace {

using namespace eyelid;
using namespace eyelid::landmarks;

constexpr std::size_t kPictures = 16;

struct Contestant {
  std::string name;
  std::function<void(std::size_t picture)> run;
  std::vector<double> times_us = {};
};

// Processor time of this thread: what other programs take on a shared machine does not count.
double now_us() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) * 1e-3;
}

double time_us(const std::function<void()>& work) {
  const double start = now_us();
  work();
  return now_us() - start;
}

struct Ours {
  std::string name;
  ShapeModel model;
  std::vector<std::vector<Point>> points;
};

void compare(const RandomShapeModelSize& size, int rounds) {
  const DlibReference reference(random_shape_model(size, 7));
  const std::string bytes = reference.serialized();
  const auto description =
      load_shape_model(std::as_bytes(std::span(bytes.data(), bytes.size())), "random model");

  std::vector<GrayImage> pictures;
  std::vector<dlib::array2d<unsigned char>> dlib_pictures;
  std::vector<dlib::rectangle> boxes;
  for (std::size_t i = 0; i < kPictures; ++i) {
    pictures.push_back(random_gray_image(640, 480, static_cast<std::uint32_t>(i)));
    dlib_pictures.push_back(dlib_image(pictures.back()));
    const long shift = static_cast<long>(i % 5);
    boxes.emplace_back(220 + shift, 140 - shift, 419 + shift, 339 - shift);
  }

  std::vector<Ours> ours;
  for (const LeafType type : {LeafType::F32, LeafType::F16, LeafType::I16}) {
    ours.push_back({"eyelid, " + name_of(type) + " leaves",
                    ShapeModel(description, type),
                    std::vector(kPictures, std::vector<Point>(size.points))});
  }
  const auto region_of = [&](std::size_t i) {
    return region_of_dlib_box(static_cast<int>(boxes[i].left()),
                              static_cast<int>(boxes[i].top()),
                              static_cast<int>(boxes[i].width()),
                              static_cast<int>(boxes[i].height()));
  };
  std::vector<Contestant> contestants = {{"dlib::shape_predictor", [&](std::size_t i) {
                                            reference.predictor()(dlib_pictures[i], boxes[i]);
                                          }}};
  for (Ours& model : ours) {
    contestants.push_back({model.name, [&](std::size_t i) {
                             model.model.predict(pictures[i], region_of(i), model.points[i]);
                           }});
  }
  for (int round = 0; round < rounds; ++round) {
    for (Contestant& contestant : contestants) {
      for (std::size_t i = 0; i < kPictures; ++i) {
        contestant.times_us.push_back(time_us([&] { contestant.run(i); }));
      }
    }
  }

  fmt::print("{} points, {} cascades of {} trees of depth {}, {} features\n",
             size.points,
             size.cascades,
             size.trees,
             size.depth,
             size.features);
  double dlib_median = 0.0;
  for (std::size_t c = 0; c < contestants.size(); ++c) {
    const auto& times = contestants[c].times_us;
    const double median = median_of(times);
    if (c == 0) dlib_median = median;
    double apart_px = 0.0;
    for (std::size_t i = 0; c > 0 && i < kPictures; ++i) {
      const auto expected = reference.unrounded(dlib_pictures[i], boxes[i]);
      for (std::size_t k = 0; k < size.points; ++k) {
        const Point p = region_of(i).image_from_normalized(ours[c - 1].points[i][k]);
        apart_px = std::max(apart_px, static_cast<double>(distance(p, expected[k])));
      }
    }
    fmt::print("  {:22} fastest {:8.2f} us  median {:8.2f} us  {:5.1f}x",
               contestants[c].name,
               *std::min_element(times.begin(), times.end()),
               median,
               dlib_median / median);
    if (c > 0) fmt::print("  at most {:.4f} px from dlib", apart_px);
    fmt::print("\n");
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 60;
  const compute::Machine machine = compute::this_machine();
  fmt::print("{}, {}\n", machine.cpu_model, machine.cpu_features);
  compare({68, 4, 15, 500, 400}, rounds);  // the size of dlib's public 68-point model
  compare({12, 4, 15, 500, 400}, rounds);
  compare({68, 3, 10, 400, 400}, rounds);  // the size of ours
  compare({12, 4, 10, 150, 400}, rounds);
  compare({6, 4, 10, 400, 400}, rounds);
}
