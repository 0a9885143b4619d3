// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/preset.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/files/embedded_files.hpp"
#include "eyelid/files/json_file.hpp"

namespace eyelid::files {
std::span<const EmbeddedFile> preset_files();  // generated: cmake/embed_files.cmake
}  // namespace eyelid::files

namespace eyelid::conditioning {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxFile = 1u << 20;

// Every key with its rule off: what a preset may omit. Also the list of known keys.
constexpr const char* kEverythingOff = R"keys({
  "name": "", "title": "", "source": "", "note": "",
  "isi_ms": null, "smoothing_ms": 0, "low_pass_hz": null,
  "sd_trace": "filtered",
  "baseline": {"from": "cs-200ms", "to": "cs", "ends": "[)", "statistic": "mean", "of": "trial",
               "quiet_range": null},
  "normalize": {"by": "none", "from": "us+10ms", "to": "us+150ms", "ends": "[)", "low": 1,
                "high": 99.9},
  "alpha": {"is_on": false, "from": "cs", "to": "cs+60ms", "above": null, "sd": null,
            "recovers_to": null, "tail_ms": 0, "onset_before_ms": null},
  "cr": {"from": "cs", "to": "us", "ends": "[)", "statistic": "max"},
  "criterion": {"above": null, "at_least": null, "sd": null, "mean_at_least": null,
                "peak_at_least": null, "ur_share": null, "ur_from": "us+30ms", "ur_to": "us+70ms",
                "ur_ends": "()", "poor_at_least": null, "poor_from": "cs", "poor_to": "us"},
  "onset": {"method": "none", "from": "cs", "to": "us", "ends": "[)", "baseline_from": null,
            "baseline_to": "cs", "resolution": null, "sd": null, "share": null, "above": null,
            "discard_before_ms": null, "velocity_sd": 2, "velocity_floor": 0.5, "velocity_run": 2,
            "velocity_smoothing": 5},
  "peak": {"from": "cs", "to": "us", "ends": "[)", "cs_only": true, "discard_before_ms": null,
           "discard_after_ms": null},
  "at_us": {"from": "us-20ms", "to": "us"},
  "ur": {"from": "us", "to": "us+300ms"},
  "reject": {"missing_share": 0.25, "missing_from": "cs-200ms", "missing_to": "us",
             "range": null, "range_from": "cs-100ms", "range_to": "cs", "range_ends": "[)",
             "above": null, "above_from": "cs-200ms", "above_to": "cs", "above_ends": "[)",
             "above_baseline": false, "above_range_mean": false,
             "sd_iqr": null, "sd_from": "cs-200ms", "sd_to": "cs",
             "below": null, "below_sd": 3},
  "learning": {"percent": 80, "trials": 10, "sessions": 1, "percent_of": "judged"}
})keys";

template <class Value>
using Words = std::vector<std::pair<const char*, Value>>;

// Whether a window includes its first and its last moment.
const Words<std::pair<bool, bool>> kEnds{
    {"[)", {true, false}}, {"[]", {true, true}}, {"(]", {false, true}}, {"()", {false, false}}};

// Reads a preset's keys; every failure names source and key.
class PresetReader {
 public:
  PresetReader(std::string source, json document)
      : source_(std::move(source)), document_(std::move(document)) {}

  [[noreturn]] void fail(const std::string& key, const json& found, const std::string& expected) {
    throw InputError(source_ + ": " + key + " is " + files::json_excerpt(found) + ", expected " +
                     expected);
  }

  const json& at(const std::string& key) const {
    const std::size_t dot = key.find('.');
    if (dot == std::string::npos) return document_.at(key);
    return document_.at(key.substr(0, dot)).at(key.substr(dot + 1));
  }

  std::string text(const std::string& key) {
    if (!at(key).is_string()) fail(key, at(key), "text");
    return at(key).get<std::string>();
  }

  double number(const std::string& key, double min, double max) {
    const json& value = at(key);
    if (!value.is_number() || !(value.get<double>() >= min && value.get<double>() <= max)) {
      fail(key, value, "a number from " + json(min).dump() + " to " + json(max).dump());
    }
    return value.get<double>();
  }

  double limit(const std::string& key, double min = -10.0, double max = 100.0) {
    return at(key).is_null() ? kOff : number(key, min, max);
  }

  double milliseconds_or_off(const std::string& key) {
    return at(key).is_null() ? kOff : number(key, 0.0, 60000.0) / 1000.0;
  }

  bool flag(const std::string& key) {
    if (!at(key).is_boolean()) fail(key, at(key), "true or false");
    return at(key).get<bool>();
  }

  template <class Value>
  Value word(const std::string& key, const Words<Value>& words) {
    std::string expected;
    for (const auto& [name, value] : words) {
      if (at(key).is_string() && at(key).get<std::string>() == name) return value;
      expected += (expected.empty() ? "" : ", ") + std::string(name);
    }
    fail(key, at(key), "one of " + expected);
  }

  Moment moment(const std::string& key) {
    const std::string value = text(key);
    const auto wrong = [&]() { fail(key, at(key), "a moment such as cs-200ms, us or us+15ms"); };
    Moment result;
    if (value.starts_with("us")) {
      result.onset = StimulusOnset::Us;
    } else if (!value.starts_with("cs")) {
      wrong();
    }
    if (value.size() == 2) return result;
    const char* begin = value.data() + (value[2] == '+' ? 3 : 2);
    const char* end = value.data() + value.size();
    double offset = 0.0;
    const auto [stop, error] = std::from_chars(begin, end, offset);
    const bool has_sign = value[2] == '+' || value[2] == '-';
    if (!has_sign || error != std::errc() || std::string_view(stop, end) != "ms") wrong();
    if (!(std::abs(offset) <= 60000.0)) wrong();
    result.offset_s = offset / 1000.0;
    return result;
  }

  Window window(const std::string& from, const std::string& to, const std::string& ends = "") {
    Window result{moment(from), moment(to)};
    if (!ends.empty()) {
      const auto [first, last] = word(ends, kEnds);
      result.includes_from = first;
      result.includes_to = last;
    }
    if (result.from.onset == result.to.onset && !(result.from.offset_s < result.to.offset_s)) {
      fail(to, at(to), "a moment after " + from + ", " + files::json_excerpt(at(from)));
    }
    reach_.before_s = std::max(reach_.before_s, -result.from.offset_s);
    reach_.after_s = std::max(reach_.after_s, result.to.offset_s);
    return result;
  }

  /// Of all windows read so far.
  const Preset::Reach& reach() const { return reach_; }

 private:
  std::string source_;
  json document_;
  Preset::Reach reach_;
};

const Words<Statistic> kStatistics{
    {"mean", Statistic::Mean}, {"median", Statistic::Median}, {"max", Statistic::Max}};

void read_response(PresetReader& reader, Preset& preset) {
  preset.baseline.window = reader.window("baseline.from", "baseline.to", "baseline.ends");
  preset.baseline.statistic = reader.word("baseline.statistic", kStatistics);
  preset.baseline.scope = reader.word(
      "baseline.of",
      Words<BaselineScope>{{"trial", BaselineScope::Trial}, {"session", BaselineScope::Session}});
  preset.baseline.quiet_range = reader.limit("baseline.quiet_range", 0.0);
  preset.normalize.by =
      reader.word("normalize.by",
                  Words<Normalization>{{"none", Normalization::None},
                                       {"ur_peak", Normalization::UrPeak},
                                       {"mean_ur", Normalization::MeanUr},
                                       {"percentiles", Normalization::Percentiles}});
  preset.normalize.window = reader.window("normalize.from", "normalize.to", "normalize.ends");
  preset.normalize.low = reader.number("normalize.low", 0.0, 100.0);
  preset.normalize.high = reader.number("normalize.high", preset.normalize.low, 100.0);
  preset.alpha.is_on = reader.flag("alpha.is_on");
  preset.alpha.window = reader.window("alpha.from", "alpha.to");
  preset.alpha.above = reader.limit("alpha.above");
  preset.alpha.sd = reader.limit("alpha.sd");
  preset.alpha.recovers_to = reader.limit("alpha.recovers_to");
  preset.alpha.tail_s = reader.number("alpha.tail_ms", 0.0, 10000.0) / 1000.0;
  preset.alpha.onset_before_s = reader.milliseconds_or_off("alpha.onset_before_ms");
  preset.cr.window = reader.window("cr.from", "cr.to", "cr.ends");
  preset.cr.statistic = reader.word("cr.statistic", kStatistics);
  preset.criterion.above = reader.limit("criterion.above");
  preset.criterion.at_least = reader.limit("criterion.at_least");
  preset.criterion.sd = reader.limit("criterion.sd");
  preset.criterion.mean_at_least = reader.limit("criterion.mean_at_least");
  preset.criterion.peak_at_least = reader.limit("criterion.peak_at_least");
  preset.criterion.ur_share = reader.limit("criterion.ur_share");
  preset.criterion.ur = reader.window("criterion.ur_from", "criterion.ur_to", "criterion.ur_ends");
  preset.criterion.poor_at_least = reader.limit("criterion.poor_at_least");
  preset.criterion.poor = reader.window("criterion.poor_from", "criterion.poor_to");
  const Preset::Criterion& c = preset.criterion;
  if (std::isnan(c.above) && std::isnan(c.at_least) && std::isnan(c.sd) &&
      std::isnan(c.mean_at_least) && std::isnan(c.peak_at_least) && std::isnan(c.ur_share)) {
    reader.fail("criterion", reader.at("criterion"), "at least one rule for a CR");
  }
}

void read_times(PresetReader& reader, Preset& preset) {
  preset.onset.method = reader.word("onset.method",
                                    Words<OnsetMethod>{{"none", OnsetMethod::None},
                                                       {"flank", OnsetMethod::Flank},
                                                       {"crossing", OnsetMethod::Crossing},
                                                       {"backward", OnsetMethod::Backward},
                                                       {"velocity", OnsetMethod::Velocity}});
  preset.onset.window = reader.window("onset.from", "onset.to", "onset.ends");
  preset.onset.has_baseline = !reader.at("onset.baseline_from").is_null();
  if (preset.onset.has_baseline) {
    preset.onset.baseline = reader.window("onset.baseline_from", "onset.baseline_to");
  }
  preset.onset.resolution = reader.limit("onset.resolution", 1e-6, 1.0);
  preset.onset.sd = reader.limit("onset.sd");
  preset.onset.share = reader.limit("onset.share", 0.0, 1.0);
  preset.onset.above = reader.limit("onset.above");
  preset.onset.discard_before_s = reader.milliseconds_or_off("onset.discard_before_ms");
  preset.onset.velocity_sd = reader.number("onset.velocity_sd", 0.0, 100.0);
  preset.onset.velocity_floor = reader.number("onset.velocity_floor", 0.0, 1000.0);
  preset.onset.velocity_run = static_cast<int>(reader.number("onset.velocity_run", 1.0, 1000.0));
  preset.onset.velocity_smoothing =
      static_cast<int>(reader.number("onset.velocity_smoothing", 1.0, 1001.0));
  const bool needs_level =
      preset.onset.method == OnsetMethod::Crossing || preset.onset.method == OnsetMethod::Backward;
  if (needs_level && std::isnan(preset.onset.sd) && std::isnan(preset.onset.share) &&
      std::isnan(preset.onset.above)) {
    reader.fail("onset", reader.at("onset"), "one of sd, share and above for this method");
  }
  preset.peak.window = reader.window("peak.from", "peak.to", "peak.ends");
  preset.peak.cs_only = reader.flag("peak.cs_only");
  preset.peak.discard_before_s = reader.milliseconds_or_off("peak.discard_before_ms");
  preset.peak.discard_after_s = reader.milliseconds_or_off("peak.discard_after_ms");
  preset.at_us = reader.window("at_us.from", "at_us.to");
  preset.ur = reader.window("ur.from", "ur.to");
}

void read_limits(PresetReader& reader, Preset& preset) {
  Preset::Reject& reject = preset.reject;
  reject.missing_share = reader.number("reject.missing_share", 0.0, 1.0);
  reject.missing = reader.window("reject.missing_from", "reject.missing_to");
  reject.range = reader.limit("reject.range", 0.0);
  reject.range_window = reader.window("reject.range_from", "reject.range_to", "reject.range_ends");
  reject.above = reader.limit("reject.above");
  reject.above_window = reader.window("reject.above_from", "reject.above_to", "reject.above_ends");
  reject.above_baseline = reader.flag("reject.above_baseline");
  reject.above_range_mean = reader.flag("reject.above_range_mean");
  reject.sd_iqr = reader.limit("reject.sd_iqr", 0.0);
  reject.sd_window = reader.window("reject.sd_from", "reject.sd_to");
  reject.below = reader.limit("reject.below");
  reject.below_sd = reader.number("reject.below_sd", 0.0, 100.0);
  preset.learning.percent = reader.number("learning.percent", 0.0, 100.0);
  preset.learning.trials = static_cast<int>(reader.number("learning.trials", 1.0, 100000.0));
  preset.learning.sessions = static_cast<int>(reader.number("learning.sessions", 1.0, 1000.0));
  preset.learning.counts_rejected =
      reader.word("learning.percent_of", Words<bool>{{"judged", false}, {"with_cs", true}});
}

Preset preset_from(const std::string& source, const json& document) {
  PresetReader reader(source, document);
  Preset preset;
  preset.name = reader.text("name");
  preset.title = reader.text("title");
  preset.source = reader.text("source");
  preset.note = reader.text("note");
  preset.isi_s = reader.milliseconds_or_off("isi_ms");
  preset.smoothing_s = reader.number("smoothing_ms", 0.0, 1000.0) / 1000.0;
  preset.uses_unfiltered =
      reader.word("sd_trace", Words<bool>{{"filtered", false}, {"unfiltered", true}});
  preset.low_pass_hz = reader.limit("low_pass_hz", 0.1, 1000.0);
  read_response(reader, preset);
  read_times(reader, preset);
  read_limits(reader, preset);
  preset.reach = reader.reach();
  return preset;
}

// Replaces keys of `known` by those of `given`; an unknown key is an error.
void overlay(const std::string& source, const std::string& prefix, const json& given, json& known) {
  for (const auto& [key, value] : given.items()) {
    const auto place = known.find(key);
    if (place == known.end()) {
      std::string names;
      for (const auto& [name, unused] : known.items()) names += (names.empty() ? "" : ", ") + name;
      throw InputError(source + ": unknown key " + prefix + key + ", expected one of " + names);
    }
    if (place->is_object()) {
      if (!value.is_object()) {
        throw InputError(source + ": " + prefix + key + " is " + files::json_excerpt(value) +
                         ", expected an object");
      }
      overlay(source, prefix + key + ".", value, *place);
    } else {
      *place = value;
    }
  }
}

json embedded_or_file(const std::string& name_or_file, std::string& source) {
  const std::string_view text = preset_text(name_or_file);
  if (!text.empty()) {
    source = "preset " + name_or_file;
    return json::parse(text);
  }
  std::error_code error;
  if (!name_or_file.ends_with(".json") && !std::filesystem::exists(name_or_file, error)) {
    std::string names;
    for (const std::string& name : preset_names()) names += (names.empty() ? "" : ", ") + name;
    throw InputError("no preset is called " + name_or_file + "; expected one of " + names +
                     " or a .json file");
  }
  source = name_or_file;
  return files::read_json_object(name_or_file, "a preset of eyelid", kMaxFile);
}

// "cr.from=cs+100ms" -> {"cr": {"from": "cs+100ms"}}
json setting_from(const std::string& setting) {
  const std::size_t equals = setting.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw InputError("setting " + setting +
                     ": expected key=value, for example criterion.above=0.05");
  }
  const std::string text = setting.substr(equals + 1);
  json value;
  try {
    value = files::parse_json(text);
  } catch (const InputError& error) {
    throw InputError("setting " + setting.substr(0, equals) + ": " + error.what() +
                     ", expected a number, a word, or off");
  }
  if (value.is_discarded()) value = text == "off" ? json(nullptr) : json(text);
  std::string key = setting.substr(0, equals);
  const std::size_t dot = key.find('.');
  if (dot == std::string::npos) return json{{key, value}};
  return json{{key.substr(0, dot), json{{key.substr(dot + 1), value}}}};
}

}  // namespace

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (const files::EmbeddedFile& file : files::preset_files()) {
    names.push_back(std::filesystem::path(file.name).stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string_view preset_text(std::string_view name) {
  for (const files::EmbeddedFile& file : files::preset_files()) {
    if (std::filesystem::path(file.name).stem().string() == name) return file.text();
  }
  return {};
}

Preset load_preset(const std::string& name_or_file, const std::vector<std::string>& settings) {
  json document = json::parse(kEverythingOff);
  std::string source;
  overlay("preset " + name_or_file, "", embedded_or_file(name_or_file, source), document);
  for (const std::string& setting : settings) {
    overlay("setting " + setting, "", setting_from(setting), document);
  }
  if (document.at("name") == "") {
    document["name"] = std::filesystem::path(name_or_file).stem().string();
  }
  if (!settings.empty()) source += " with settings";
  return preset_from(source, document);
}

}  // namespace eyelid::conditioning
