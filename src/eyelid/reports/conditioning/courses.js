// SPDX-License-Identifier: MIT
// Amplitude by trial, latencies, cumulative amplitudes, blocks.

const MOVING = 11; // trials, as Heiney 2014

function drawAmplitudes(parent, onTrial) {
  const rows = () => trials.filter((trial) => isNumber(trial.cs_s) && isNumber(scoreOf(trial).amplitude));
  const marks = { cr: d3.symbolCircle, no_cr: d3.symbolCircle, rejected: d3.symbolCross };
  const spec = {
    id: "amplitudes", title: "CR amplitude by trial", width: 1080, height: 330, x: [0, 1], y: [0, 1], titleX: "trial", titleY: "amplitude above baseline (FEC)",
    draw: (plot) => {
      const shown = rows(), judged = shown.filter(isJudged);
      plot.area.append("line").attr("class", "reference").attr("x1", plot.left).attr("x2", plot.right).attr("y1", plot.y(0)).attr("y2", plot.y(0));
      const criterion = median(numbersOf(judged.map((trial) => scoreOf(trial).criterion)));
      if (isNumber(criterion)) plot.area.append("line").attr("class", "criterion").attr("x1", plot.left).attr("x2", plot.right).attr("y1", plot.y(criterion)).attr("y2", plot.y(criterion));
      plot.area.selectAll("path.mark").data(shown).join("path").attr("class", (trial) => "mark is-" + finalOf(trial))
        .attr("transform", (trial) => "translate(" + plot.x(trial.trial) + "," + plot.y(scoreOf(trial).amplitude) + ")" + (finalOf(trial) === "rejected" ? " rotate(45)" : ""))
        .attr("d", (trial) => d3.symbol().type(marks[finalOf(trial)] || d3.symbolSquare).size(shown.length > 300 ? 14 : 34)())
        .on("click", (trial) => onTrial(trials.indexOf(trial))).append("title").text((trial) => "trial " + trial.trial + ": " + scoreOf(trial).reason);
      const moving = judged.map((trial, i) => {
        const near = judged.slice(Math.max(0, i - (MOVING - 1) / 2), i + (MOVING + 1) / 2);
        return [trial.trial, d3.mean(near, (other) => scoreOf(other).amplitude)];
      });
      plot.area.append("path").attr("class", "moving").attr("d", pathOf(plot, moving));
    },
  };
  const plot = makePlot(parent, spec);
  return () => {
    const shown = rows(), all = shown.map((trial) => scoreOf(trial).amplitude);
    plot.update({ x: [(d3.min(trials, (trial) => trial.trial) || 0) - 1, (d3.max(trials, (trial) => trial.trial) || 1) + 1], y: [Math.min(-0.1, d3.min(all) || 0), Math.max(1.05, d3.max(all) || 1)] });
    plot.caption.text("Amplitude: " + ruleOf("CR amplitude") + ". Filled: CR, open: no CR, crosses: rejected; dashed: criterion (" + ruleOf("CR if") + "); line: moving average of " + MOVING + " judged trials. n = " + shown.filter(isJudged).length + " judged of " + shown.length + ".");
  };
}

function drawLatencies(parent, id, title, rule, ofTrial) {
  const values = () => numbersOf(trials.filter((trial) => finalOf(trial) === "cr").map(ofTrial));
  const spec = {
    id: id, title: title, width: 540, height: 300, x: [0, 100], y: [0, 1], zoom: false, titleX: "ms after CS onset", titleY: "trials", formatY: (value) => fixed(value, 0), ticksX: 6,
    draw: (plot) => {
      const bins = d3.histogram().domain(spec.x).thresholds(d3.range(spec.x[0], spec.x[1], 20))(values());
      plot.area.selectAll("rect.bar").data(bins).join("rect").attr("class", "bar").attr("x", (bin) => plot.x(bin.x0) + 0.7).attr("width", (bin) => Math.max(0, plot.x(bin.x1) - plot.x(bin.x0) - 1.4)).attr("y", (bin) => plot.y(bin.length)).attr("height", (bin) => plot.bottom - plot.y(bin.length))
        .append("title").text((bin) => bin.x0 + " to " + bin.x1 + " ms: " + bin.length);
      plot.area.append("line").attr("class", "stim-us").attr("x1", plot.x(report.isi_ms)).attr("x2", plot.x(report.isi_ms)).attr("y1", plot.top).attr("y2", plot.bottom);
      const middle = median(values());
      if (isNumber(middle)) plot.area.append("line").attr("class", "criterion").attr("x1", plot.x(middle)).attr("x2", plot.x(middle)).attr("y1", plot.top).attr("y2", plot.bottom);
    },
  };
  const plot = makePlot(parent, spec);
  return () => {
    const list = values(), high = 20 * Math.ceil(Math.max(report.isi_ms + 40, d3.max(list) || 0) / 20);
    const maxCount = d3.max(d3.histogram().domain([0, high]).thresholds(d3.range(0, high, 20))(list), (bin) => bin.length) || 1;
    plot.update({ x: [0, high], y: [0, maxCount * 1.08], ticksY: Math.min(5, maxCount) });
    plot.caption.text(rule + ". Bins of 20 ms; dashed: median " + (list.length ? fixed(median(list), 0) + " ms" : DASH) + ", solid line: US. n = " + list.length + (list.length ? "." : ": no such trials."));
  };
}

function drawCumulative(parent) {
  const spec = {
    id: "cumulative", title: "Cumulative distribution of amplitudes", width: 540, height: 300, x: [-0.1, 1.1], y: [0, 1], zoom: false, titleX: "amplitude above baseline (FEC)", titleY: "fraction of judged trials", formatX: (value) => fixed(value, 1), ticksX: 6,
    draw: (plot) => {
      const list = summaryOf().amplitudes.slice().sort(d3.ascending);
      const steps = [[spec.x[0], 0]];
      list.forEach((value, i) => steps.push([value, i / list.length], [value, (i + 1) / list.length]));
      steps.push([spec.x[1], list.length ? 1 : 0]);
      plot.area.append("path").attr("class", "moving").attr("d", pathOf(plot, steps));
    },
  };
  const plot = makePlot(parent, spec);
  return () => {
    const list = summaryOf().amplitudes;
    plot.update({ x: [Math.min(-0.1, d3.min(list) || 0), Math.max(1.1, d3.max(list) || 1)] });
    plot.caption.text("Fraction of judged trials with an amplitude up to this value (" + ruleOf("CR amplitude") + "). n = " + list.length + ".");
  };
}

function drawBlocks(parent) {
  let size = 10;
  const blocksOf = () => {
    const judged = trials.filter((trial) => isNumber(trial.cs_s) && isJudged(trial)), result = [];
    for (let i = 0; i < judged.length; i += size) {
      const block = judged.slice(i, i + size), crs = block.filter(isTimedCr).length;
      result.push({ first: block[0].trial, last: block[block.length - 1].trial, judged: block.length, crs: crs, percent: (100 * crs) / block.length });
    }
    return result;
  };
  const spec = {
    id: "blocks", title: "Learning curve", width: 540, height: 300, x: [0.5, 1.5], y: [0, 104], zoom: false, titleX: "block", titleY: "CRs (% of judged trials)", formatY: (value) => fixed(value, 0), formatX: (value) => (value % 1 ? "" : fixed(value, 0)), ticksX: 8,
    draw: (plot) => {
      const blocks = blocksOf();
      plot.area.append("path").attr("class", "moving").style("stroke", "var(--cr)").attr("d", pathOf(plot, blocks.map((block, i) => [i + 1, block.percent])));
      plot.area.selectAll("circle").data(blocks).join("circle").attr("class", "point").attr("r", 4.5).style("fill", "var(--cr)").attr("cx", (block, i) => plot.x(i + 1)).attr("cy", (block) => plot.y(block.percent))
        .append("title").text((block) => "trials " + block.first + " to " + block.last + ": " + block.crs + " of " + block.judged);
      plot.area.append("line").attr("class", "criterion").attr("x1", plot.left).attr("x2", plot.right).attr("y1", plot.y(report.learning.percent)).attr("y2", plot.y(report.learning.percent));
    },
  };
  const plot = makePlot(parent, spec);
  segmented(plot.tools, "Trials per block", [[10, "10"], [20, "20"], [100, "100"]], size, (value) => { size = value; refresh(); });
  function refresh() {
    const blocks = blocksOf();
    plot.update({ x: [0.5, Math.max(1, blocks.length) + 0.5] });
    const needed = report.learning.to_criterion[eye];
    plot.caption.text("Percentage of CRs in blocks of " + size + " judged trials" + (blocks.length && blocks[blocks.length - 1].judged < size ? " (the last holds " + blocks[blocks.length - 1].judged + ")" : "") + ". Criterion: " + ruleOf("learned if") + "; " + (isNumber(needed) ? "met after " + needed + " judged trials" : "not met in this session") + ". n = " + d3.sum(blocks, (block) => block.judged) + ".");
  }
  return refresh;
}
