// SPDX-License-Identifier: MIT
#include "eyelid/closure/fec_rows.hpp"

#include <utility>

#include "eyelid/closure/ear_levels.hpp"
#include "eyelid/closure/recording_levels.hpp"

namespace eyelid::closure {

FecRows::FecRows(const SmootherOptions& options, const PerEye<EyeLevels>& levels, Sink sink)
    : levels_(levels),
      sink_(std::move(sink)),
      smoothers_{make_smoother(options, Eye::Right), make_smoother(options, Eye::Left)} {}

EarSmoother FecRows::make_smoother(const SmootherOptions& options, Eye eye) {
  return {options, [this, eye](const SmoothedValue& value) { ready_[eye].push_back(value); }};
}

void FecRows::push(const ClosureInput& record) {
  if (record.clip != clip_) finish();  // what follows continues nothing
  clip_ = record.clip;
  records_.push_back(record);
  for (const Eye eye : kEyes) {
    const bool has_levels = are_usable(levels_[eye]);
    smoothers_[eye].push(record.time_s, has_levels ? measured_ear(record, eye) : kNotAvailable);
  }
  deliver();
}

void FecRows::finish() {
  for (const Eye eye : kEyes) smoothers_[eye].finish();
  deliver();
}

void FecRows::deliver() {
  while (!ready_.right.empty() && !ready_.left.empty()) {
    FecRow row;
    row.record = records_.front();
    records_.pop_front();
    for (const Eye eye : kEyes) {
      const SmoothedValue value = ready_[eye].front();
      ready_[eye].pop_front();
      row.fec[eye] = fec_of(value.value, levels_[eye]);
      row.starts_segment[eye] = value.starts_segment;
      row.is_interpolated = row.is_interpolated || value.is_interpolated;
    }
    sink_(row);
  }
}

}  // namespace eyelid::closure
