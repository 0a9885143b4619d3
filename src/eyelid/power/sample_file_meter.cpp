// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <sstream>

#include "eyelid/core/error.hpp"
#include "eyelid/files/input_file.hpp"
#include "eyelid/power/power_meter.hpp"

namespace eyelid::power {
namespace {

constexpr double kReach_s = 2.0;

struct Sample {
  double time_s;
  double watts;
};

std::optional<Sample> parse(const std::string& line) {
  std::istringstream text(line);
  text.imbue(std::locale::classic());
  Sample sample{};
  char comma = 0;
  if (!(text >> sample.time_s >> comma >> sample.watts) || comma != ',') return std::nullopt;
  text >> std::ws;
  const bool is_sound = text.eof() && std::isfinite(sample.time_s) && std::isfinite(sample.watts) &&
                        sample.watts >= 0.0;
  return is_sound ? std::optional(sample) : std::nullopt;
}

std::vector<Sample> read_samples(const std::filesystem::path& path) {
  files::InputLines lines(path, "lines of time,watts");
  std::vector<Sample> samples;
  std::string line;
  while (lines.next(line)) {
    const bool is_unfinished = lines.is_unfinished();  // the meter is writing it just now
    if (line.empty() || line[0] == '#') continue;
    const std::optional<Sample> sample = parse(line);
    if (!sample) {
      if (is_unfinished || (samples.empty() && std::isalpha(static_cast<unsigned char>(line[0])))) {
        continue;
      }
      throw InputError(fmt::format("{}:{}: \"{}\"; expected seconds since 1970,watts",
                                   path.string(),
                                   lines.number(),
                                   line.substr(0, 80)));
    }
    if (!samples.empty() && sample->time_s <= samples.back().time_s) {
      throw InputError(fmt::format("{}:{}: time {} follows {}; expected increasing times",
                                   path.string(),
                                   lines.number(),
                                   sample->time_s,
                                   samples.back().time_s));
    }
    samples.push_back(*sample);
  }
  return samples;
}

/// Power at `time_s`, between two samples linear, beyond the ends as the nearest one.
double watts_at(const std::vector<Sample>& samples, double time_s) {
  const auto after = std::ranges::lower_bound(samples, time_s, {}, &Sample::time_s);
  if (after == samples.begin()) return samples.front().watts;
  if (after == samples.end()) return samples.back().watts;
  const Sample& before = *(after - 1);
  const double share = (time_s - before.time_s) / (after->time_s - before.time_s);
  return before.watts + share * (after->watts - before.watts);
}

std::optional<double> integrate(const std::vector<Sample>& samples, double begin_s, double end_s) {
  const auto first = std::ranges::lower_bound(samples, begin_s, {}, &Sample::time_s);
  const auto last = std::ranges::upper_bound(samples, end_s, {}, &Sample::time_s);
  if (samples.empty() || samples.front().time_s > begin_s + kReach_s ||
      samples.back().time_s < end_s - kReach_s) {
    return std::nullopt;
  }
  std::vector<Sample> corners = {{begin_s, watts_at(samples, begin_s)}};
  corners.insert(corners.end(), first, last);
  corners.push_back({end_s, watts_at(samples, end_s)});
  double joules = 0.0;
  for (std::size_t i = 1; i < corners.size(); ++i) {
    const double seconds = corners[i].time_s - corners[i - 1].time_s;
    joules += 0.5 * (corners[i].watts + corners[i - 1].watts) * seconds;
  }
  return joules;
}

class SampleFileMeter final : public PowerMeter {
 public:
  explicit SampleFileMeter(std::filesystem::path path) : path_(std::move(path)) {
    read_samples(path_);  // a file that cannot be understood is said so before the long work
  }
  std::string name() const override { return "samples of " + path_.filename().string(); }
  void start() override { begin_s_ = now_s(); }
  std::optional<double> stop() override {
    return integrate(read_samples(path_), begin_s_, now_s());
  }

 private:
  static double now_s() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration<double>(now).count();
  }
  std::filesystem::path path_;
  double begin_s_ = 0.0;
};

}  // namespace

std::unique_ptr<PowerMeter> sample_file_meter(const std::filesystem::path& path) {
  return std::make_unique<SampleFileMeter>(path);
}

}  // namespace eyelid::power
