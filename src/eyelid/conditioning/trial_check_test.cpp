// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/trial_check.hpp"

#include <gtest/gtest.h>

#include "eyelid/conditioning/session_trace_testing.hpp"
#include "eyelid/core/error.hpp"

namespace eyelid::conditioning {
namespace {

std::vector<TrialRow> rows_of(const std::vector<Trial>& trials) {
  std::vector<TrialRow> rows;
  for (const Trial& trial : trials)
    rows.push_back({trial, static_cast<std::int64_t>(rows.size()) + 2});
  return rows;
}

const SessionTrace& recording() {
  static const SessionTrace trace = ConstructedTrace(0.002, 15.0, 0.0).trace();
  return trace;
}

std::string fault_of(const std::vector<Trial>& trials) {
  try {
    score_session(recording(), rows_of(trials), load_preset("human"), "t.csv");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(TrialCheck, MillisecondsGivenAsSecondsAreRecognized) {
  const std::string text = fault_of({paired(1, 1000, 1400), paired(2, 4000, 4400)});
  EXPECT_NE(text.find("t.csv:2: trial 1"), std::string::npos) << text;
  EXPECT_NE(text.find("t.csv:3: trial 2"), std::string::npos) << text;
  EXPECT_NE(text.find("milliseconds"), std::string::npos) << text;
}

TEST(TrialCheck, FrameNumbersGivenAsSecondsAreRecognized) {
  EXPECT_NE(fault_of({cs_only(1, 500), paired(2, 7400, 7410)}).find("frame"), std::string::npos);
}

TEST(TrialCheck, AnIsiInMillisecondsIsRecognized) {
  EXPECT_NE(fault_of({paired(1, 1.0, 251.0)}).find("milliseconds?"), std::string::npos);
}

TEST(TrialCheck, RowsOutOfOrderOrTwiceAreNamedWithBothRows) {
  const std::string unsorted = fault_of({paired(1, 5.0, 5.4), paired(2, 2.0, 2.4)});
  EXPECT_NE(unsorted.find("t.csv:3: trial 2"), std::string::npos) << unsorted;
  EXPECT_NE(unsorted.find("row 2"), std::string::npos) << unsorted;
  const std::string twice = fault_of({paired(1, 5.0, 5.4), paired(2, 5.0, 5.4)});
  EXPECT_NE(twice.find("like trial 1 of row 2"), std::string::npos) << twice;
}

TEST(TrialCheck, ATraceTooSlowForThePresetIsOneSentence) {
  const ConstructedTrace slow(0.047, 60.0, 0.0);
  const auto sentence = [&](const std::string& preset) -> std::string {
    try {
      slow.score(paired(1, 10.0, 10.4), load_preset(preset));
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(sentence("heiney2014"), "frame interval 47 ms, preset heiney2014 needs at most 10 ms");
  EXPECT_EQ(sentence("fernando"), "frame interval 47 ms, preset fernando needs at most 6 ms");
  EXPECT_EQ(sentence("human"), "");
  EXPECT_NO_THROW(
      ConstructedTrace(0.01, 6.0).score(paired(1, 2.0, 2.4), load_preset("heiney2014")));
}

TEST(TrialCheck, ACrWindowThatPassesTheUsIsAWarning) {
  const auto warnings = [](const std::string& preset, const std::vector<std::string>& settings) {
    return score_session(
               recording(), rows_of({paired(1, 5.0, 5.25)}), load_preset(preset, settings))
        .warnings;
  };
  ASSERT_EQ(warnings("blinkcheck", {}).size(), 1u);
  EXPECT_NE(warnings("blinkcheck", {})[0].find("100 ms after the US"), std::string::npos);
  EXPECT_NE(warnings("neuroblinks", {})[0].find("10 ms after the US"), std::string::npos);
  EXPECT_TRUE(warnings("human", {}).empty());
  EXPECT_TRUE(warnings("blinkcheck", {"cr.to=us"}).empty());
}

TEST(TrialCheck, UsBeforeCsIsAFault) {
  EXPECT_NE(fault_of({paired(1, 5.0, 4.8)}).find("is not after"), std::string::npos);
}

TEST(TrialCheck, CsAloneTrialsNeedAnIsiFromSomewhere) {
  EXPECT_NE(fault_of({cs_only(1, 5.0)}).find("isi_ms"), std::string::npos);
  const auto rows = rows_of({cs_only(1, 5.0)});
  EXPECT_NO_THROW(score_session(recording(), rows, load_preset("human", {"isi_ms=400"})));
}

TEST(TrialCheck, EveryFaultIsListed) {
  const std::string text =
      fault_of({paired(1, 5.0, 4.8), paired(2, 4.0, 4.4), paired(3, 4.0, 4.4)});
  for (const char* place : {"t.csv:2:", "t.csv:3:", "t.csv:4:"}) {
    EXPECT_NE(text.find(place), std::string::npos) << text;
  }
}

TEST(TrialCheck, TrialsOutsideTheRecordingAreRejectedWithTheReasonAndTheOthersScored) {
  const auto rows = rows_of({paired(1, 2.0, 2.4), paired(2, 14.8, 15.2), paired(3, 20.0, 20.4)});
  const SessionScores session = score_session(recording(), rows, load_preset("human"));
  ASSERT_EQ(session.scores.size(), 9u) << "nothing is dropped";
  EXPECT_EQ(session.scores[2].verdict, Verdict::NoCr);
  for (const std::size_t trial : {1u, 2u}) {
    const TrialScore& score = session.scores[3 * trial + 2];
    EXPECT_EQ(score.verdict, Verdict::Rejected);
    EXPECT_NE(score.reason.find("outside of the recording"), std::string::npos) << score.reason;
  }
  EXPECT_EQ(session.unscorable.size(), 2u);
}

TEST(TrialCheck, OverlappingTrialsAreBothRejected) {
  const auto rows = rows_of({paired(1, 2.0, 2.4), paired(2, 2.3, 2.7), paired(3, 6.0, 6.4)});
  const SessionScores session = score_session(recording(), rows, load_preset("human"));
  EXPECT_NE(session.scores[0].reason.find("not over when trial 2"), std::string::npos);
  EXPECT_NE(session.scores[3].reason.find("within trial 1"), std::string::npos);
  EXPECT_EQ(session.scores[6].verdict, Verdict::NoCr);
}

TEST(TrialCheck, AnIsiThatVariesIsSaid) {
  const auto rows = rows_of({paired(1, 2.0, 2.4), paired(2, 5.0, 5.3), cs_only(3, 9.0)});
  const SessionScores session = score_session(recording(), rows, load_preset("human"));
  ASSERT_EQ(session.warnings.size(), 1u);
  EXPECT_NE(session.warnings[0].find("300 to 400 ms"), std::string::npos) << session.warnings[0];
}

TEST(TrialCheck, LongListsEnd) {
  std::vector<TrialProblem> problems(50, {3, 1, "x"});
  const std::string text = listed("t.csv", problems);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 20);
  EXPECT_NE(text.find("30 more"), std::string::npos);
}

}  // namespace
}  // namespace eyelid::conditioning
