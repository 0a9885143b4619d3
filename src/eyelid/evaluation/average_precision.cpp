// SPDX-License-Identifier: MIT
#include "eyelid/evaluation/average_precision.hpp"

#include <algorithm>

namespace eyelid::evaluation {

std::optional<double> PrecisionRecallCurve::average_precision(std::size_t faces) const {
  if (faces == 0) return std::nullopt;
  std::vector<Detection> ranked = detections_;
  std::sort(ranked.begin(), ranked.end(), [](const Detection& a, const Detection& b) {
    return a.score > b.score;
  });
  struct Place {
    double recall;
    double precision;
  };
  std::vector<Place> places;
  std::size_t hits = 0;
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    if (ranked[i].is_hit) ++hits;
    if (i + 1 < ranked.size() && ranked[i + 1].score == ranked[i].score) continue;
    places.push_back({static_cast<double>(hits) / static_cast<double>(faces),
                      static_cast<double>(hits) / static_cast<double>(i + 1)});
  }
  double area = 0.0;
  double best_precision = 0.0;
  for (std::size_t i = places.size(); i-- > 0;) {
    best_precision = std::max(best_precision, places[i].precision);
    const double recall_before = i == 0 ? 0.0 : places[i - 1].recall;
    area += (places[i].recall - recall_before) * best_precision;
  }
  return area;
}

}  // namespace eyelid::evaluation
