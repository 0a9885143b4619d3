// SPDX-License-Identifier: MIT
// The trial engine on rendered people: does it ever start a CS while an eye is closed or moving?
//
//   eyelid_rendered_trials STARTS [FIRST_SEED]
//
// Sessions of one seed each, until there are STARTS. Every picture is measured as `eyelid live`
// measures it; the levels are those that a calibration on the same pictures finds; the engine
// starts a trial whenever its gate allows, in sessions in which the lids move every second (CRs,
// URs, startles, blinks). Each start is compared with the truth of the renderer. Exit status 1 if
// one of them was on a closed or moving eye.
#include <fmt/format.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "eyelid/closure/causal_closure.hpp"
#include "eyelid/closure/closure_analysis.hpp"
#include "eyelid/conditioning/trial_engine.hpp"
#include "eyelid/conditioning/trial_plan_json.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/pipeline/live_tracker.hpp"
#include "eyelid/pipeline/setup.hpp"
#include "eyelid/synthesis/session_renderer.hpp"

namespace {

using namespace eyelid;
using conditioning::TrialActionKind;
using synthesis::SessionRenderer;

constexpr double kFps = 100.0;
constexpr double kSession_s = 12.0;
// Of the measured FEC in one frame, against which the gate's thresholds are compared.
constexpr double kMeasurement = 0.05;

struct Figures {
  std::int64_t frames = 0;
  std::int64_t starts = 0;
  std::int64_t refusals = 0;
  std::int64_t wrong = 0;
  double largest_fec = 0.0;    // of the truth in the gate's window, either eye
  double largest_range = 0.0;  // in that window
};

conditioning::TrialPlan plan_of(std::uint64_t seed) {
  return conditioning::parse_trial_plan(
      fmt::format(
          R"({{"format": "eyelid-trials", "version": 1, "seed": {}, "after_s": 0,
               "iti": {{"min_s": 0.2, "max_s": 0.5}},
               "conditions": [{{"name": "probe", "cs": {{"ms": 50}}, "count": 100}}]}})",
          seed),
      "plan");
}

/// Every frame of a session, measured in order.
std::vector<FrameMeasurement> measure(const SessionRenderer& session,
                                      const pipeline::Setup& setup) {
  std::vector<FrameMeasurement> measured;
  pipeline::LiveOptions options;
  options.points = setup.tracker.points;
  options.frames_per_second = kFps;
  pipeline::LiveTracker tracker(
      *setup.detector, setup.models, options, [&](const pipeline::LiveFrame& frame) {
        measured.push_back(frame.measured);
      });
  constexpr std::int64_t kAtOnce = 50;
  std::vector<GrayImage> pictures(kAtOnce);
  for (std::int64_t first = 0; first < session.frame_count(); first += kAtOnce) {
    const std::int64_t count = std::min(kAtOnce, session.frame_count() - first);
    tbb::parallel_for(std::int64_t{0}, count, [&](std::int64_t i) {
      session.render(first + i, pictures[static_cast<std::size_t>(i)]);
    });
    for (std::int64_t i = 0; i < count; ++i) {
      tracker.process(0, first + i, pictures[static_cast<std::size_t>(i)]);
    }
  }
  return measured;
}

Calibration levels_of(const std::vector<FrameMeasurement>& frames) {
  closure::TraceSpool trace(std::filesystem::temp_directory_path());
  for (const FrameMeasurement& frame : frames) trace.append(closure::closure_input(frame));
  return closure::analyze_closure(
             trace, {}, [](const auto&) {}, [](const auto&) {})
      .calibration;
}

/// A start decided on `frame` against the truth of the gate's window.
void judge_start(const SessionRenderer& session,
                 std::int64_t frame,
                 const conditioning::TrialGate& gate,
                 Figures& figures) {
  const auto window = static_cast<std::int64_t>(gate.stable_s * kFps + 0.5);
  double highest = 0.0;
  double range = 0.0;
  for (const Eye eye : kEyes) {
    double low = 1.0;
    double high = 0.0;
    for (std::int64_t i = std::max<std::int64_t>(0, frame - window); i <= frame; ++i) {
      const auto fec = static_cast<double>(session.truth(i).fec[eye]);
      low = std::min(low, fec);
      high = std::max(high, fec);
    }
    highest = std::max(highest, high);
    range = std::max(range, high - low);
  }
  ++figures.starts;
  figures.largest_fec = std::max(figures.largest_fec, highest);
  figures.largest_range = std::max(figures.largest_range, range);
  if (highest < gate.open + kMeasurement && range <= gate.stable + kMeasurement) return;
  ++figures.wrong;
  fmt::print("seed {}, frame {}: FEC {:.3f}, range {:.3f}\n",
             session.options().seed,
             frame,
             highest,
             range);
}

void run_session(std::uint64_t seed,
                 const pipeline::Setup& setup,
                 std::int64_t wanted,
                 Figures& figures) {
  synthesis::SessionOptions options;
  options.seed = seed;
  options.seconds = kSession_s;
  options.trials = static_cast<int>(kSession_s);
  options.frames_per_second = kFps;
  const SessionRenderer session(options);
  const std::vector<FrameMeasurement> frames = measure(session, setup);
  closure::CausalClosure closure(levels_of(frames));
  conditioning::TrialEngine engine(plan_of(seed), conditioning::TrialEngine::Stimuli::AreAssumed);
  engine.on_command(conditioning::OperatorCommand::Arm);
  for (const FrameMeasurement& frame : frames) {
    ++figures.frames;
    const closure::LiveFec fec = closure.next(frame.ear);
    for (const auto& action :
         engine.on_frame({frame.frame, frame.time_s, fec.eyes, fec.mean, false})) {
      if (action.kind == TrialActionKind::GateRefused) ++figures.refusals;
      if (action.kind != TrialActionKind::Start) continue;
      judge_start(session, frame.frame, engine.plan().gate, figures);
      if (figures.starts == wanted) return;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const std::int64_t wanted = std::atoll(argv[1]);
  std::uint64_t seed = argc > 2 ? static_cast<std::uint64_t>(std::atoll(argv[2])) : 1;
  try {
    pipeline::SetupRequest request;
    request.device = pipeline::DeviceChoice::Cpu;
    const pipeline::Setup setup = pipeline::make_setup(request);
    Figures figures;
    int sessions = 0;
    for (; figures.starts < wanted && sessions < 10'000; ++seed, ++sessions) {
      run_session(seed, setup, wanted, figures);
      fmt::print(stderr, "{} starts, {} wrong\n", figures.starts, figures.wrong);
    }
    fmt::print(
        "{} starts in {} sessions ({} frames): {} on a closed or moving eye; in the window before "
        "a "
        "start, FEC up to {:.3f} and its range up to {:.3f}; the gate refused {} times\n",
        figures.starts,
        sessions,
        figures.frames,
        figures.wrong,
        figures.largest_fec,
        figures.largest_range,
        figures.refusals);
    return figures.wrong == 0 && figures.starts == wanted ? 0 : 1;
  } catch (const Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
}
