// SPDX-License-Identifier: MIT
// The trial browser: trace, verdict, numbers, pictures; manual labels are saved as labels.csv.

function drawTrialPlot(parent) {
  let index = 0;
  const spec = {
    id: "trial", title: "Trace", width: 820, height: 330, x: [timeAt(0), timeAt(traces.samples - 1)], y: [-0.1, 1.1], titleX: "time after CS onset (ms)", titleY: "FEC (0 open, 1 closed)",
    draw: (plot) => {
      const trial = trials[index], score = scoreOf(trial);
      const level = (value, label) => {
        if (!isNumber(value)) return;
        plot.area.append("line").attr("class", "level").attr("x1", plot.left).attr("x2", plot.right).attr("y1", plot.y(value)).attr("y2", plot.y(value));
        put(plot.area, "text", null, label).attr("x", plot.right - 4).attr("y", plot.y(value) - 4).attr("text-anchor", "end");
      };
      if (isNumber(trial.cs_s)) plot.area.append("rect").attr("class", "window").attr("x", plot.x(report.windows.cr[0])).attr("width", Math.max(0, plot.x(report.windows.cr[1] + (report.windows.cr_to_us ? trial.isi_ms : 0)) - plot.x(report.windows.cr[0]))).attr("y", plot.top).attr("height", plot.bottom - plot.top);
      drawStimuli(plot, trial.isi_ms, isNumber(trial.cs_s), isNumber(trial.us_s));
      level(score.baseline, "baseline");
      if (isNumber(score.criterion) && !ruleOf("amplitudes divided by")) level(score.baseline + score.criterion, "criterion");
      [["left", "var(--left)"], ["right", "var(--right)"], ["mean", "var(--mean)"]].forEach(([which, color]) => {
        const pairs = d3.range(traces.samples).map((i) => [timeAt(i), valueAt(which, index, i)]);
        plot.area.append("path").attr("class", "line trace-" + which).style("stroke", color).style("stroke-width", which === eye ? 2 : 1).style("opacity", which === eye ? 1 : 0.45).attr("d", pathOf(plot, pairs));
      });
      const flag = (at, label) => {
        if (!isNumber(at)) return;
        plot.area.append("line").attr("class", "criterion").attr("x1", plot.x(at)).attr("x2", plot.x(at)).attr("y1", plot.top + 20).attr("y2", plot.bottom);
        put(plot.area, "text", null, label).attr("x", plot.x(at) + 3).attr("y", plot.top + 30);
      };
      flag(score.onset_ms, "onset");
      flag(score.peak_ms, "peak");
    },
  };
  const plot = makePlot(parent, spec);
  plot.caption.append("span").text("Shaded: CR window (before any shift past an alpha response). Thick: the selected trace; ");
  [["right", "right"], ["left", "left"]].forEach(([which, label]) => { put(plot.caption, "b", "is-" + which, label + " "); });
  plot.caption.append("span").text("and mean (dark). n = 1 trial.");
  return (chosen) => { index = chosen; plot.update({ y: yRangeOf(d3.range(traces.samples).map((i) => valueAt(eye, index, i)).filter(isFinite).sort(d3.ascending)) }); };
}

function numbersOfTrial(trial, score) {
  const ms = (value) => (isNumber(value) ? fixed(value, 1) + " ms" : DASH);
  return [["trial", trial.trial + ", " + TYPE_NAMES[trial.type]], ["CS onset in the video", isNumber(trial.cs_s) ? fixed(trial.cs_s, 3) + " s" : DASH], ["CS to US", ms(trial.isi_ms)],
    ["baseline", fixed(score.baseline, 3)], ["baseline SD", fixed(score.baseline_sd, 4)], ["criterion", fixed(score.criterion, 3)], ["CR amplitude", fixed(score.amplitude, 3)],
    ["timing", GRADE_NAMES[score.cr_grade]], ["flags", score.flags.length ? score.flags.join(", ").replace(/_/g, " ") : "none"],
    ["onset", ms(score.onset_ms) + (isNumber(score.onset_error_ms) ? " \u00b1 " + fixed(score.onset_error_ms, 1) : "")], ["10 % or 5 SD crossing", ms(score.crossing_ms)], ["peak latency", ms(score.peak_ms)], ["amplitude at US", fixed(score.at_us, 3)],
    ["UR peak (FEC)", fixed(score.ur_peak, 3)], ["UR peak after US", ms(score.ur_ms)], ["alpha response", score.alpha ? fixed(score.alpha_amplitude, 3) : "none"],
    ["missing", percent(score.missing, 1) + " %"], ["interpolated", percent(score.interpolated, 1) + " %"]];
}

function saveLabels() {
  const lines = ["trial,eye,label,comment"];
  trials.forEach((trial) => EYES.forEach(([which]) => {
    const label = labels.get(labelKey(trial, which)) || trial.eyes[which].label;
    const comment = (trial.eyes[which].comment || "").replace(/"/g, '""');
    if (label) lines.push(trial.trial + "," + which + "," + label + ',"' + comment + '"');
  }));
  saveAs("labels.csv", new Blob([lines.join("\n") + "\n"], { type: "text/csv" }));
}

function drawBrowser(section, onChange) {
  heading(section, "Trial browser", "Click a trial here or in the plots above to see its trace, its verdict with the numbers behind it, and the eye. Keys j and k: next and previous trial.");
  let filter = "all", chosen = 0;
  const toolbar = put(section, "div", "toolbar");
  segmented(toolbar, "Trials", [["all", "All"], ["cr", "CR"], ["no_cr", "No CR"], ["rejected", "Rejected"], ["alpha", "Alpha"], ["early_only", "Early only"], ["flagged", "Flagged"]], filter, (value) => { filter = value; list(); });
  const view = put(section, "div", "trial-view");
  const names = put(view, "div", "trial-list").attr("role", "listbox").attr("aria-label", "Trials"), detail = put(view, "div").attr("id", "trial-detail");
  const head = put(detail, "div"), reason = put(detail, "p", "reason"), plotBox = put(detail, "div");
  const showPlot = traces ? drawTrialPlot(plotBox) : () => {};
  const numbers = put(detail, "dl", "numbers"), pictures = put(detail, "div", "eye-pictures"), overrule = put(detail, "div", "overrule");

  const matches = (trial) => (filter === "alpha" ? scoreOf(trial).alpha : filter === "flagged" ? scoreOf(trial).flags.length > 0 : filter === "early_only" ? scoreOf(trial).cr_grade === filter : finalOf(trial) === filter);

  function list() {
    const shown = trials.map((trial, i) => i).filter((i) => filter === "all" || matches(trials[i]));
    const buttons = names.selectAll("button").data(shown, (i) => i).join((enter) => {
      const button = enter.append("button").attr("type", "button").on("click", (i) => show(i));
      put(button, "b"); put(button, "span", "type"); put(button, "span", "verdict");
      return button;
    }).order();
    buttons.attr("aria-pressed", (i) => String(i === chosen));
    buttons.select("b").text((i) => trials[i].trial);
    buttons.select(".type").text((i) => TYPE_NAMES[trials[i].type]);
    buttons.select(".verdict").attr("class", (i) => "verdict " + finalOf(trials[i])).text((i) => VERDICT_NAMES[finalOf(trials[i])] + (trials[i].eyes[eye].label || labels.has(labelKey(trials[i], eye)) ? " *" : ""));
  }
  function show(i) {
    chosen = Math.max(0, Math.min(trials.length - 1, i));
    const trial = trials[chosen], score = scoreOf(trial), mine = labels.get(labelKey(trial, eye)) || score.label;
    head.selectAll("*").remove();
    put(head, "b", null, "Trial " + trial.trial + " ").style("font-size", "1.15rem");
    put(head, "span", "verdict " + finalOf(trial), VERDICT_NAMES[finalOf(trial)]);
    if (mine) put(head, "span", "muted", "  manual label; computed: " + VERDICT_NAMES[score.verdict]);
    reason.text(score.reason + ".");
    if (traces) showPlot(chosen);
    numbers.selectAll("*").remove();
    numbersOfTrial(trial, score).forEach(([name, value]) => { const box = put(numbers, "div"); put(box, "dt", null, name); put(box, "dd", null, value); });
    pictures.selectAll("*").remove();
    (report.pictures[trial.trial] || []).forEach((picture) => {
      const figure = put(pictures, "figure");
      drawPicture(figure, picture, picture.label);
      put(figure, "figcaption", null, picture.label + ", FEC " + fixed(picture.fec, 2) + ", frame " + grouped(picture.frame));
    });
    if (!(report.pictures[trial.trial] || []).length) put(pictures, "p", "note", report.no_pictures);
    overrule.selectAll("*").remove();
    put(overrule, "span", "muted", "Label the " + eye + " trace of this trial:");
    [["cr", "CR"], ["no_cr", "no CR"], ["rejected", "reject"]].forEach(([value, label]) => put(overrule, "button", null, label).attr("type", "button").attr("aria-pressed", String(mine === value))
      .on("click", () => { labels.set(labelKey(trial, eye), value); onChange(); }));
    put(overrule, "button", "link", "Save labels.csv").attr("type", "button").on("click", saveLabels);
    put(overrule, "span", "muted", "Save it next to frames.csv and score again; trial_scores.csv keeps the computed verdicts.");
    names.selectAll("button").attr("aria-pressed", (k) => String(k === chosen));
    document.documentElement.dataset.trial = trial.trial;
  }
  d3.select(window).on("keydown.browser", () => {
    if (d3.event.target.tagName === "SELECT" || d3.event.ctrlKey || d3.event.metaKey) return;
    if (d3.event.key === "j") show(chosen + 1);
    if (d3.event.key === "k") show(chosen - 1);
  });
  return { refresh: () => { list(); show(chosen); }, open: (i) => { show(i); list(); document.getElementById("browser").scrollIntoView({ block: "start" }); } };
}
