// SPDX-License-Identifier: MIT
#include <matio.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/evaluation/annotation_readers.hpp"
#include "eyelid/imports/mat_file.hpp"

namespace eyelid::evaluation {
namespace {

namespace fs = std::filesystem;

struct CloseMat {
  void operator()(mat_t* file) const { Mat_Close(file); }
};
struct FreeVariable {
  void operator()(matvar_t* variable) const { Mat_VarFree(variable); }
};
using Variable = std::unique_ptr<matvar_t, FreeVariable>;

// 68 columns of x, y (and z); nothing when the variable is of another shape or kind.
std::vector<Point> points_of(const matvar_t& variable) {
  const bool is_matrix = variable.rank == 2 && variable.data != nullptr && variable.isComplex == 0;
  if (!is_matrix || variable.dims[1] != kIbugPoints) return {};
  const std::size_t rows = variable.dims[0];
  if (rows != 2 && rows != 3) return {};
  std::vector<Point> points;
  for (std::size_t i = 0; i < kIbugPoints; ++i) {
    double place[2];
    for (std::size_t k = 0; k < 2; ++k) {
      if (variable.class_type == MAT_C_DOUBLE) {
        place[k] = static_cast<const double*>(variable.data)[i * rows + k];
      } else if (variable.class_type == MAT_C_SINGLE) {
        place[k] = static_cast<const float*>(variable.data)[i * rows + k];
      } else {
        return {};
      }
      if (!is_coordinate(place[k])) return {};
    }
    // MATLAB counts pixels from 1.
    points.push_back({static_cast<float>(place[0] - 1.0), static_cast<float>(place[1] - 1.0)});
  }
  return points;
}

std::vector<Point> read_points(const fs::path& path) {
  if (imports::is_mat_damaged(path))
    throw InputError(path.string() + ": cut off, expected a MATLAB file");
  const std::unique_ptr<mat_t, CloseMat> file(Mat_Open(path.c_str(), MAT_ACC_RDONLY));
  if (!file) throw InputError(path.string() + ": damaged, expected a MATLAB file");
  // AFLW2000-3D has both; its pt2d are 21 points.
  for (const char* name : {"pt3d_68", "pt2d"}) {
    Mat_Rewind(file.get());
    const Variable variable(Mat_VarRead(file.get(), name));
    if (!variable) continue;
    std::vector<Point> points = points_of(*variable);
    if (!points.empty()) return points;
  }
  throw InputError(path.string() + ": no 68 points in pt2d or pt3d_68, expected 300W-LP's layout");
}

// Without 300W-LP's `landmarks/`, which hold the same points once more and no pictures.
std::vector<fs::path> mat_files(const fs::path& folder) {
  std::vector<fs::path> files = files_below(folder, ".mat", "a folder of .mat files and pictures");
  std::erase_if(files, [&](const fs::path& file) {
    const fs::path below = file.lexically_relative(folder).parent_path();
    return std::find(below.begin(), below.end(), "landmarks") != below.end();
  });
  return files;
}

// 300W-LP turns every photograph into several views, `<photograph>_<view>`: one scene.
std::string photograph_of(const fs::path& file) {
  const std::string stem = file.stem().string();
  const auto dash = stem.find_last_of('_');
  return dash == std::string::npos || dash == 0 ? stem : stem.substr(0, dash);
}

}  // namespace

void read_300w_lp(const fs::path& folder, AnnotatedPictures& set) {
  read_points_beside_pictures(mat_files(folder), read_points, photograph_of, set);
}

}  // namespace eyelid::evaluation
