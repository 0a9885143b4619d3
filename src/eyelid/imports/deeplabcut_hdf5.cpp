// SPDX-License-Identifier: MIT
#include "eyelid/imports/deeplabcut_hdf5.hpp"

#include <fmt/format.h>
#include <hdf5.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/imports/lid_points.hpp"
#include "eyelid/imports/pose_columns.hpp"

namespace eyelid::imports {
namespace {

constexpr hsize_t kRowsAtOnce = 1024;
constexpr std::size_t kMaxAttribute_bytes = std::size_t{1} << 20;
constexpr std::size_t kMaxPoseColumns = 100'000;

/// A handle of libhdf5, closed at the end.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Handle(hid_t id, Close close) : id_(id), close_(close) {}
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  hid_t get() const { return id_; }
  explicit operator bool() const { return id_ >= 0; }

 private:
  hid_t id_;
  Close close_;
};

// Text or pickle of fixed length; "" where there is none.
std::string text_attribute(hid_t object, const char* name) {
  if (H5Aexists(object, name) <= 0) return "";
  const Handle attribute(H5Aopen(object, name, H5P_DEFAULT), H5Aclose);
  const Handle type(attribute ? H5Aget_type(attribute.get()) : -1, H5Tclose);
  if (!type || H5Tget_class(type.get()) != H5T_STRING || H5Tis_variable_str(type.get()) > 0) {
    return "";
  }
  const Handle space(H5Aget_space(attribute.get()), H5Sclose);
  const std::size_t size = H5Tget_size(type.get());
  if (!space || H5Sget_simple_extent_npoints(space.get()) != 1 || size > kMaxAttribute_bytes) {
    return "";
  }
  std::string text(size, '\0');
  if (H5Aread(attribute.get(), type.get(), text.data()) < 0) return "";
  return text;
}

herr_t add_name(hid_t, const char* name, const H5L_info_t*, void* names) {
  static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  return 0;
}

class PoseFile {
 public:
  PoseFile(const std::filesystem::path& path, const TraceOptions& options)
      : name_(path.string()), options_(options), file_(open(path), H5Fclose) {
    if (!file_) throw InputError(name_ + ": cut off or damaged, expected an HDF5 file");
  }

  Trace read() {
    const Handle group(H5Gopen2(file_.get(), find_frame().c_str(), H5P_DEFAULT), H5Gclose);
    const Handle table(H5Dopen2(group.get(), "table", H5P_DEFAULT), H5Dclose);
    if (!table) throw InputError(name_ + ": has no table, expected points of DeepLabCut");
    const PoseColumns columns = columns_of(text_attribute(group.get(), "non_index_axes"));
    const LidOpening lids(name_, points_of(columns, name_), options_);
    check_rate(options_, name_);
    Trace trace;
    trace.quantity = Quantity::Opening;
    read_rows(table.get(), columns.coords.size(), lids, trace);
    if (trace.time_s.size() < 2) {
      throw InputError(name_ + ": fewer than 2 frames, expected points of a film");
    }
    trace.format = "DeepLabCut, " + lids.description();
    return trace;
  }

 private:
  static hid_t open(const std::filesystem::path& path) {
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // it prints by default
    return H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  }

  // DeepLabCut calls its frame df_with_missing or tracks.
  std::string find_frame() const {
    std::vector<std::string> names;
    H5Literate(file_.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr, add_name, &names);
    bool has_fixed = false;
    for (const std::string& name : names) {
      const Handle group(H5Gopen2(file_.get(), name.c_str(), H5P_DEFAULT), H5Gclose);
      if (!group) continue;
      const std::string type = text_attribute(group.get(), "pandas_type");
      if (type.starts_with("frame_table")) return name;
      has_fixed = has_fixed || type.starts_with("frame");
    }
    throw InputError(name_ + (has_fixed ? ": a frame in pandas' fixed format, expected a table, as "
                                          "DeepLabCut writes (or its .csv)"
                                        : ": no frame of pandas, expected points of DeepLabCut"));
  }

  PoseColumns columns_of(const std::string& pickle) const {
    std::vector<std::vector<std::string>> tuples;
    try {
      tuples = tuples_in_pickle(pickle);
    } catch (const InputError& error) {
      throw InputError(name_ + ": " + error.what());
    }
    // (scorer, point, coordinate), or (scorer, animal, point, coordinate).
    PoseColumns columns;
    for (const std::vector<std::string>& tuple : tuples) {
      if (tuple.size() != 3 && tuple.size() != 4) {
        throw InputError(fmt::format(
            "{}: columns of {} names, expected the 3 or 4 of DeepLabCut", name_, tuple.size()));
      }
      if (tuple.size() == 4) columns.individuals.push_back(tuple[1]);
      columns.bodyparts.push_back(tuple[tuple.size() - 2]);
      columns.coords.push_back(tuple.back());
    }
    if (columns.coords.empty() || columns.coords.size() > kMaxPoseColumns) {
      throw InputError(name_ + ": no columns, expected points of DeepLabCut");
    }
    return columns;
  }

  void read_rows(hid_t table, std::size_t width, const LidOpening& lids, Trace& trace) const {
    const Handle space(H5Dget_space(table), H5Sclose);
    const Handle stored(H5Dget_type(table), H5Tclose);
    const int member = H5Tget_class(stored.get()) == H5T_COMPOUND
                           ? H5Tget_member_index(stored.get(), "values_block_0")
                           : -1;
    const Handle values(
        member < 0 ? -1 : H5Tget_member_type(stored.get(), static_cast<unsigned>(member)),
        H5Tclose);
    hsize_t stored_width = 0;
    const bool is_row = values && H5Tget_class(values.get()) == H5T_ARRAY &&
                        H5Tget_array_ndims(values.get()) == 1 &&
                        H5Tget_array_dims2(values.get(), &stored_width) == 1;
    if (!is_row || stored_width != width || H5Sget_simple_extent_ndims(space.get()) != 1) {
      throw InputError(fmt::format(
          "{}: rows of {} numbers for {} columns, expected as many", name_, stored_width, width));
    }
    hsize_t rows = 0;
    H5Sget_simple_extent_dims(space.get(), &rows, nullptr);
    const hsize_t array_width = width;
    const Handle array(H5Tarray_create2(H5T_NATIVE_DOUBLE, 1, &array_width), H5Tclose);
    const Handle row(H5Tcreate(H5T_COMPOUND, width * sizeof(double)), H5Tclose);
    H5Tinsert(row.get(), "values_block_0", 0, array.get());
    std::vector<double> numbers;
    for (hsize_t first = 0; first < rows; first += kRowsAtOnce) {
      const hsize_t count = std::min(kRowsAtOnce, rows - first);
      const Handle memory(H5Screate_simple(1, &count, nullptr), H5Sclose);
      numbers.resize(count * width);
      H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, &first, nullptr, &count, nullptr);
      if (H5Dread(table, row.get(), memory.get(), space.get(), H5P_DEFAULT, numbers.data()) < 0) {
        throw InputError(
            fmt::format("{}: row {} cannot be read, expected a whole file", name_, first));
      }
      for (hsize_t i = 0; i < count; ++i) {
        trace.time_s.push_back(static_cast<double>(first + i) / options_.frames_per_second);
        const double* values_of_row = numbers.data() + i * width;
        lids.add(trace, [&](std::size_t column) { return values_of_row[column]; });
      }
    }
  }

  std::string name_;
  const TraceOptions& options_;
  Handle file_;
};

}  // namespace

Trace deeplabcut_hdf5_trace(const std::filesystem::path& path, const TraceOptions& options) {
  return PoseFile(path, options).read();
}

}  // namespace eyelid::imports
