// SPDX-License-Identifier: MIT
// Assembles the page.

function drawLede() {
  const session = report.session;
  d3.select("#lede").text(trials.length
    ? grouped(trials.length) + " trials of " + session.folder + ", scored by eyelid " + report.eyelid_version + " with the definitions of preset \u201c" + report.preset.name + "\u201d (" + report.preset.title + "). This page is one self-contained file."
    : "Sessions scored by eyelid " + report.eyelid_version + " with the definitions of preset \u201c" + report.preset.name + "\u201d (" + report.preset.title + ").");
  const parts = [["study", "Sessions"], ["traces", "Traces"], ["trials", "Trials"], ["times", "Latencies"], ["learning", "Learning"], ["browser", "Trial browser"], ["sync", "Clock"], ["definitions", "Definitions"]];
  const present = (id) => (id === "study" ? report.study : id === "sync" ? report.sync : id === "definitions" || trials.length);
  d3.select("#navigation").selectAll("a").data(parts.filter((part) => present(part[0]))).join("a").attr("href", (part) => "#" + part[0]).text((part) => part[1]);
  d3.select("#colophon").append("p").text("Made by eyelid " + report.eyelid_version + ". Plots are drawn with D3 by Mike Bostock. Nothing on this page is loaded from elsewhere.");
}

function drawKeyFigures() {
  const section = d3.select("#key-figures");
  section.selectAll("*").remove();
  const sum = summaryOf(), list = put(section, "dl", "figures");
  const box = (name, text, unit, meaning) => { const part = put(list, "div"); put(part, "dt", null, name); const line = put(part, "dd", "value"); line.append("span").text(text); if (unit) put(line, "span", "unit", unit); put(part, "dd", "meaning", meaning); };
  const counted = (values, noun) => values.length + " " + noun + (values.length === 1 ? "" : "s");
  box("CRs", percent(sum.share, 1), "%", sum.timed + " of " + sum.judged + " judged trials, still closed at the US; CRs of any timing: " + percent(sum.shareAny, 1) + " %");
  box("Amplitude", fixed(sum.amplitude, 3), "FEC", "mean of all judged trials; CRs only: " + fixed(sum.crAmplitude, 3));
  box("Onset", fixed(sum.onset, 0), "ms", "median of " + counted(sum.onsets, "CR") + "; CS to US " + fixed(report.isi_ms, 0) + " ms");
  box("Peak latency", fixed(sum.peak, 0), "ms", "median of " + counted(sum.peaks, "CR") + " with a peak");
  box("Trials", grouped(sum.trials), null, sum.withCs + " with a CS, " + (sum.trials - sum.withCs) + " without");
  box("Rejected", grouped(sum.rejected), null, "of the trials with a CS; reasons below");
  box("Alpha responses", grouped(sum.alphas), null, "short-latency responses to the CS, in judged trials");
  box("Flagged", grouped(sum.flagged), null, "trials with a doubt: spontaneous blink, voluntary closure, onset at the edge of the window; all are scored");
  box("UR peak", fixed(d3.mean(sum.urs), 2), "FEC", "mean of " + counted(sum.urs, "trial") + " with a US");
}

function drawDefinitions() {
  const section = d3.select("#definitions");
  heading(section, "Definitions", report.preset.title + ".");
  const list = put(section, "dl", "terms");
  [["FEC", "Fraction eyelid closure: 0 open, 1 closed; not clamped. Right and left are the subject's; the mean is taken over the eyes that have a value."]].concat(report.preset.rules)
    .forEach(([name, text]) => { put(list, "dt", null, name); put(list, "dd", null, text + (/[.]$/.test(text) ? "" : ".")); });
  put(section, "h3", null, "Source");
  put(section, "p", null, report.preset.source);
  if (report.preset.note) { put(section, "h3", null, "Not specified by the source"); put(section, "p", null, report.preset.note); }
  put(section, "p", "note", "Averages, rasters, and the trial browser show FEC resampled to " + (traces ? fixed(traces.step, 2) : DASH) + " ms steps (linear interpolation); scores are computed from the original frames.");
}

function drawSync(section) {
  const sync = report.sync;
  section.attr("hidden", null);
  heading(section, "Clock", sync.text);
  const box = put(section, "div", "plots");
  if (sync.brightness) {
    const level = floatsOf(sync.brightness.level), time = floatsOf(sync.brightness.time_s);
    const plot = makePlot(box, {
      id: "brightness", title: "Brightness of the sync region", width: 1080, height: 260, x: [time[0] || 0, time[time.length - 1] || 1], y: [Math.min(d3.min(level) || 0, sync.brightness.threshold) - 4, Math.max(d3.max(level) || 255, sync.brightness.threshold) + 4], titleX: "time in the video (s)", titleY: "mean gray level", formatY: (value) => fixed(value, 0), formatX: (value) => fixed(value, 2),
      draw: (p) => {
        p.area.append("line").attr("class", "criterion").attr("x1", p.left).attr("x2", p.right).attr("y1", p.y(sync.brightness.threshold)).attr("y2", p.y(sync.brightness.threshold));
        sync.brightness.onsets_s.forEach((at) => p.area.append("line").attr("class", "stim-cs").attr("x1", p.x(at)).attr("x2", p.x(at)).attr("y1", p.top).attr("y2", p.bottom));
        p.area.append("path").attr("class", "moving").style("stroke-width", 1.2).attr("d", pathOf(p, Array.from(time, (t, i) => [t, level[i]])));
      },
    });
    plot.caption.text("Mean gray level of the region over the frames; dashed: threshold; vertical lines: onsets, n = " + sync.brightness.onsets_s.length + ".");
  }
  if (sync.residuals) {
    const limit = Math.max(1, d3.max(sync.residuals, (pair) => Math.abs(pair[1])) || 0);
    const plot = makePlot(box, {
      id: "residuals", title: "Residual of the clock fit", width: 1080, height: 240, x: d3.extent(sync.residuals, (pair) => pair[0]), y: [-1.2 * limit, 1.2 * limit], titleX: "time in the video (s)", titleY: "video \u2212 fit (ms)", formatY: (value) => fixed(value, 1), formatX: (value) => fixed(value, 1),
      draw: (p) => { p.area.append("line").attr("class", "reference").attr("x1", p.left).attr("x2", p.right).attr("y1", p.y(0)).attr("y2", p.y(0)); p.area.selectAll("circle").data(sync.residuals).join("circle").attr("r", 3).style("fill", "var(--cr)").attr("cx", (pair) => p.x(pair[0])).attr("cy", (pair) => p.y(pair[1])); },
    });
    plot.caption.text("Matched pulses after removing the fitted offset and drift; n = " + sync.residuals.length + ".");
  }
}

const redraws = [];
let browser = null;
const redraw = () => { if (trials.length) drawKeyFigures(); redraws.forEach((draw) => draw()); if (browser) browser.refresh(); };
const openTrial = (i) => browser.open(i);

drawLede();
drawWarnings(report.warnings);
if (report.study) drawStudy(d3.select("#study"), report.study);
if (trials.length) {
  segmented(d3.select("#eye-choice"), "Trace", EYES, eye, (value) => { eye = value; redraw(); });
  if (traces) {
    const section = d3.select("#traces");
    heading(section, "Traces", "FEC around the stimuli. Scroll zooms, drag pans, double-click resets.");
    const box = put(section, "div", "plots");
    redraws.push(drawAverages(box), drawRaster(box, openTrial));
  }
  heading(d3.select("#trials"), "Trials", "The response, trial by trial.");
  redraws.push(drawAmplitudes(put(d3.select("#trials"), "div", "plots"), openTrial));
  heading(d3.select("#times"), "Latencies and amplitudes", "For the selected trace.");
  const two = put(d3.select("#times"), "div", "plots two");
  redraws.push(drawLatencies(two, "onsets", "CR onset", "CR onset: " + ruleOf("CR onset"), (trial) => scoreOf(trial).onset_ms));
  redraws.push(drawLatencies(two, "peaks", "CR peak latency", "Peak latency: " + ruleOf("peak latency"), (trial) => scoreOf(trial).peak_ms));
  const three = put(d3.select("#learning"), "div", "plots two");
  redraws.push(drawBlocks(three), drawCumulative(three));
  browser = drawBrowser(d3.select("#browser"), redraw);
}
if (report.sync) drawSync(d3.select("#sync"));
drawDefinitions();
drawTheme(redraw);
redraw();
document.documentElement.dataset.drawn = "true";
