// SPDX-License-Identifier: MIT
#include "eyelid/imports/sound_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <vector>

#include "eyelid/imports/event_collector.hpp"
#include "eyelid/video/sound_track.hpp"

namespace eyelid::imports {
namespace {

constexpr double kQuiet_s = 0.005;  // a tone of 200 Hz and more is one pulse
// Below 1 % of full scale there is only noise.
constexpr double kMinExcursion = 0.01;

struct Channel {
  double sum = 0.0;
  double count = 0.0;
  double highest = -1e9;
  double lowest = 1e9;

  double mean() const { return sum / count; }
  bool is_inverted() const { return mean() - lowest > 2.0 * (highest - mean()); }
  double excursion() const { return is_inverted() ? mean() - lowest : highest - mean(); }
  /// 0 at rest, 1 at the highest excursion.
  double level(float value) const {
    const double above = static_cast<double>(value) - mean();
    return (is_inverted() ? -above : above) / excursion();
  }

  bool is_high = true;  // a file that begins within a pulse has no onset there
  double last_high_s = 0.0;
};

}  // namespace

Log sound_log(const std::filesystem::path& path, const LogOptions& options) {
  std::vector<Channel> channels;
  video::visit_sound(path, [&](double, std::span<const float> values) {
    channels.resize(values.size());
    for (std::size_t k = 0; k < values.size(); ++k) {
      const double value = static_cast<double>(values[k]);
      channels[k].sum += value;
      channels[k].count += 1.0;
      channels[k].highest = std::max(channels[k].highest, value);
      channels[k].lowest = std::min(channels[k].lowest, value);
    }
  });
  struct Onset {
    double time_s;
    std::size_t channel;
  };
  std::vector<Onset> onsets;
  const auto clock = video::visit_sound(path, [&](double time_s, std::span<const float> values) {
    for (std::size_t k = 0; k < values.size(); ++k) {
      Channel& channel = channels[k];
      if (channel.excursion() < kMinExcursion) continue;
      const double level = channel.level(values[k]);
      if (level > 0.5 && !channel.is_high) onsets.push_back({time_s, k});
      if (level > 0.25) channel.last_high_s = time_s;
      channel.is_high = level > 0.5 || (channel.is_high && time_s - channel.last_high_s < kQuiet_s);
    }
  });
  EventCollector collector(path.string(), options.names);
  for (const Onset& onset : onsets) {
    collector.add(onset.time_s - clock.first_picture_s.value_or(0.0),
                  fmt::format("audio{}", onset.channel + 1),
                  0);
  }
  Log log = collector.finish(
      fmt::format("sound, {} channels at {:g} Hz", clock.channels, clock.samples_per_second));
  log.is_on_video_clock = clock.first_picture_s.has_value();
  return log;
}

}  // namespace eyelid::imports
