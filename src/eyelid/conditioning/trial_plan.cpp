// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/trial_plan.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <optional>
#include <random>
#include <string>

#include "eyelid/core/error.hpp"

namespace eyelid::conditioning {
namespace {

using Counts = std::vector<int>;

/// Random numbers of one purpose. The distributions of <random> differ between libraries, its
/// generators and seed_seq do not.
class PlanRandom {
 public:
  PlanRandom(std::uint32_t seed, std::uint32_t stream) {
    std::seed_seq both{seed, stream};
    generator_.seed(both);
  }
  /// 0 <= value < count
  int index(int count) {
    return static_cast<int>((std::uint64_t{generator_()} * static_cast<std::uint64_t>(count)) >>
                            32);
  }
  double uniform(double low, double high) {
    return low + (high - low) * (static_cast<double>(generator_()) * 0x1p-32);
  }

 private:
  std::mt19937 generator_;
};

constexpr std::uint32_t kOrderStream = 1;
constexpr std::uint32_t kItiStream = 2;

/// The condition that came last, and how often in a row.
struct Run {
  std::size_t condition = 0;
  int length = 0;
};

/// Whether an order within `limit` can follow the run: around the T - n trials of the others there
/// is room for n of a condition if n <= limit (T - n + 1), less what the run has used up. (Proof by
/// induction: a condition for which equality is near must come next, and there is at most one.)
bool can_follow(const Counts& remaining, const Run& run, std::int64_t limit) {
  const std::int64_t total = std::accumulate(remaining.begin(), remaining.end(), 0);
  for (std::size_t i = 0; i < remaining.size(); ++i) {
    const std::int64_t used = run.length > 0 && i == run.condition ? run.length : 0;
    if (remaining[i] > limit * (total - remaining[i] + 1) - used) return false;
  }
  return true;
}

void extend(Run& run, std::size_t condition) {
  run.length = run.length > 0 && run.condition == condition ? run.length + 1 : 1;
  run.condition = condition;
}

/// The condition, if any, that must come next lest no order is left; see can_follow().
std::optional<std::size_t> urgent(const Counts& remaining, int total, std::int64_t limit) {
  for (std::size_t i = 0; i < remaining.size(); ++i) {
    if (remaining[i] > limit * (total - remaining[i])) return i;
  }
  return std::nullopt;
}

/// A random order of all that remains, behind the run; empty where there is none.
std::vector<std::size_t> drawn_order(Counts remaining, Run& run, int limit, PlanRandom& random) {
  std::vector<std::size_t> order;
  if (!can_follow(remaining, run, limit)) return order;
  Counts chances(remaining.size());
  for (int left = std::accumulate(remaining.begin(), remaining.end(), 0); left > 0; --left) {
    const std::optional<std::size_t> only = urgent(remaining, left, limit);
    for (std::size_t i = 0; i < remaining.size(); ++i) {
      const bool is_worn_out = run.length >= limit && run.condition == i;
      chances[i] = is_worn_out || (only && *only != i) ? 0 : remaining[i];
    }
    const int tickets = std::accumulate(chances.begin(), chances.end(), 0);
    EYELID_EXPECTS(tickets > 0);
    int ticket = random.index(tickets);
    std::size_t choice = 0;
    while (ticket >= chances[choice]) ticket -= chances[choice++];
    --remaining[choice];
    extend(run, choice);
    order.push_back(choice);
  }
  return order;
}

Counts counts_of(const TrialPlan& plan, int divisor) {
  Counts counts;
  for (const TrialCondition& condition : plan.conditions) {
    counts.push_back(condition.count / divisor);
  }
  return counts;
}

[[noreturn]] void fail_for_repeats(const TrialPlan& plan, const std::string& reason) {
  throw InputError("max_repeats is " + std::to_string(plan.max_repeats) + ", but " + reason +
                   "; expected a higher limit");
}

std::vector<std::size_t> sequence(const TrialPlan& plan, int limit) {
  std::vector<std::size_t> order;
  Run run;
  for (std::size_t i = 0; i < plan.conditions.size(); ++i) {
    for (int k = 0; k < plan.conditions[i].count; ++k) {
      extend(run, i);
      if (run.length > limit) {
        fail_for_repeats(plan, "the sequence has more of " + plan.conditions[i].name + " in a row");
      }
      order.push_back(i);
    }
  }
  return order;
}

std::vector<std::size_t> order_of(const TrialPlan& plan) {
  const int limit = plan.max_repeats > 0 ? plan.max_repeats : plan.trial_count();
  if (plan.order == TrialOrder::Sequence) return sequence(plan, limit);
  PlanRandom random(plan.seed, kOrderStream);
  const int parts = plan.order == TrialOrder::Blocks ? plan.blocks : 1;
  const Counts counts = counts_of(plan, parts);
  const bool has_order = can_follow(counts, Run{}, limit);
  // How a block ends may leave no order for the next: then all are drawn anew.
  for (int draw = 0; has_order && draw < kMaxDraws; ++draw) {
    std::vector<std::size_t> order;
    Run run;
    for (int part = 0; part < parts; ++part) {
      const std::vector<std::size_t> block = drawn_order(counts, run, limit, random);
      if (block.empty()) break;
      order.insert(order.end(), block.begin(), block.end());
    }
    if (order.size() == static_cast<std::size_t>(plan.trial_count())) return order;
  }
  fail_for_repeats(plan, "no order of these trials keeps to it");
}

}  // namespace

TrialType TrialCondition::type() const {
  if (cs) return us ? TrialType::Paired : TrialType::CsOnly;
  return us ? TrialType::UsOnly : TrialType::Blank;
}

double TrialCondition::duration_s() const {
  const double us_end_s = us ? (cs ? isi_s : 0.0) + us->duration_s : 0.0;
  return std::max(cs ? cs->duration_s : 0.0, us_end_s);
}

int TrialPlan::trial_count() const {
  int count = 0;
  for (const TrialCondition& condition : conditions) count += condition.count;
  return count;
}

std::vector<PlannedTrial> planned_trials(const TrialPlan& plan) {
  const int total = plan.trial_count();
  EYELID_EXPECTS(total > 0 && plan.blocks > 0 && total % plan.blocks == 0);
  const std::vector<std::size_t> order = order_of(plan);
  PlanRandom random(plan.seed, kItiStream);
  std::vector<PlannedTrial> trials;
  const int per_block = total / plan.blocks;
  for (int i = 0; i < total; ++i) {
    const bool follows_a_pause = i > 0 && i % per_block == 0;
    const double iti_s = random.uniform(plan.iti_min_s, plan.iti_max_s);
    trials.push_back({i + 1,
                      i / per_block + 1,
                      order[static_cast<std::size_t>(i)],
                      iti_s + (follows_a_pause ? plan.pause_s : 0.0)});
  }
  return trials;
}

}  // namespace eyelid::conditioning
