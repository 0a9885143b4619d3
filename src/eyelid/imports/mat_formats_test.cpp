// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <matio.h>

#include <cmath>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <limits>

#include "eyelid/imports/event_log.hpp"
#include "eyelid/imports/import_testing.hpp"
#include "eyelid/imports/trace.hpp"

namespace eyelid::imports {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Column by column, as MATLAB stores it.
matvar_t* matrix(std::size_t rows, std::size_t columns, std::vector<double> values) {
  std::size_t dims[2] = {rows, columns};
  return Mat_VarCreate(nullptr, MAT_C_DOUBLE, MAT_T_DOUBLE, 2, dims, values.data(), 0);
}

matvar_t* row(const std::vector<double>& values) { return matrix(1, values.size(), values); }

using Fields = std::vector<std::pair<const char*, matvar_t*>>;

matvar_t* structure(const char* name, const Fields& fields) {
  std::vector<const char*> names;
  for (const auto& field : fields) names.push_back(field.first);
  std::size_t dims[2] = {1, 1};
  matvar_t* value =
      Mat_VarCreateStruct(name, 2, dims, names.data(), static_cast<unsigned>(names.size()));
  for (const auto& field : fields) {
    Mat_VarSetStructFieldByName(value, field.first, 0, field.second);
  }
  return value;
}

matvar_t* cells(const std::vector<matvar_t*>& values) {
  std::size_t dims[2] = {1, values.size()};
  matvar_t* array = Mat_VarCreate(nullptr, MAT_C_CELL, MAT_T_CELL, 2, dims, nullptr, 0);
  for (std::size_t i = 0; i < values.size(); ++i) {
    Mat_VarSetCell(array, static_cast<int>(i), values[i]);
  }
  return array;
}

class MatFormats : public ::testing::TestWithParam<mat_ft> {
 protected:
  std::filesystem::path write(matvar_t* variable) {
    std::filesystem::path path = folder_ / "session.mat";
    mat_t* file = Mat_CreateVer(path.c_str(), nullptr, GetParam());
    EXPECT_EQ(Mat_VarWrite(file, variable, MAT_COMPRESSION_ZLIB), 0);
    Mat_Close(file);
    Mat_VarFree(variable);
    return path;
  }

  testing::TemporaryFolder folder_;
};

// SessionData of Bpod: two trials, the second without a US.
matvar_t* bpod_session(double times_end_s = 0.6) {
  const auto trial = [&](double us_s) {
    return structure(
        nullptr,
        {{"States",
          structure(
              nullptr,
              {{"ITI", row({0.0, 0.3})}, {"CS", row({0.3, 0.6})}, {"Puff", row({us_s, us_s})}})},
         {"Events", structure(nullptr, {{"GlobalTimer1_Start", row({0.3})}})},
         {"Data",
          structure(nullptr,
                    {{"eyeAreaPixels", row({900, 850, 100})},
                     {"FECTimes", row({0.1, 0.3, times_end_s})}})}});
  };
  return structure(
      "SessionData",
      {{"nTrials", row({2})},
       {"TrialTypes", row({1, 2})},
       {"TrialStartTimestamp", row({5.0, 25.0})},
       {"RawEvents", structure(nullptr, {{"Trial", cells({trial(0.55), trial(kNaN)})}})}});
}

// trialdata.mat of neuroblinks: paired, CS alone, US alone; 4 frames from 10 ms before the CS.
matvar_t* neuroblinks_trials() {
  return structure(
      "trials",
      {{"eyelidpos",
        matrix(3, 4, {0.0, 0.01, 0.02, 0.1, 0.11, 0.12, 0.5, 0.51, 0.52, 1, 0.6, kNaN})},
       {"tm", matrix(3, 4, {-.01, -.01, -.01, -.005, -.005, -.005, 0, 0, 0, .005, .005, .005})},
       {"c_isi", matrix(3, 1, {250, 250, 0})},
       {"c_csnum", matrix(3, 1, {5, 5, 0})},
       {"c_csdur", matrix(3, 1, {270, 270, 0})},
       {"c_usdur", matrix(3, 1, {20, 0, 20})}});
}

TEST_P(MatFormats, BpodStatesAndEventsAreALog) {
  const auto path = write(bpod_session());
  LogOptions options;
  options.names.cs = {"GlobalTimer1_Start"};
  options.names.us = {"Puff"};
  const Log log = read_log(path, options);
  const std::vector<TrialRow> trials = tables::trials_of_log(log.events);
  ASSERT_EQ(trials.size(), 2u);
  EXPECT_DOUBLE_EQ(trials[0].trial.cs_onset_s.value_or(-1.0), 5.3);
  EXPECT_DOUBLE_EQ(trials[0].trial.us_onset_s.value_or(-1.0), 5.55);
  EXPECT_EQ(trials[1].trial.type, TrialType::CsOnly);
  EXPECT_EQ(trials[1].trial.conditions, (TrialConditions{{"TrialTypes", "2"}}));
  options.names.cs = {"Tone"};
  options.names.us = {"Air"};
  EXPECT_EQ(error_of([&] { read_log(path, options); }),
            "session.mat: Bpod, found the events \"CS\" (2), \"GlobalTimer1_Start\" (2), \"ITI\" "
            "(2), \"Puff\" (1); expected the events of the trials (name them: --cs NAME, --us "
            "NAME)");
}

TEST_P(MatFormats, BpodEyelidIsATrace) {
  const Trace trace = read_trace(write(bpod_session()), {});
  EXPECT_EQ(trace.time_s, (std::vector<double>{5.1, 5.3, 5.6, 25.1, 25.3, 25.6}));
  EXPECT_EQ(trace.clip, (std::vector<std::int32_t>{1, 1, 1, 2, 2, 2}));
  EXPECT_EQ(trace.quantity, Quantity::Opening);
  EXPECT_FLOAT_EQ(trace.values[2][5], 100.0f);
  // Milliseconds run into the next trial.
  EXPECT_EQ(error_of([&] { read_trace(write(bpod_session(600.0)), {}); }),
            "session.mat: trial 2: time 1 is 25.1 s, expected one after that before it");
}

TEST_P(MatFormats, NeuroblinksTrialsAreATraceWithTrials) {
  const Trace trace = read_trace(write(neuroblinks_trials()), {});
  ASSERT_EQ(trace.time_s.size(), 12u);
  EXPECT_EQ(trace.quantity, Quantity::Closure);
  EXPECT_FLOAT_EQ(trace.values[2][4], 0.01f);
  EXPECT_TRUE(std::isnan(trace.values[2][11]));
  ASSERT_EQ(trace.trials.size(), 3u);
  EXPECT_EQ(trace.trials[1].trial.type, TrialType::CsOnly);
  EXPECT_EQ(trace.trials[2].trial.type, TrialType::UsOnly);
  // The third frame of each is at the CS.
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_NEAR(trace.trials[i].trial.cs_onset_s.value_or(-1.0), trace.time_s[4 * i + 2], 1e-9);
  }
  EXPECT_NEAR(*trace.trials[0].trial.us_onset_s - *trace.trials[0].trial.cs_onset_s, 0.25, 1e-9);
  EXPECT_GT(trace.time_s[4] - trace.time_s[3], 0.9);
}

TEST_P(MatFormats, SayWhatIsMissing) {
  EXPECT_EQ(
      error_of([&] {
        read_trace(write(structure("other", {{"x", row({1})}})), {});
      }),
      "session.mat: has the variables other; expected trials of neuroblinks or SessionData of "
      "Bpod");
  EXPECT_EQ(error_of([&] {
              read_trace(write(structure(
                             "trials",
                             {{"eyelidpos", matrix(2, 2, {0, 0, 1, 1})}, {"tm", row({0, 1, 2})}})),
                         {});
            }),
            "session.mat: trials.eyelidpos is 2 x 2 and trials.tm 1 x 3, expected trials x frames "
            "of neuroblinks");
  const auto path = write(neuroblinks_trials());
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 20);
  EXPECT_EQ(error_of([&] { read_trace(path, {}); }),
            "session.mat: cut off or damaged, expected a whole MATLAB file");
}

// matio would ask for all their memory, and crash without it.
TEST(MatFile, MatricesCannotClaimMoreElementsThanTheyHaveBytes) {
  const testing::TemporaryFolder folder;
  const std::filesystem::path path = folder / "session.mat";
  const auto claim = [&](std::streamoff place, std::uint32_t number) {
    mat_t* file = Mat_CreateVer(path.c_str(), nullptr, MAT_FT_MAT5);
    matvar_t* session = bpod_session();
    ASSERT_EQ(Mat_VarWrite(file, session, MAT_COMPRESSION_NONE), 0);
    Mat_Close(file);
    Mat_VarFree(session);
    ASSERT_FALSE(read_trace(path, {}).time_s.empty());
    std::fstream bytes(path, std::ios::binary | std::ios::in | std::ios::out);
    bytes.seekp(place);
    bytes.write(reinterpret_cast<const char*>(&number), sizeof number);
  };
  // Of the structure, and of the first matrix in it.
  constexpr std::streamoff kDimensions = 128 + 8 + 16 + 8;
  claim(kDimensions, 0x40000001);
  const std::string damaged = "session.mat: cut off or damaged, expected a whole MATLAB file";
  EXPECT_EQ(error_of([&] { read_trace(path, {}); }), damaged);
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const std::size_t nested = text.find(std::string("\x0e\0\0\0", 4), kDimensions);
  ASSERT_NE(nested, std::string::npos);
  claim(static_cast<std::streamoff>(nested) + 8 + 16 + 4, 0xce000008);  // bytes of its dimensions
  EXPECT_EQ(error_of([&] { read_trace(path, {}); }), damaged);
  claim(static_cast<std::streamoff>(nested) + 8 + 16 + 8, 0x7fffffff);  // the first of them
  EXPECT_EQ(error_of([&] { read_trace(path, {}); }), damaged);
}

INSTANTIATE_TEST_SUITE_P(Versions, MatFormats, ::testing::Values(MAT_FT_MAT5, MAT_FT_MAT73));

}  // namespace
}  // namespace eyelid::imports
