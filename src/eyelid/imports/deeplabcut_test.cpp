// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <hdf5.h>

#include <cmath>

#include "eyelid/imports/deeplabcut_hdf5.hpp"
#include "eyelid/imports/import_testing.hpp"
#include "eyelid/imports/trace.hpp"

namespace eyelid::imports {
namespace {

// As DeepLabCut 2 and 3 write it: the scorer over every column, then points, then x, y, likelihood.
constexpr const char* kPoints =
    "scorer,DLC_r50,DLC_r50,DLC_r50,DLC_r50,DLC_r50,DLC_r50,DLC_r50,DLC_r50,DLC_r50\n"
    "bodyparts,lid_top,lid_top,lid_top,lid_bottom,lid_bottom,lid_bottom,nose,nose,nose\n"
    "coords,x,y,likelihood,x,y,likelihood,x,y,likelihood\n"
    "0,100.0,50.0,0.99,100.0,70.0,0.98,10,10,1\n"
    "1,100.0,58.0,0.99,100.0,70.0,0.97,10,10,1\n"
    "2,100.0,58.0,0.20,100.0,70.0,0.97,10,10,1\n"
    "3,,,,100.0,70.0,0.97,10,10,1\n";

Trace trace_of(const std::string& bytes, const TraceOptions& options) {
  const FileOf file("mouse7DLC_resnet50.csv", bytes);
  return read_trace(file.path(), options);
}

TraceOptions at_250() {
  TraceOptions options;
  options.frames_per_second = 250.0;
  return options;
}

TEST(DeepLabCutText, OpeningOfTheLids) {
  const Trace trace = trace_of(kPoints, at_250());
  ASSERT_EQ(trace.time_s.size(), 4u);
  EXPECT_DOUBLE_EQ(trace.time_s[3], 3.0 / 250.0);
  EXPECT_FLOAT_EQ(trace.values[2][0], 20.0f);
  EXPECT_FLOAT_EQ(trace.values[2][1], 12.0f);
  EXPECT_TRUE(std::isnan(trace.values[2][2]));  // not likely enough
  EXPECT_TRUE(std::isnan(trace.values[2][3]));
  EXPECT_EQ(trace.quantity, Quantity::Opening);
  EXPECT_EQ(trace.format, "DeepLabCut, lid points lid_top, lid_bottom");
}

TEST(DeepLabCutText, SeveralAnimalsAndNamedPoints) {
  const std::string bytes =
      "scorer,s,s,s,s,s,s,s,s\n"
      "individuals,a,a,a,a,b,b,b,b\n"
      "bodyparts,u,u,l,l,u,u,l,l\n"
      "coords,x,y,x,y,x,y,x,y\n"
      "0,0,0,0,4,0,0,3,4\n"
      "1,0,0,0,2,0,0,3,4\n";
  TraceOptions options = at_250();
  options.lid_points = {"right:a/u,a/l", "left:b/u+a/u,b/l,a/u,a/l"};
  const Trace trace = trace_of(bytes, options);
  EXPECT_FLOAT_EQ(trace.values[0][1], 2.0f);
  EXPECT_FLOAT_EQ(trace.values[1][1], 2.5f);  // 5 px over corners 2 px apart
}

TEST(DeepLabCutText, SaysWhatIsMissing) {
  EXPECT_EQ(error_of([] { trace_of(kPoints, {}); }),
            "mouse7DLC_resnet50.csv: points without times, expected the frame rate of the film "
            "(--fps N)");
  TraceOptions other = at_250();
  other.lid_points = {"upper,lower"};
  EXPECT_EQ(error_of([&] { trace_of(kPoints, other); }),
            "mouse7DLC_resnet50.csv: has the points lid_top, lid_bottom, nose; expected a point "
            "upper");
  EXPECT_EQ(error_of([] {
              trace_of("scorer,s,s\nbodyparts,nose,nose\ncoords,x,y\n0,1,1\n1,1,1\n", at_250());
            }),
            "mouse7DLC_resnet50.csv: has the points nose; expected an upper and a lower lid (name "
            "them: --lid-points UPPER,LOWER)");
  EXPECT_EQ(error_of([] { trace_of("scorer,s,s\nbodyparts,nose,nose\n", at_250()); }),
            "mouse7DLC_resnet50.csv: ends in its header, expected the rows scorer, bodyparts, and "
            "coords of DeepLabCut");
  const std::string whole = kPoints;
  EXPECT_EQ(
      error_of([&] { trace_of(whole.substr(0, whole.size() - 12), at_250()); }),
      "mouse7DLC_resnet50.csv:7: found 7 cells, expected 10 as in the header (the file may be "
      "cut off)");
}

// The attribute that pandas and PyTables write for the columns (scorer, point, coordinate), as a
// pickle of protocol 0: [(1, [("s", "lid_top", "x"), ...])].
std::string pickled_columns() {
  std::string pickle = "(lp0\n(I1\n(lp1\n(Vs\np2\nVlid_top\np3\nVx\np4\ntp5\na";
  pickle += "(g2\ng3\nVy\np6\ntp7\na(g2\ng3\nVlikelihood\np8\ntp9\na";
  pickle += "(g2\nVlid_bottom\np10\ng4\ntp11\na(g2\ng10\ng6\ntp12\na(g2\ng10\ng8\ntp13\natp14\na.";
  return pickle;
}

void add_text(hid_t object, const char* name, const std::string& text) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, text.size());
  const hid_t space = H5Screate(H5S_SCALAR);
  const hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
  H5Awrite(attribute, type, text.data());
  H5Aclose(attribute);
  H5Sclose(space);
  H5Tclose(type);
}

struct PoseRow {
  std::int64_t index;
  double values[6];
};

void write_pose(const std::filesystem::path& path,
                const std::string& type,
                const std::string& columns) {
  const PoseRow rows[3] = {{0, {100, 50, 0.9, 100, 70, 0.9}},
                           {1, {100, 58, 0.9, 100, 70, 0.9}},
                           {2, {100, 58, 0.1, 100, 70, 0.9}}};
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const hid_t group = H5Gcreate2(file, "df_with_missing", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  add_text(group, "pandas_type", type);
  add_text(group, "non_index_axes", columns);
  const hsize_t width = 6;
  const hsize_t count = 3;
  const hid_t array = H5Tarray_create2(H5T_NATIVE_DOUBLE, 1, &width);
  const hid_t row = H5Tcreate(H5T_COMPOUND, sizeof(PoseRow));
  H5Tinsert(row, "index", HOFFSET(PoseRow, index), H5T_NATIVE_INT64);
  H5Tinsert(row, "values_block_0", HOFFSET(PoseRow, values), array);
  const hid_t space = H5Screate_simple(1, &count, nullptr);
  const hid_t table = H5Dcreate2(group, "table", row, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  H5Dwrite(table, row, H5S_ALL, H5S_ALL, H5P_DEFAULT, rows);
  H5Dclose(table);
  H5Sclose(space);
  H5Tclose(row);
  H5Tclose(array);
  H5Gclose(group);
  H5Fclose(file);
}

TEST(DeepLabCutHdf5, OpeningOfTheLids) {
  const testing::TemporaryFolder folder;
  write_pose(folder / "points.h5", "frame_table", pickled_columns());
  const Trace trace = read_trace(folder / "points.h5", at_250());
  ASSERT_EQ(trace.time_s.size(), 3u);
  EXPECT_DOUBLE_EQ(trace.time_s[2], 2.0 / 250.0);
  EXPECT_FLOAT_EQ(trace.values[2][0], 20.0f);
  EXPECT_FLOAT_EQ(trace.values[2][1], 12.0f);
  EXPECT_TRUE(std::isnan(trace.values[2][2]));
}

TEST(DeepLabCutHdf5, SaysWhatIsWrong) {
  const testing::TemporaryFolder folder;
  const auto error = [&](const std::string& type, const std::string& columns) {
    write_pose(folder / "points.h5", type, columns);
    return error_of([&] { read_trace(folder / "points.h5", at_250()); });
  };
  EXPECT_EQ(
      error("frame", pickled_columns()),
      "points.h5: a frame in pandas' fixed format, expected a table, as DeepLabCut writes (or "
      "its .csv)");
  EXPECT_EQ(error("series", pickled_columns()),
            "points.h5: no frame of pandas, expected points of DeepLabCut");
  EXPECT_EQ(error("frame_table", pickled_columns().substr(0, 60)),
            "points.h5: the pickle of its columns ends too early");
  EXPECT_EQ(error("frame_table", "(lp0\n(Vs\nVlid\nVx\nta(Vs\nVlid\nVy\nta."),
            "points.h5: has the points lid; expected an upper and a lower lid (name them: "
            "--lid-points UPPER,LOWER)");
  write_pose(folder / "points.h5", "frame_table", pickled_columns());
  std::filesystem::resize_file(folder / "points.h5", 700);
  EXPECT_EQ(error_of([&] { read_trace(folder / "points.h5", at_250()); }),
            "points.h5: cut off or damaged, expected an HDF5 file");
}

}  // namespace
}  // namespace eyelid::imports
