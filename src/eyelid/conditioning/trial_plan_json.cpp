// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/trial_plan_json.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/files/input_file.hpp"
#include "eyelid/files/json_file.hpp"

namespace eyelid::conditioning {
namespace {

using nlohmann::json;
using Keys = std::initializer_list<const char*>;

constexpr const char* kExpected = "a trial plan of eyelid";
constexpr std::size_t kMaxPlanFile = 1u << 20;
constexpr double kMaxStimulus_ms = 60000.0;
constexpr double kMaxUs_ms = 1000.0;  // the firmware refuses longer ones as well
constexpr double kMaxWait_s = 3600.0;

/// One object of the plan; every failure names the file and the key.
class PlanObject {
 public:
  PlanObject(const std::string& source, std::string prefix, const json& object, Keys known)
      : source_(source), prefix_(std::move(prefix)), object_(object) {
    if (!object.is_object()) {
      const std::string name = prefix_.substr(0, prefix_.empty() ? 0 : prefix_.size() - 1);
      throw InputError(source_ + ": " + name + " is " + files::json_excerpt(object) +
                       ", expected an object");
    }
    for (const auto& [key, value] : object.items()) {
      if (std::find(known.begin(), known.end(), key) != known.end()) continue;
      std::string names;
      for (const char* name : known) names += (names.empty() ? "" : ", ") + std::string(name);
      throw InputError(source_ + ": unknown key " + prefix_ + files::json_excerpt(json(key)) +
                       ", expected one of " + names);
    }
  }

  [[noreturn]] void fail(const std::string& key, const std::string& expected) const {
    const auto found = object_.find(key);
    throw InputError(source_ + ": " + prefix_ + key + " is " +
                     (found == object_.end() ? "missing" : files::json_excerpt(*found)) +
                     ", expected " + expected);
  }

  bool has(const char* key) const {
    const auto found = object_.find(key);
    return found != object_.end() && !found->is_null();
  }
  const json& at(const char* key) const { return object_.at(key); }

  double number(const char* key, double min, double max) const {
    const bool is_number = has(key) && at(key).is_number();
    if (!is_number || !(at(key).get<double>() >= min && at(key).get<double>() <= max)) {
      fail(key, "a number from " + json(min).dump() + " to " + json(max).dump());
    }
    return at(key).get<double>();
  }
  double number(const char* key, double min, double max, double otherwise) const {
    return has(key) ? number(key, min, max) : otherwise;
  }
  std::int64_t integer(const char* key, std::int64_t min, std::int64_t max) const {
    const bool is_integer = has(key) && at(key).is_number_integer();
    // An integer beyond int64 is kept unsigned: compared as a double first.
    if (!is_integer || at(key).get<double>() < static_cast<double>(min) ||
        at(key).get<double>() > static_cast<double>(max)) {
      fail(key, "a whole number from " + std::to_string(min) + " to " + std::to_string(max));
    }
    return at(key).get<std::int64_t>();
  }
  std::int64_t integer(const char* key,
                       std::int64_t min,
                       std::int64_t max,
                       std::int64_t otherwise) const {
    return has(key) ? integer(key, min, max) : otherwise;
  }
  double milliseconds(const char* key, double min_ms, double max_ms) const {
    return number(key, min_ms, max_ms) / 1000.0;
  }
  std::string text(const char* key) const {
    if (!has(key) || !at(key).is_string() || at(key).get<std::string>().empty()) fail(key, "text");
    return at(key).get<std::string>();
  }
  template <class Value>
  Value word(const char* key,
             std::initializer_list<std::pair<const char*, Value>> words,
             Value otherwise) const {
    if (!has(key)) return otherwise;
    std::string expected;
    for (const auto& [name, value] : words) {
      if (at(key) == name) return value;
      expected += (expected.empty() ? "" : ", ") + std::string(name);
    }
    fail(key, "one of " + expected);
  }
  const json& list(const char* key, std::size_t max, const std::string& of) const {
    if (!has(key) || !at(key).is_array() || at(key).empty() || at(key).size() > max) {
      fail(key, "a list of 1 to " + std::to_string(max) + " " + of);
    }
    return at(key);
  }
  PlanObject object(const char* key, Keys known) const {
    return {source_, prefix_ + key + ".", at(key), known};
  }

  const std::string& source() const { return source_; }

 private:
  std::string source_;
  std::string prefix_;
  const json& object_;
};

std::string name_of_item(const char* list, std::size_t index) {
  return std::string(list) + "[" + std::to_string(index) + "].";
}

std::optional<Stimulus> stimulus(const PlanObject& condition, const char* key, double max_ms) {
  if (!condition.has(key)) return std::nullopt;
  const PlanObject object = condition.object(key, {"ms", "channel"});
  return Stimulus{static_cast<int>(object.integer("channel", 1, kMaxChannels, 1)),
                  object.milliseconds("ms", 0.1, max_ms)};
}

TrialCondition condition_from(const PlanObject& object, bool has_shares) {
  TrialCondition condition;
  condition.name = object.text("name");
  condition.cs = stimulus(object, "cs", kMaxStimulus_ms);
  condition.us = stimulus(object, "us", kMaxUs_ms);
  // A US after a CS needs its interval; a CS alone may have one, for the window of its verdict.
  if (condition.cs && (condition.us || object.has("isi_ms"))) {
    condition.isi_s = object.milliseconds("isi_ms", 1.0, kMaxStimulus_ms);
  } else if (object.has("isi_ms")) {
    object.fail("isi_ms", "none in a condition without a CS");
  }
  if (has_shares) {
    if (object.has("count")) object.fail("count", "none, because trials gives the number of all");
    object.number("share", 0.0, 1.0);
  } else {
    if (object.has("share")) object.fail("share", "none, because trials is missing");
    condition.count = static_cast<int>(object.integer("count", 1, kMaxTrials));
  }
  return condition;
}

/// Whole numbers that add up to `total` in the proportion of the shares: by largest remainder; of
/// equal ones the first.
std::vector<int> apportioned(const std::vector<double>& shares, int total) {
  std::vector<int> counts;
  std::vector<double> remainders;
  for (const double share : shares) {
    // 0.29 * 100 is a hair below 29.
    const double quota = share * total + 1e-9;
    counts.push_back(static_cast<int>(std::floor(quota)));
    remainders.push_back(quota - std::floor(quota));
  }
  for (int left = total - std::accumulate(counts.begin(), counts.end(), 0); left > 0; --left) {
    const auto largest = std::max_element(remainders.begin(), remainders.end());
    ++counts[static_cast<std::size_t>(largest - remainders.begin())];
    *largest = -1.0;
  }
  return counts;
}

void read_conditions(const PlanObject& root, TrialPlan& plan) {
  const bool has_shares = root.has("trials");
  const json& list = root.list("conditions", kMaxTrialConditions, "conditions");
  std::vector<double> shares;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const PlanObject object(root.source(),
                            name_of_item("conditions", i),
                            list[i],
                            {"name", "cs", "us", "isi_ms", "count", "share"});
    plan.conditions.push_back(condition_from(object, has_shares));
    if (has_shares) shares.push_back(object.number("share", 0.0, 1.0));
    for (std::size_t k = 0; k < i; ++k) {
      if (plan.conditions[k].name == plan.conditions[i].name) {
        object.fail("name", "a name that no other condition has");
      }
    }
  }
  const int blocks = plan.order == TrialOrder::Blocks ? plan.blocks : 1;
  if (has_shares) {
    const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
    if (!(std::abs(sum - 1.0) < 1e-6)) {
      throw InputError(root.source() + ": the shares of conditions add up to " + json(sum).dump() +
                       ", expected 1");
    }
    const int total = static_cast<int>(root.integer("trials", 1, kMaxTrials));
    if (total % plan.blocks != 0) root.fail("trials", "a multiple of blocks.count");
    const std::vector<int> counts = apportioned(shares, total / blocks);
    for (std::size_t i = 0; i < counts.size(); ++i) plan.conditions[i].count = counts[i] * blocks;
    return;
  }
  if (plan.trial_count() > kMaxTrials || plan.trial_count() % plan.blocks != 0) {
    throw InputError(root.source() + ": the counts of conditions add up to " +
                     std::to_string(plan.trial_count()) +
                     ", expected a multiple of blocks.count, " + std::to_string(plan.blocks) +
                     ", and at most " + std::to_string(kMaxTrials));
  }
  for (const TrialCondition& condition : plan.conditions) {
    if (condition.count % blocks == 0) continue;
    throw InputError(root.source() + ": the count of condition " + condition.name + " is " +
                     std::to_string(condition.count) + ", expected a multiple of blocks.count, " +
                     std::to_string(blocks));
  }
}

/// Without a list, every condition in which the rule can apply.
std::vector<std::size_t> conditions_of_rule(const PlanObject& rule,
                                            const TrialPlan& plan,
                                            RuleEffect effect) {
  const auto suits = [&](const TrialCondition& condition) {
    return condition.cs && (effect == RuleEffect::Output || condition.us);
  };
  const char* needed =
      effect == RuleEffect::OmitUs ? "conditions with a CS and a US" : "conditions with a CS";
  std::vector<std::size_t> result;
  const bool has_list = rule.has("conditions");
  const json names =
      has_list ? rule.list("conditions", kMaxTrialConditions, "names") : json::array();
  for (std::size_t i = 0; i < plan.conditions.size(); ++i) {
    const bool is_named =
        std::find(names.begin(), names.end(), plan.conditions[i].name) != names.end();
    if (is_named && !suits(plan.conditions[i])) rule.fail("conditions", needed);
    if (has_list ? is_named : suits(plan.conditions[i])) result.push_back(i);
  }
  if (result.empty() || (has_list && result.size() != names.size())) {
    rule.fail("conditions", std::string("different names of ") + needed);
  }
  return result;
}

void read_rules(const PlanObject& root, TrialPlan& plan) {
  if (!root.has("rules")) return;
  const json& list = root.list("rules", kMaxRules, "rules");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const PlanObject object(root.source(),
                            name_of_item("rules", i),
                            list[i],
                            {"name", "above_baseline", "from_ms", "to_ms", "do", "conditions"});
    ClosedLoopRule rule;
    rule.name = object.text("name");
    for (const ClosedLoopRule& other : plan.rules) {
      if (other.name == rule.name) object.fail("name", "a name that no other rule has");
    }
    rule.above_baseline = object.number("above_baseline", 0.0, 2.0);
    rule.from_s = object.number("from_ms", 0.0, kMaxStimulus_ms, 0.0) / 1000.0;
    if (!object.has("do")) object.fail("do", "output or omit_us");
    rule.effect = object.word(
        "do",
        {std::pair{"output", RuleEffect::Output}, std::pair{"omit_us", RuleEffect::OmitUs}},
        RuleEffect::Output);
    rule.conditions = conditions_of_rule(object, plan, rule.effect);
    double shortest_isi_s = kMaxStimulus_ms;
    for (const std::size_t index : rule.conditions) {
      shortest_isi_s = std::min(shortest_isi_s, plan.conditions[index].isi_s);
    }
    if (!object.has("to_ms") && !(shortest_isi_s > rule.from_s)) {
      object.fail("to_ms", "a time, because a condition has no isi_ms after from_ms");
    }
    rule.to_s = object.number("to_ms", 0.0, kMaxStimulus_ms, 1000.0 * shortest_isi_s) / 1000.0;
    if (!(rule.to_s > rule.from_s)) object.fail("to_ms", "a time after from_ms");
    if (rule.effect == RuleEffect::OmitUs && rule.to_s > shortest_isi_s) {
      object.fail("to_ms", "a time up to the shortest isi_ms of its conditions");
    }
    plan.rules.push_back(std::move(rule));
  }
}

TrialPlan plan_from(const std::string& source, const json& document) {
  const PlanObject root(source,
                        "",
                        document,
                        {"format",
                         "version",
                         "comment",
                         "seed",
                         "trials",
                         "conditions",
                         "order",
                         "max_repeats",
                         "iti",
                         "blocks",
                         "after_s",
                         "eye",
                         "gate",
                         "rules"});
  if (!root.has("format") || root.at("format") != "eyelid-trials") {
    root.fail("format", "\"eyelid-trials\"");
  }
  root.integer("version", 1, 1);
  TrialPlan plan;
  plan.seed = static_cast<std::uint32_t>(root.integer("seed", 0, 0xffffffffll));
  plan.order = root.word("order",
                         {std::pair{"sequence", TrialOrder::Sequence},
                          std::pair{"shuffled", TrialOrder::Shuffled},
                          std::pair{"blocks", TrialOrder::Blocks}},
                         plan.order);
  plan.max_repeats = static_cast<int>(root.integer("max_repeats", 1, kMaxTrials, 0));
  plan.after_s = root.number("after_s", 0.0, 60.0, plan.after_s);
  if (!root.has("iti")) root.fail("iti", "an object with min_s and max_s");
  const PlanObject iti = root.object("iti", {"min_s", "max_s"});
  plan.iti_min_s = iti.number("min_s", plan.after_s, kMaxWait_s);
  plan.iti_max_s = iti.number("max_s", plan.iti_min_s, kMaxWait_s);
  if (root.has("blocks")) {
    const PlanObject blocks = root.object("blocks", {"count", "pause_s"});
    plan.blocks = static_cast<int>(blocks.integer("count", 1, kMaxTrials));
    plan.pause_s = blocks.number("pause_s", 0.0, kMaxWait_s, plan.pause_s);
  } else if (plan.order == TrialOrder::Blocks) {
    root.fail("blocks", "an object with count, because order is blocks");
  }
  plan.eye = root.word("eye",
                       {std::pair{"mean", JudgedEye::Mean},
                        std::pair{"right", JudgedEye::Right},
                        std::pair{"left", JudgedEye::Left}},
                       plan.eye);
  if (root.has("gate")) {
    const PlanObject gate = root.object("gate", {"open", "stable_s", "stable"});
    plan.gate.open = gate.number("open", 0.01, 1.0, plan.gate.open);
    plan.gate.stable_s = gate.number("stable_s", 0.02, 5.0, plan.gate.stable_s);
    plan.gate.stable = gate.number("stable", 0.001, 1.0, plan.gate.stable);
  }
  read_conditions(root, plan);
  read_rules(root, plan);
  try {
    planned_trials(plan);
  } catch (const InputError& error) {
    throw InputError(source + ": " + error.what());
  }
  return plan;
}

}  // namespace

TrialPlan parse_trial_plan(std::string_view text, const std::string& source) {
  return plan_from(source, files::parse_json_object(text, source, kExpected));
}

TrialPlan load_trial_plan(const std::filesystem::path& path) {
  return parse_trial_plan(files::read_input_file(path, kMaxPlanFile, kExpected), path.string());
}

}  // namespace eyelid::conditioning
