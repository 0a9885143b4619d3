// SPDX-License-Identifier: MIT
#include "eyelid/core/trial.hpp"

namespace eyelid {

std::string_view name_of(TrialType type) {
  switch (type) {
    case TrialType::Paired:
      return "paired";
    case TrialType::CsOnly:
      return "cs_only";
    case TrialType::UsOnly:
      return "us_only";
    case TrialType::Blank:
      return "blank";
  }
  return "";
}

std::optional<TrialType> trial_type_from_name(std::string_view name) {
  for (const TrialType type :
       {TrialType::Paired, TrialType::CsOnly, TrialType::UsOnly, TrialType::Blank}) {
    if (name == name_of(type)) return type;
  }
  return std::nullopt;
}

}  // namespace eyelid
