// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "eyelid/imports/import_testing.hpp"
#include "eyelid/imports/trace.hpp"

namespace eyelid::imports {
namespace {

Trace trace_of(const std::string& bytes,
               const std::vector<std::string>& columns = {},
               double frames_per_second = 0.0) {
  const FileOf file("trace.csv", bytes);
  TraceOptions options;
  options.columns = columns_from(columns);
  options.frames_per_second = frames_per_second;
  return read_trace(file.path(), options);
}

TEST(TableTrace, ColumnsByCommonNames) {
  const Trace both = trace_of("time_s,fec_right,fec_left,fec\n0.5,0.1,0.2,0.15\n0.504,,0.3,0.3\n");
  EXPECT_EQ(both.time_s, (std::vector<double>{0.5, 0.504}));
  EXPECT_FLOAT_EQ(both.values[1][1], 0.3f);
  EXPECT_TRUE(std::isnan(both.values[0][1]));
  EXPECT_TRUE(both.values[2].empty());
  EXPECT_EQ(both.quantity, Quantity::Closure);

  // JeFaPaTo: semicolons, frames, an EAR per eye.
  const Trace ear = trace_of(
      "frame;EAR2D6_l;EAR2D6_r;EAR2D_valid\n0;0.31;0.29;True\n1;0.3;0.28;True\n", {}, 240.0);
  EXPECT_EQ(ear.quantity, Quantity::Opening);
  EXPECT_DOUBLE_EQ(ear.time_s[1], 1.0 / 240.0);
  EXPECT_FLOAT_EQ(ear.values[0][0], 0.29f);
  EXPECT_FLOAT_EQ(ear.values[1][0], 0.31f);
}

TEST(TableTrace, ColumnsByMap) {
  const Trace trace = trace_of("Zeit (ms);Lidspalte;Kommentar\n0,0;410,5;\n5,0;408,25;tone\n",
                               {"time=Zeit (ms)", "area=Lidspalte"});
  EXPECT_EQ(trace.time_s, (std::vector<double>{0.0, 0.005}));
  EXPECT_FLOAT_EQ(trace.values[2][1], 408.25f);
  EXPECT_EQ(trace.quantity, Quantity::Opening);
  EXPECT_EQ(trace.format, "table, Lidspalte as opening by Zeit (ms) (ms)");
}

TEST(TableTrace, WarnsOfAnUnfinishedLastLine) {
  EXPECT_TRUE(trace_of("time_s,fec\n0,0\n1,0.25\n").warnings.empty());
  ASSERT_EQ(trace_of("time_s,fec\n0,0\n1,0.2").warnings.size(), 1u);
}

TEST(TableTrace, UnitsOfTime) {
  const std::vector<double> expected{0.0, 0.004};
  const auto is_at = [&](const std::string& bytes) {
    const Trace trace = trace_of(bytes);
    return std::abs(trace.time_s[0] - expected[0]) < 1e-6 &&
           std::abs(trace.time_s[1] - expected[1]) < 1e-6;
  };
  EXPECT_TRUE(is_at("time_us,fec\n0,0\n4000,0\n"));
  EXPECT_TRUE(is_at("Time [ms],fec\n0,0\n4,0\n"));
  EXPECT_TRUE(is_at("timestamp,fec\n1700000000.000,0\n1700000000.004,0\n"));
  EXPECT_TRUE(is_at("timestamp,fec\n1700000000000,0\n1700000000004,0\n"));
  EXPECT_TRUE(
      is_at("Timestamp,fec\n2026-03-04T10:00:00.1000000+01:00,0\n"
            "2026-03-04T10:00:00.1040000+01:00,0\n"));
  EXPECT_DOUBLE_EQ(trace_of("timestamp,fec\n1700000000,0\n1700000001,0\n").origin_s, 1.7e9);
}

TEST(TableTrace, PercentIsAFraction) {
  EXPECT_FLOAT_EQ(trace_of("time_s,closure_percent\n0,25\n1,50\n").values[2][1], 0.5f);
  EXPECT_EQ(error_of([] { trace_of("time_s,closure\n0,25\n1,50\n"); }),
            "trace.csv: closure reaches 50, expected a fraction, 0 open and 1 closed (percent: a "
            "column NAME_percent; an opening in pixels: --columns opening=NAME)");
}

TEST(TableTrace, SaysWhatIsMissing) {
  EXPECT_EQ(
      error_of([] { trace_of("time_s,pupil\n0,1\n1,1\n"); }),
      "trace.csv: found the columns time_s, pupil; expected a closure, area, or EAR (name it: "
      "--columns closure=NAME, opening=NAME, or closure_right=NAME,closure_left=NAME)");
  EXPECT_EQ(error_of([] { trace_of("fec,x\n0,1\n1,1\n"); }),
            "trace.csv: found the columns fec, x; expected times (name them: --columns time=NAME), "
            "or the frame rate (--fps N)");
  EXPECT_EQ(error_of([] { trace_of("time_s,fec\n0,0\n1,0\n", {"closure=FEC2"}); }),
            "trace.csv: found the columns time_s, fec; expected a column FEC2");
  EXPECT_EQ(error_of([] { trace_of("time_s,fec\n0,0\n0,0\n"); }),
            "trace.csv:3: column time_s: found \"0\", expected a time after that of the row above");
  EXPECT_EQ(error_of([] { trace_of("time_s,fec\n0,0\n,0\n"); }),
            "trace.csv:3: column time_s: found \"\", expected a time in every row");
  EXPECT_EQ(error_of([] { trace_of("time_s,fec\n0,0\n"); }),
            "trace.csv: fewer than 2 rows, expected a closure trace");
  EXPECT_EQ(error_of([] { trace_of("frame,fec\n0,0\n1,0\n"); }),
            "trace.csv: column frame counts samples, expected their rate (--sample-rate HZ, or "
            "--fps N for a trace)");
  EXPECT_EQ(error_of([] { columns_from({"closre=fec"}); }),
            "columns closre=fec: expected ROLE=NAME with ROLE time, frame, clip, closure, opening, "
            "area, or ear (the last four also with _right and _left)");
}

}  // namespace
}  // namespace eyelid::imports
