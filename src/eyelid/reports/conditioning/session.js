// SPDX-License-Identifier: MIT
// The session's data, unpacked; the current selection; means and counts.

const report = JSON.parse(document.getElementById("report-data").textContent);
const EYES = [["right", "Right"], ["left", "Left"], ["mean", "Mean"]];
const VERDICT_NAMES = { cr: "CR", no_cr: "no CR", rejected: "rejected", not_applicable: "no CS" };
const GRADE_NAMES = { at_us: "closed at the US", early_only: "early only", none: "no CR" };
const TYPE_NAMES = { paired: "CS and US", cs_only: "CS alone", us_only: "US alone", blank: "blank" };
const trials = report.trials;
const traces = report.traces && {
  first: report.traces.first_ms, step: report.traces.step_ms, samples: report.traces.samples,
  right: ratiosOf(report.traces.right), left: ratiosOf(report.traces.left), mean: ratiosOf(report.traces.mean),
};
const labels = new Map(); // manual labels given on this page: "trial eye" -> label
let eye = "mean";

const labelKey = (trial, which) => trial.trial + " " + which;
const scoreOf = (trial) => trial.eyes[eye];
function finalOf(trial, which) {
  const label = labels.get(labelKey(trial, which || eye));
  return label || trial.eyes[which || eye].final;
}
// As TrialScore::is_timed_cr(): a CR by a person's verdict, or still closed when the US comes.
function isTimedCr(trial) {
  const label = labels.get(labelKey(trial, eye)) || scoreOf(trial).label;
  return label ? label === "cr" : scoreOf(trial).timed;
}
const isJudged = (trial) => ["cr", "no_cr"].includes(finalOf(trial));
const timeAt = (i) => traces.first + i * traces.step;
const valueAt = (which, index, i) => traces[which][index * traces.samples + i];

// Mean and SEM over trials at each sample; `rows` are indices of trials.
function averageOf(rows, which) {
  const result = [];
  for (let i = 0; i < traces.samples; ++i) {
    let sum = 0, squares = 0, count = 0;
    for (const row of rows) {
      const value = valueAt(which, row, i);
      if (value !== value) continue;
      sum += value; squares += value * value; ++count;
    }
    const mean = count ? sum / count : NaN;
    const variance = count > 1 ? Math.max(0, (squares - count * mean * mean) / (count - 1)) : NaN;
    result.push({ time: timeAt(i), mean: mean, sem: count > 1 ? Math.sqrt(variance / count) : NaN, count: count });
  }
  return result;
}

const indicesOf = (test) => trials.map((trial, i) => i).filter((i) => test(trials[i]));
const numbersOf = (list) => list.filter(isNumber);
const median = (list) => (list.length ? d3.median(list) : NaN);

function summaryOf() {
  const withCs = trials.filter((trial) => isNumber(trial.cs_s));
  const judged = withCs.filter(isJudged), crs = judged.filter((trial) => finalOf(trial) === "cr"), timed = judged.filter(isTimedCr);
  return {
    trials: trials.length, withCs: withCs.length, judged: judged.length, crs: crs.length, timed: timed.length, rejected: withCs.filter((trial) => finalOf(trial) === "rejected").length,
    share: judged.length ? timed.length / judged.length : NaN, shareAny: judged.length ? crs.length / judged.length : NaN,
    flagged: withCs.filter((trial) => scoreOf(trial).flags.length).length, alphas: judged.filter((trial) => scoreOf(trial).alpha).length,
    amplitude: d3.mean(numbersOf(judged.map((trial) => scoreOf(trial).amplitude))), crAmplitude: d3.mean(numbersOf(crs.map((trial) => scoreOf(trial).amplitude))),
    onset: median(numbersOf(crs.map((trial) => scoreOf(trial).onset_ms))), onsets: numbersOf(crs.map((trial) => scoreOf(trial).onset_ms)),
    peak: median(numbersOf(crs.map((trial) => scoreOf(trial).peak_ms))), peaks: numbersOf(crs.map((trial) => scoreOf(trial).peak_ms)),
    amplitudes: numbersOf(judged.map((trial) => scoreOf(trial).amplitude)),
    urs: numbersOf(trials.filter((trial) => finalOf(trial) !== "rejected").map((trial) => scoreOf(trial).ur_peak)),
  };
}

// A rule of the preset in words, as the program describes it.
const ruleOf = (name) => { const found = report.preset.rules.find((rule) => rule[0] === name); return found ? found[1] : ""; };
