// SPDX-License-Identifier: MIT
#include "eyelid/camera/setting_sentences.hpp"

#include <fmt/format.h>

#include <cmath>

namespace eyelid::camera {
namespace {

std::string with_unit(double value, const std::string& unit) {
  return unit.empty() ? fmt::format("{:.6g}", value) : fmt::format("{:.6g} {}", value, unit);
}

}  // namespace

std::string describe(const Region& region) {
  return fmt::format("{},{},{},{}", region.x, region.y, region.width, region.height);
}

std::string no_such_setting(const std::string& name) {
  return name + " asked, but this camera has none to set";
}

std::string setting_refused(const std::string& name,
                            double asked,
                            const std::string& unit,
                            const std::string& reason) {
  return fmt::format("{}: {} asked, the camera refuses ({})", name, with_unit(asked, unit), reason);
}

void warn_of_difference(const std::string& name,
                        double asked,
                        double granted,
                        const std::string& unit,
                        double tolerance,
                        std::vector<std::string>& warnings) {
  if (std::abs(granted - asked) <= tolerance * std::abs(asked)) return;
  warnings.push_back(fmt::format(
      "{}: {} asked, the camera set {}", name, with_unit(asked, unit), with_unit(granted, unit)));
}

void warn_of_region(const Region& asked,
                    const Region& granted,
                    std::vector<std::string>& warnings) {
  if (asked.x == granted.x && asked.y == granted.y && asked.width == granted.width &&
      asked.height == granted.height) {
    return;
  }
  warnings.push_back(
      fmt::format("region: {} asked, the camera set {}", describe(asked), describe(granted)));
}

}  // namespace eyelid::camera
