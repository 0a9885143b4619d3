// SPDX-License-Identifier: MIT
// Agreement of raters: tables, Bland-Altman plots, and the trials on which they disagree.

const report = JSON.parse(document.getElementById("report-data").textContent);
const WORDS = { cr: "CR", no_cr: "no CR", rejected: "rejected" };
const namesOf = (pair) => pair.first + " and " + pair.second;

function drawAgreement(section) {
  heading(section, "Agreement", "Trials that both raters judged. Kappa is Cohen's: 0 is chance, 1 complete agreement.");
  const table = put(put(put(section, "div", "scroll"), "table"), "tbody");
  const row = (cells, name) => { const line = put(table, "tr"); cells.forEach((cell) => put(line, name, null, cell)); };
  row(["raters", "trials", "same verdict", "kappa", "95 % CI"].concat(Object.values(WORDS)), "th");
  report.pairs.forEach((pair) => row([namesOf(pair), grouped(pair.trials), fixed(pair.percent, 1) + " %", fixed(pair.kappa, 3), fixed(pair.kappa_ci[0], 3) + " to " + fixed(pair.kappa_ci[1], 3)]
    .concat(pair.classes.map((one) => (isNumber(one.agreement) ? percent(one.agreement, 1) + " % (" + one.first + ", " + one.second + ")" : DASH))), "td"));
  put(section, "p", "note", "Per verdict: of all times that either rater gave it, the share with both (how often the first and the second gave it).");
}

// Differences over means, with bias and limits of agreement.
function drawDifferences(parent, pair, key, title, unit, decimals) {
  const figures = pair[key];
  if (!figures.points.length) return;
  const limit = Math.max(d3.max(figures.points, (point) => Math.abs(point[2])) || 0, Math.abs(figures.low || 0), Math.abs(figures.high || 0)) * 1.15 || 1;
  const extent = d3.extent(figures.points, (point) => point[1]), room = 0.05 * (extent[1] - extent[0]) || 1;
  const plot = makePlot(parent, {
    id: key + "-" + report.pairs.indexOf(pair), title: title + ": " + namesOf(pair), width: 540, height: 320, left: 68, x: [extent[0] - room, extent[1] + room], y: [-limit, limit], zoom: false,
    titleX: "mean of both (" + unit + ")", titleY: pair.first + " \u2212 " + pair.second + " (" + unit + ")", formatY: (value) => fixed(value, decimals),
    draw: (p) => {
      [[figures.bias, "moving"], [figures.low, "criterion"], [figures.high, "criterion"]].filter((line) => isNumber(line[0]))
        .forEach(([at, name]) => p.area.append("line").attr("class", name).style("stroke", "var(--ink)").attr("x1", p.left).attr("x2", p.right).attr("y1", p.y(at)).attr("y2", p.y(at)));
      p.area.selectAll("circle").data(figures.points).join("circle").attr("class", "point").style("fill", "var(--cr)").attr("r", 4).attr("cx", (point) => p.x(point[1])).attr("cy", (point) => p.y(point[2]))
        .append("title").text((point) => "trial " + point[0] + ": " + fixed(point[2], decimals + 1) + " " + unit);
    },
  });
  plot.caption.text("Bias " + fixed(figures.bias, decimals + 1) + " " + unit + ", limits of agreement " + fixed(figures.low, decimals + 1) + " to " + fixed(figures.high, decimals + 1) + " (\u00b1 1.96 SD); n = " + figures.points.length + " trials that both call a CR.");
}

function drawDisagreement(parent, pair, one) {
  const trace = report.traces[one.trial];
  const box = put(parent, "div", "disagreement");
  const line = put(box, "p", "reason");
  put(line, "b", null, "Trial " + one.trial + "  ");
  [[pair.first, one.first], [pair.second, one.second]].forEach(([name, rating]) => {
    put(line, "span", null, name + ": ");
    put(line, "span", "verdict " + rating.verdict, WORDS[rating.verdict]);
    put(line, "span", null, (rating.comment ? " " + rating.comment : "") + "  ");
  });
  if (!trace) return;
  const fec = ratiosOf(trace.fec), pairs = Array.from(fec, (value, i) => [report.first_ms + i * report.step_ms, value]);
  makePlot(box, {
    id: "trial-" + report.pairs.indexOf(pair) + "-" + one.trial, title: "", width: 1080, height: 220, x: d3.extent(pairs, (point) => point[0]), y: [Math.min(-0.1, d3.min(fec) || 0), Math.max(1.05, d3.max(fec) || 1)], zoom: false, titleX: "ms after the CS", titleY: "FEC",
    draw: (p) => {
      drawStimuli(p, trace.isi_ms, true, isNumber(trace.isi_ms));
      p.area.append("path").attr("class", "moving").attr("d", pathOf(p, pairs));
    },
  });
}

d3.select("#lede").text("Verdicts of " + Array.from(new Set(report.pairs.reduce((all, pair) => all.concat(pair.first, pair.second), []))).join(", ") + " on " + report.folder + ", eye " + report.eye + ". This page is one self-contained file.");
drawAgreement(d3.select("#agreement"));
heading(d3.select("#differences"), "Onsets and amplitudes", "Bland-Altman plots of the trials that both raters call a CR and measured.");
const boxes = put(d3.select("#differences"), "div", "plots two");
report.pairs.forEach((pair) => { drawDifferences(boxes, pair, "onset_ms", "CR onset", "ms", 0); drawDifferences(boxes, pair, "amplitude", "CR amplitude", "FEC", 2); });
const list = d3.select("#disagreements");
heading(list, "Disagreements", "Every trial with different verdicts.");
report.pairs.forEach((pair) => {
  put(list, "h3", null, namesOf(pair) + ": " + pair.disagreements.length + " of " + pair.trials + " trials");
  pair.disagreements.forEach((one) => drawDisagreement(list, pair, one));
});
d3.select("#colophon").append("p").text("Made by eyelid " + report.eyelid_version + ". Plots are drawn with D3 by Mike Bostock. Nothing on this page is loaded from elsewhere.");
drawTheme(() => {});
document.documentElement.dataset.drawn = "true";
