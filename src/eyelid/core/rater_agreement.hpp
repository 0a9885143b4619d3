// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <string>
#include <vector>

#include "eyelid/core/trial_score.hpp"

namespace eyelid {

/// What one rater, a person or the program, says of one trial.
struct Rating {
  int trial = 0;
  Verdict verdict = Verdict::NotApplicable;
  double onset_ms = kNoFigure;   // of the CR after the CS
  double amplitude = kNoFigure;  // above baseline, FEC
  std::string comment;
};

struct Rater {
  std::string name;
  std::vector<Rating> ratings;  // one per trial at most
};

/// The verdicts that raters choose from.
inline constexpr std::array<Verdict, 3> kRatedVerdicts{
    Verdict::Cr, Verdict::NoCr, Verdict::Rejected};

/// Agreement on one verdict: of all times that either rater gave it, the share with both (positive
/// agreement, the Dice coefficient); kNoFigure where neither did.
struct ClassAgreement {
  Verdict verdict = Verdict::Cr;
  int first = 0;
  int second = 0;
  int both = 0;
  double agreement = kNoFigure;
};

/// Differences of a figure between two raters, first - second (Bland & Altman, Lancet 1986).
struct BlandAltman {
  std::vector<int> trials;  // both raters gave the figure
  std::vector<double> means;
  std::vector<double> differences;
  double bias = kNoFigure;
  double low = kNoFigure;  // limits of agreement: bias -+ 1.96 SD
  double high = kNoFigure;
};

/// Two raters on the trials that both judged.
struct RaterAgreement {
  std::string first;
  std::string second;
  int trials = 0;
  int agreed = 0;
  double percent = kNoFigure;
  double kappa = kNoFigure;  // none where chance alone would agree always
  double kappa_low = kNoFigure;
  double kappa_high = kNoFigure;               // 95 % confidence interval
  std::array<std::array<int, 3>, 3> counts{};  // [first][second], as kRatedVerdicts
  std::array<ClassAgreement, 3> classes;
  BlandAltman onset_ms;
  BlandAltman amplitude;
  std::vector<std::array<Rating, 2>> disagreements;
};

}  // namespace eyelid
