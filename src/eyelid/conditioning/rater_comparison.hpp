// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/core/rater_agreement.hpp"

namespace eyelid::conditioning {

/// Compares two raters on the trials that both judged (cr, no_cr, rejected): Cohen's kappa (Educ.
/// Psychol. Meas. 20:37, 1960) with the interval of Fleiss, Cohen & Everitt (Psychol. Bull. 72:323,
/// 1969), agreement per class, and onsets and amplitudes where both call the trial a CR.
RaterAgreement agreement_of(const Rater& first, const Rater& second);

}  // namespace eyelid::conditioning
