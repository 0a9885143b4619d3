// SPDX-License-Identifier: MIT
#include "eyelid/live/experiment.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "eyelid/camera/camera.hpp"
#include "eyelid/conditioning/trial_plan_json.hpp"
#include "eyelid/core/monotonic_clock.hpp"

namespace eyelid::live {
namespace {

/// Remembers what it is told, and answers as a microcontroller that is never late.
class Listener final : public signals::Signal {
 public:
  explicit Listener(bool answers) : Signal("test"), answers_(answers) {}
  std::optional<std::int64_t> send(const signals::SignalEvent& event) override {
    sent.emplace_back(event.name);
    return monotonic_ns();
  }
  void prepare(const signals::TrialParameters& trial) override { prepared = trial; }
  std::optional<std::int64_t> start(const signals::TrialParameters& trial, double) override {
    sent.emplace_back("start");
    started = trial;
    return monotonic_ns();
  }
  bool answers() const override { return answers_; }
  void poll(std::vector<signals::Answer>& answers) override {
    for (auto& answer : to_answer) answers.push_back(answer);
    to_answer.clear();
  }

  std::vector<std::string> sent;
  signals::TrialParameters prepared, started;
  std::vector<signals::Answer> to_answer;

 private:
  bool answers_;
};

conditioning::TrialPlan plan() {
  return conditioning::parse_trial_plan(
      R"({"format": "eyelid-trials", "version": 1, "seed": 7,
          "conditions": [{"name": "paired", "cs": {"ms": 300}, "isi_ms": 250, "us": {"ms": 50}, "count": 2}],
          "order": "sequence", "iti": {"min_s": 1, "max_s": 1},
          "gate": {"open": 0.2, "stable_s": 0.1, "stable": 0.1}})",
      "plan");
}

MeasuredFrame frame_at(std::int64_t index, float fec) {
  MeasuredFrame frame;
  frame.number = index;
  frame.measurement.frame = index;
  frame.time_ns = index * 4'000'000;
  frame.arrival_ns = monotonic_ns();
  frame.fec.eyes = {fec, fec};
  frame.fec.mean = fec;
  return frame;
}

TEST(Experiment, PresentsTheStepsOfACalibrationAndHoldsTrialsMeanwhile) {
  auto owned_board = std::make_unique<Listener>(true);
  auto owned_udp = std::make_unique<Listener>(false);
  Listener& board = *owned_board;
  Listener& udp = *owned_udp;
  std::vector<std::unique_ptr<signals::Signal>> outputs;
  outputs.push_back(std::move(owned_board));
  outputs.push_back(std::move(owned_udp));
  Experiment experiment(plan(), std::move(outputs), true, [](const std::string&) {});
  experiment.hold(true);
  EXPECT_TRUE(experiment.has_us());
  std::int64_t frame = 0;
  const auto run = [&](int count) {
    for (int i = 0; i < count; ++i) experiment.on_frame(frame_at(frame++, 0.02f));
  };
  run(500);
  experiment.present({CalibrationStep::Blink, 2, 5, 2.5});
  experiment.present({CalibrationStep::PuffSoon, 1, 3, 1.0});
  EXPECT_EQ(board.prepared.us.channel, 1);
  EXPECT_EQ(board.prepared.us.duration_us, 50'000u);
  EXPECT_EQ(board.prepared.cs.channel, 0);
  run(10);
  experiment.present({CalibrationStep::Puff, 1, 3, 3.0});
  EXPECT_EQ(board.sent, std::vector<std::string>{"start"});
  EXPECT_EQ(board.started.start, board.prepared.start);
  EXPECT_EQ(udp.sent, (std::vector<std::string>{"blink", "puff"}));
  board.to_answer = {{signals::AnswerKind::UsOn, board.started.start, monotonic_ns(), 0, ""}};
  run(2000);  // eight times the ITI
  EXPECT_EQ(std::ranges::count(board.sent, "start"), 1);
  ASSERT_EQ(experiment.events().size(), 3u);
  EXPECT_EQ(experiment.events()[0].event, "calibration");
  EXPECT_EQ(experiment.events()[0].detail, "blink 2");
  EXPECT_EQ(experiment.events()[2].detail, "puff 1");
  EXPECT_TRUE(experiment.events()[2].acknowledged_s.has_value());

  experiment.hold(false);
  run(300);  // one ITI
  EXPECT_EQ(std::ranges::count(board.sent, "start"), 2);
  EXPECT_EQ(board.started.start, 1);
}

TEST(Experiment, CountsTheFramesUntilItsLampShines) {
  std::vector<std::unique_ptr<signals::Signal>> outputs;
  outputs.push_back(std::make_unique<Listener>(false));
  Experiment experiment(plan(), std::move(outputs), true, [](const std::string&) {});
  experiment.watch_lamp();
  std::int64_t lit_from = -1;
  for (std::int64_t i = 0; i < 2000; ++i) {
    MeasuredFrame frame = frame_at(i, 0.02f);
    const bool is_on = lit_from >= 0 && i >= lit_from && i < lit_from + 20;
    frame.lamp_gray = is_on ? 200.0f : 30.0f;
    const std::size_t before = experiment.events().size();
    experiment.on_frame(frame);
    for (std::size_t e = before; e < experiment.events().size(); ++e) {
      if (experiment.events()[e].event == "trial_start") lit_from = i + 3;
    }
  }
  for (const SessionEvent& event : experiment.events()) {
    if (event.event != "trial_start") continue;
    EXPECT_EQ(event.seen_frame, *event.frame + 3);
    EXPECT_NEAR(*event.seen_s - *event.decided_s, 0.012, 1e-9);
  }
  ASSERT_TRUE(experiment.loop().has_value());
  EXPECT_EQ(experiment.loop()->frames, (std::vector<std::int64_t>{0, 0, 0, 2}));
}

TEST(Experiment, RunsThePlanAndKeepsAccount) {
  auto owned = std::make_unique<Listener>(true);
  Listener& output = *owned;
  std::vector<std::unique_ptr<signals::Signal>> outputs;
  outputs.push_back(std::move(owned));
  Experiment experiment(plan(), std::move(outputs), true, [](const std::string&) {});
  int answered = 0;
  for (std::int64_t i = 0; i < 2000; ++i) {
    experiment.on_frame(frame_at(i, 0.02f));
    if (std::ranges::count(output.sent, "start") <= answered) continue;
    ++answered;
    const std::int64_t cs_ns = monotonic_ns();
    output.to_answer = {
        {signals::AnswerKind::CsOn, output.started.start, cs_ns, 0, ""},
        {signals::AnswerKind::UsOn, output.started.start, cs_ns + 250'000'000, 0, ""}};
  }
  experiment.finish();
  EXPECT_EQ(answered, 2);
  EXPECT_EQ(output.started.isi_us, 250'000u);
  EXPECT_EQ(output.started.cs.duration_us, 300'000u);
  const std::vector<Trial> trials = experiment.trials();
  ASSERT_EQ(trials.size(), 2u);
  EXPECT_NEAR(*trials[0].us_onset_s - *trials[0].cs_onset_s, 0.25, 1e-6);
  const auto start = std::ranges::find(experiment.events(), "trial_start", &SessionEvent::event);
  ASSERT_NE(start, experiment.events().end());
  EXPECT_TRUE(start->written_s.has_value());
  EXPECT_TRUE(start->acknowledged_s.has_value());
  EXPECT_GE(*start->written_s, *start->decided_s);
  EXPECT_GE(experiment.output_latency().summary().count, 2);
}

TEST(Experiment, NothingStartsWhileTheEyeIsClosedOrDisarmed) {
  std::vector<std::unique_ptr<signals::Signal>> outputs;
  outputs.push_back(std::make_unique<Listener>(false));
  const auto& output = static_cast<const Listener&>(*outputs.front());
  Experiment experiment(plan(), std::move(outputs), false, [](const std::string&) {});
  for (std::int64_t i = 0; i < 500; ++i) experiment.on_frame(frame_at(i, 0.02f));
  EXPECT_EQ(words_of(experiment.state()), "no trial starts");
  experiment.request({conditioning::OperatorCommand::Arm, ""});
  for (std::int64_t i = 500; i < 1000; ++i) experiment.on_frame(frame_at(i, 0.6f));
  EXPECT_EQ(std::ranges::count(output.sent, "start"), 0);
  EXPECT_EQ(words_of(experiment.state()), "due");
}

TEST(Experiment, AnAbortOfTheMicrocontrollerDisarms) {
  std::vector<std::unique_ptr<signals::Signal>> outputs;
  outputs.push_back(std::make_unique<Listener>(true));
  auto& output = static_cast<Listener&>(*outputs.front());
  Experiment experiment(plan(), std::move(outputs), false, [](const std::string&) {});
  experiment.request({conditioning::OperatorCommand::Arm, ""});
  for (std::int64_t i = 0; i < 300; ++i) experiment.on_frame(frame_at(i, 0.02f));
  ASSERT_EQ(std::ranges::count(output.sent, "start"), 1);
  output.to_answer = {{signals::AnswerKind::Aborted, 1, monotonic_ns(), 0, ""}};
  experiment.on_frame(frame_at(300, 0.02f));
  EXPECT_EQ(words_of(experiment.state()), "no trial starts");
  EXPECT_TRUE(experiment.trials().empty());
}

TEST(Experiment, WithoutAPlanOutputsGetTheClosure) {
  std::vector<std::unique_ptr<signals::Signal>> outputs;
  outputs.push_back(std::make_unique<Listener>(false));
  const auto& output = static_cast<const Listener&>(*outputs.front());
  Experiment experiment(std::nullopt, std::move(outputs), false, [](const std::string&) {});
  experiment.on_frame(frame_at(0, 0.1f));
  experiment.on_frame(frame_at(1, kNotAvailable));
  experiment.request({conditioning::OperatorCommand::Mark, "coughed"});
  experiment.on_frame(frame_at(2, 0.2f));
  EXPECT_EQ(output.sent, (std::vector<std::string>{"fec", "fec"}));
  ASSERT_EQ(experiment.events().size(), 1u);
  EXPECT_EQ(experiment.events()[0].detail, "coughed");
}

}  // namespace
}  // namespace eyelid::live
