// SPDX-License-Identifier: MIT
#include "eyelid/core/trial_score.hpp"

namespace eyelid {

std::string_view name_of(ScoredEye eye) {
  switch (eye) {
    case ScoredEye::Right:
      return "right";
    case ScoredEye::Left:
      return "left";
    case ScoredEye::Mean:
      return "mean";
  }
  return "";
}

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::Cr:
      return "cr";
    case Verdict::NoCr:
      return "no_cr";
    case Verdict::Rejected:
      return "rejected";
    case Verdict::NotApplicable:
      return "not_applicable";
  }
  return "";
}

std::string_view name_of(CrGrade grade) {
  switch (grade) {
    case CrGrade::None:
      return "none";
    case CrGrade::EarlyOnly:
      return "early_only";
    case CrGrade::AtUs:
      return "at_us";
  }
  return "";
}

std::optional<ScoredEye> scored_eye_from_name(std::string_view name) {
  for (const ScoredEye eye : kScoredEyes) {
    if (name == name_of(eye)) return eye;
  }
  return std::nullopt;
}

std::optional<Verdict> verdict_from_name(std::string_view name) {
  for (const Verdict verdict :
       {Verdict::Cr, Verdict::NoCr, Verdict::Rejected, Verdict::NotApplicable}) {
    if (name == name_of(verdict)) return verdict;
  }
  return std::nullopt;
}

}  // namespace eyelid
