// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "eyelid/core/aligned_traces.hpp"
#include "eyelid/core/rater_agreement.hpp"

namespace eyelid::reports {

/// What the page of `eyelid evaluate agreement` shows.
struct AgreementReport {
  std::string folder;
  ScoredEye eye = ScoredEye::Mean;
  std::vector<RaterAgreement> pairs;
  std::vector<Trial> trials;  // those with a disagreement
  AlignedTraces traces;       // of them, in their order
};

/// Writes one self-contained HTML file: agreement, Bland-Altman plots, and every trial on which
/// raters disagree. Errors: as AtomicFile.
void write_agreement_report(const std::filesystem::path& path, const AgreementReport& report);

}  // namespace eyelid::reports
