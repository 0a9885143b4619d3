// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/preset_source_rules_testing.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace eyelid::conditioning {
namespace {

using Row = std::vector<double>;
using Signed = std::ptrdiff_t;

// Samples first .. last of a row, both included, relative to one of them.
Row cut(const Row& row, std::size_t zero, Signed first, Signed last) {
  const auto at = [&](Signed place) { return row.begin() + static_cast<Signed>(zero) + place; };
  return {at(first), at(last + 1)};
}

double mean(const Row& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double deviation(const Row& values, double lost) {
  const double middle = mean(values);
  double sum = 0.0;
  for (const double value : values) sum += (value - middle) * (value - middle);
  return std::sqrt(sum / (static_cast<double>(values.size()) - lost));
}
double sample_sd(const Row& values) { return deviation(values, 1.0); }
double numpy_std(const Row& values) { return deviation(values, 0.0); }

double highest(const Row& values) { return *std::max_element(values.begin(), values.end()); }
double lowest(const Row& values) { return *std::min_element(values.begin(), values.end()); }

double median(Row values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

// At a rank counted from 0, linear between values.
double at_rank(Row values, double rank) {
  std::sort(values.begin(), values.end());
  const double inside = std::clamp(rank, 0.0, static_cast<double>(values.size() - 1));
  const auto below = static_cast<std::size_t>(std::floor(inside));
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (inside - std::floor(inside)) * (values[above] - values[below]);
}
double numpy_percentile(const Row& values, double percent) {
  return at_rank(values, percent / 100.0 * static_cast<double>(values.size() - 1));
}
double matlab_prctile(const Row& values, double percent) {
  return at_rank(values, percent / 100.0 * static_cast<double>(values.size()) - 0.5);
}

bool has_us(TrialType type) { return type == TrialType::Paired || type == TrialType::UsOnly; }

template <class Rule>
std::vector<SourceResult> each_row(const SourceSession& session, Rule&& rule) {
  std::vector<SourceResult> results;
  for (const Row& row : session.rows) results.push_back(rule(row));
  return results;
}

SourceResult result_of(SourceVerdict verdict) {
  SourceResult result;
  result.verdict = verdict;
  return result;
}

SourceResult verdict_of(bool is_cr) {
  return result_of(is_cr ? SourceVerdict::Cr : SourceVerdict::NoCr);
}

double milliseconds(const SourceSession& session, Signed samples) {
  return 1000.0 * session.step_s * static_cast<double>(samples);
}

// numpy: scipy.ndimage.uniform_filter1d(x, 5, mode="nearest").
Row mean_of_5(const Row& row) {
  Row result;
  const auto last = static_cast<Signed>(row.size()) - 1;
  for (Signed i = 0; i <= last; ++i) {
    double sum = 0.0;
    for (Signed k = i - 2; k <= i + 2; ++k) {
      sum += row[static_cast<std::size_t>(std::clamp(k, Signed{0}, last))];
    }
    result.push_back(sum / 5.0);
  }
  return result;
}

struct NajafiRule {
  double before_puff_ms;
  double mean;
  double peak;
  double search_end_ms;
};

double najafi_onset_ms(const SourceSession& session, const Row& row, const NajafiRule& rule) {
  const double step_ms = 1000.0 * session.step_s;
  Row above = row;
  const double base = mean(cut(row, session.cs, -50, 0));
  for (double& value : above) value -= base;
  const Row smooth = mean_of_5(above);
  Row velocity(smooth.size(), 0.0);
  for (std::size_t i = 1; i + 1 < smooth.size(); ++i) {
    velocity[i] = (smooth[i + 1] - smooth[i - 1]) / (2.0 * session.step_s);
  }
  const Row rest = cut(velocity, session.cs, -50, 0);
  const double threshold = std::max(mean(rest) + 2.0 * numpy_std(rest), 0.5);
  int run = 0;
  const auto first = static_cast<std::size_t>(std::ceil(50.0 / step_ms));
  const auto last = static_cast<std::size_t>(std::floor(rule.search_end_ms / step_ms));
  for (std::size_t i = first; i <= last; ++i) {
    const std::size_t at = session.cs + i;
    run = velocity[at] >= threshold && smooth[at] >= 0.0 ? run + 1 : 0;
    if (run == 2) return step_ms * static_cast<double>(i - 1);
  }
  return std::numeric_limits<double>::quiet_NaN();
}

std::vector<SourceResult> by_najafi(const SourceSession& session, const NajafiRule& rule) {
  return each_row(session, [&](const Row& raw) {
    const Row row = mean_of_5(raw);
    const double base = mean(cut(row, session.cs, -50, 0));
    const auto from = -static_cast<Signed>(std::floor(rule.before_puff_ms / 4.0));
    const Row window = cut(row, session.us, from, 3);
    const bool is_good = mean(window) - base >= rule.mean || highest(window) - base >= rule.peak;
    SourceResult result = verdict_of(is_good);
    if (is_good) result.onset_ms = najafi_onset_ms(session, raw, rule);
    return result;
  });
}

// scipy.signal.filtfilt(*scipy.signal.butter(2, 0.5), x): coefficients as scipy prints them.
Row filtfilt(const Row& values) {
  const double b[3] = {0.2928932188134524, 0.5857864376269049, 0.2928932188134524};
  const double a2 = 0.1715728752538099;  // a1 is 0
  Row padded;
  for (std::size_t i = 9; i > 0; --i) padded.push_back(2.0 * values.front() - values[i]);
  padded.insert(padded.end(), values.begin(), values.end());
  for (std::size_t i = 2; i <= 10; ++i) {
    padded.push_back(2.0 * values.back() - values[values.size() - i]);
  }
  for (int pass = 0; pass < 2; ++pass) {
    Row filtered(padded.size());
    for (std::size_t i = 0; i < padded.size(); ++i) {
      const double x1 = i > 0 ? padded[i - 1] : padded.front();
      const double x2 = i > 1 ? padded[i - 2] : padded.front();
      const double y2 = i > 1 ? filtered[i - 2] : padded.front();
      filtered[i] = b[0] * padded[i] + b[1] * x1 + b[2] * x2 - a2 * y2;
    }
    std::reverse(filtered.begin(), filtered.end());
    padded = std::move(filtered);
  }
  return {padded.begin() + 9, padded.end() - 9};
}

Row all_of(const std::vector<Row>& rows, std::size_t samples) {
  Row all;
  for (const Row& row : rows) {
    all.insert(
        all.end(), row.begin(), row.begin() + static_cast<Signed>(std::min(samples, row.size())));
  }
  return all;
}

}  // namespace

std::vector<SourceResult> by_heiney2014(const SourceSession& session) {
  return each_row(session, [&](const Row& row) {
    if (highest(cut(row, session.cs, -40, -1)) > 0.3) return result_of(SourceVerdict::Rejected);
    return verdict_of(mean(cut(row, session.us, -4, -1)) - mean(cut(row, session.cs, 0, 3)) > 0.1);
  });
}

std::vector<SourceResult> by_neuroblinks(const SourceSession& session) {
  // tm2frm(t) = round(200 t); frame 1 is 200 ms before the CS.
  const auto frame = [](double t) { return static_cast<Signed>(std::round(200.0 * t)); };
  return each_row(session, [&](const Row& row) {
    const Signed first = frame(0.2 + session.isi_s());
    const Signed last = frame(0.2 + session.isi_s() + 0.015);
    const double amplitude = mean(cut(row, session.cs - 41, first, last)) -
                             mean(cut(row, session.cs - 41, 1, frame(0.1)));
    return verdict_of(amplitude > 0.1);
  });
}

std::vector<SourceResult> by_fernando(const SourceSession& session) {
  const std::size_t zero = session.cs - 68;  // frame 68 is that of the CS
  const auto us = static_cast<Signed>(session.us - zero);
  const auto hundredths = [](double fec) { return std::lround(100.0 * fec); };
  return each_row(session, [&](const Row& row) {
    const double window = mean(cut(row, zero, us - 4, us - 1));
    SourceResult result = verdict_of(window - mean(cut(row, zero, 1, 10)) > 0.1);
    const double base = mean(cut(row, zero, 1, 66));
    if (result.verdict != SourceVerdict::Cr || window - base <= 0.1) return result;
    const long level = hundredths(base + 0.1 * (window - base));
    for (long step = level + 1; step <= level + 100; ++step) {
      for (Signed at = us; at >= 68; --at) {
        if (hundredths(row[zero + static_cast<std::size_t>(at)]) != step) continue;
        const double latency_ms = 3.0 * static_cast<double>(at - 68);
        if (latency_ms >= 100.0) result.onset_ms = latency_ms;
        return result;
      }
    }
    return result;
  });
}

std::vector<SourceResult> by_medina(const SourceSession& session) {
  return each_row(session, [&](const Row& row) {
    return verdict_of(mean(cut(row, session.us, -4, -1)) - mean(cut(row, session.cs, -40, -1)) >
                      0.1);
  });
}

std::vector<SourceResult> by_badura(const SourceSession& session) {
  // t from the US, 4 ms a sample, the trial from -0.7 s on: t < -0.3 s are samples -175 .. -76.
  std::vector<Row> traces = session.rows;
  for (Row& row : traces) {
    const double base = median(cut(row, session.us, -175, -76));
    for (double& value : row) value -= base;
  }
  double ur = 0.0;  // 0.01 < t < 0.15 s: samples 3 .. 37
  for (std::size_t i = session.us + 3; i <= session.us + 37; ++i) {
    Row column;
    for (std::size_t n = 0; n < traces.size(); ++n) {
      if (has_us(session.types[n])) column.push_back(traces[n][i]);
    }
    ur = std::max(ur, median(column));
  }
  Row deviations;
  for (Row& row : traces) {
    for (double& value : row) value /= ur;
    deviations.push_back(sample_sd(cut(row, session.us, -175, -63)));
  }
  const double iqr = matlab_prctile(deviations, 75.0) - matlab_prctile(deviations, 25.0);
  std::vector<SourceResult> results;
  for (std::size_t n = 0; n < traces.size(); ++n) {
    const double amplitude = mean(cut(traces[n], session.us, -9, -1));  // -0.04 < t < -0.002
    const double own_ur = median(cut(traces[n], session.us, 8, 17));    // 0.03 < t < 0.07
    results.push_back(verdict_of(amplitude > 0.1 * own_ur));
    if (deviations[n] > median(deviations) + 3.0 * iqr) {
      results.back().verdict = SourceVerdict::Rejected;
    }
  }
  return results;
}

std::vector<SourceResult> by_dutch5pct(const SourceSession& session) {
  const std::size_t zero = session.cs - 41;  // sample 41 is that of the CS
  const auto us = static_cast<Signed>(session.us - zero);
  Row means;
  for (Signed at = 1; at <= 40; ++at) {
    Row column;
    for (const Row& row : session.rows) column.push_back(row[zero + static_cast<std::size_t>(at)]);
    means.push_back(mean(column));
  }
  const double base = lowest(means);
  Row urs;
  for (std::size_t n = 0; n < session.rows.size(); ++n) {
    if (has_us(session.types[n])) urs.push_back(highest(cut(session.rows[n], zero, us, us + 49)));
  }
  const double full = mean(urs) - base;
  return each_row(session, [&](const Row& row) {
    SourceResult result =
        verdict_of((highest(cut(row, zero, 41, us - 1)) - base) / full * 100.0 > 5.0);
    const Row before = cut(row, zero, 1, 40);
    const double level = mean(before) + 5.0 * sample_sd(before);
    for (Signed at = 41; at < us && result.verdict == SourceVerdict::Cr; ++at) {
      if (row[zero + static_cast<std::size_t>(at)] <= level) continue;
      result.onset_ms = milliseconds(session, at - 41);
      break;
    }
    return result;
  });
}

std::vector<SourceResult> by_blinkcheck(const SourceSession& session) {
  return each_row(session, [&](const Row& row) {
    const Row flat = cut(row, session.cs, -99, -80);
    const Row before = cut(row, session.cs, -79, 0);
    if (highest(flat) - lowest(flat) > 0.1) return result_of(SourceVerdict::Rejected);
    if (highest(before) > mean(flat) + 0.1) return result_of(SourceVerdict::Rejected);
    const Row response = cut(row, session.cs, 1, 70);
    if (!(highest(response) > mean(before) + 0.1)) return verdict_of(false);
    const double level = mean(before) + 5.0 * sample_sd(before);
    const auto place =
        std::find_if(response.begin(), response.end(), [&](double value) { return value > level; });
    SourceResult result = verdict_of(true);
    if (place == response.end()) return result;
    result.onset_ms = milliseconds(session, place - response.begin() + 1);
    if (result.onset_ms < 35.0) result.verdict = SourceVerdict::Alpha;
    return result;
  });
}

std::vector<SourceResult> by_najafi_short(const SourceSession& session) {
  return by_najafi(session, {25.0, 0.03, 0.035, 212.0});
}

std::vector<SourceResult> by_najafi_long(const SourceSession& session) {
  return by_najafi(session, {50.0, 0.05, 0.05, 412.0});
}

std::vector<SourceResult> by_emg5sd(const SourceSession& session) {
  return each_row(session, [&](const Row& row) {
    const Row before = cut(row, session.cs, -249, -1);
    const double level = mean(before) + 5.0 * sample_sd(before);
    const Row response = cut(row, session.cs, 60, static_cast<Signed>(session.us - session.cs) - 1);
    const auto place =
        std::find_if(response.begin(), response.end(), [&](double value) { return value > level; });
    SourceResult result = verdict_of(place != response.end());
    if (place != response.end()) {
      result.onset_ms = milliseconds(session, place - response.begin() + 60);
    }
    return result;
  });
}

std::vector<SourceResult> by_blinklab_human(const SourceSession& session) {
  // The recording is filtered as a whole (named in the preset), then cut into trials of 500 ms
  // before the CS to 300 ms after the US.
  const Row recording = filtfilt(all_of(session.rows, session.rows.front().size()));
  std::vector<Row> traces;
  for (std::size_t n = 0; n < session.rows.size(); ++n) {
    const std::size_t zero = n * session.rows.front().size() + session.cs;
    const auto end = static_cast<Signed>(session.us - session.cs) + 17;
    traces.push_back(cut(recording, zero, -30, end));
  }
  const auto corrected = [](Row trace) {
    const double base = median({trace.begin(), trace.begin() + 30});
    for (double& value : trace) value -= base;
    return trace;
  };
  for (Row& trace : traces) trace = corrected(trace);
  const Row all = all_of(traces, traces.front().size());
  const double low = numpy_percentile(all, 1.0);
  const double range = numpy_percentile(all, 99.9) - low;
  std::vector<SourceResult> results(traces.size());
  const auto reject_below = [&](const std::vector<Row>& kept) {
    const Row baselines = all_of(kept, 30);
    return std::min(mean(baselines) - 3.0 * numpy_std(baselines), -0.4);
  };
  for (Row& trace : traces) {
    for (double& value : trace) value = (value - low) / range;
  }
  const double first = reject_below(traces);
  std::vector<Row> kept;
  for (std::size_t n = 0; n < traces.size(); ++n) {
    const bool is_outlier = lowest(traces[n]) < first;
    traces[n] = corrected(traces[n]);
    const bool blinks = highest({traces[n].begin() + 26, traces[n].begin() + 32}) > 0.15;
    if (is_outlier || blinks) results[n].verdict = SourceVerdict::Rejected;
    if (!is_outlier && !blinks) kept.push_back(traces[n]);
  }
  const double second = reject_below(kept);
  kept.clear();
  for (std::size_t n = 0; n < traces.size(); ++n) {
    if (lowest(traces[n]) < second) results[n].verdict = SourceVerdict::Rejected;
    if (results[n].verdict != SourceVerdict::Rejected) kept.push_back(traces[n]);
  }
  const double full = numpy_percentile(all_of(kept, kept.front().size()), 99.9);
  for (std::size_t n = 0; n < traces.size(); ++n) {
    if (results[n].verdict == SourceVerdict::Rejected) continue;
    const auto us = static_cast<Signed>(session.us - session.cs);
    const Row window = cut(traces[n], 30, 4, us - 1);  // 60 ms after the CS: 3.6 samples
    results[n] = verdict_of(highest(window) / full > 0.1);
  }
  return results;
}

}  // namespace eyelid::conditioning
