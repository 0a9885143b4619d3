// SPDX-License-Identifier: MIT
// The zoomable trace: blink lanes, trial marks, curves, quality strip, overview.

const SERIES_LABELS = {
  fec_right: "right", fec_left: "left", fec: "mean", ear_right: "right", ear_left: "left",
  true_right: "true right", true_left: "true left",
};
const QUALITIES = [["valid", "measured"], ["interpolated", "interpolated across a short gap"], ["lost", "no measurement"]];

// Typed arrays of the packed trace.
function unpackTrace(packed) {
  const trace = {
    frames: packed.frames, framesPerBin: packed.frames_per_bin, bins: packed.bins,
    first: doublesOf(packed.first_time_s), last: doublesOf(packed.last_time_s), frame: countsOf(packed.first_frame),
    binFrames: countsOf(packed.bin_frames), valid: countsOf(packed.valid), interpolated: countsOf(packed.interpolated),
    series: {},
  };
  trace.middle = Float64Array.from(trace.first, (value, i) => (value + trace.last[i]) / 2);
  for (const name of Object.keys(packed.series)) {
    const mean = ratiosOf(packed.series[name].mean);
    const isBinned = packed.series[name].min !== undefined;
    trace.series[name] = {
      mean: mean, min: isBinned ? ratiosOf(packed.series[name].min) : mean,
      max: isBinned ? ratiosOf(packed.series[name].max) : mean,
    };
  }
  // One step of the drawn points; a step over five of them is a hole, not a line.
  const steps = Array.from({ length: Math.max(0, trace.bins - 1) }, (_, i) => trace.middle[i + 1] - trace.middle[i]);
  trace.step = steps.length ? d3.median(steps) : 0;
  const end = trace.bins ? trace.last[trace.bins - 1] : 0;
  trace.domain = [trace.bins ? trace.first[0] : 0, Math.max(end, (trace.bins ? trace.first[0] : 0) + 1e-3)];
  return trace;
}

// Path of one series over the visible bins. With more bins than pixel columns each column gets a
// stroke from minimum to maximum, as the line through all frames would paint it; with
// `isMean`, the line of the means instead.
function curvePath(trace, series, x, y, width, isMean) {
  const from = Math.max(0, d3.bisectLeft(trace.middle, x.domain()[0]) - 1);
  const to = Math.min(trace.bins, d3.bisectRight(trace.middle, x.domain()[1]) + 1);
  const parts = [];
  let pen = "M", lastTime = NaN;
  const move = (px, value) => { parts.push(pen, px.toFixed(2), ",", y(value).toFixed(2)); pen = "L"; };
  const isDense = to - from > width || trace.framesPerBin > 1;
  const perColumn = to - from > width;
  for (let i = from; i < to;) {
    const column = Math.floor(x(trace.middle[i]));
    let low = Infinity, high = -Infinity, lowAt = 0, highAt = 0, time = trace.middle[i], missing = false, sum = 0, count = 0, j = i;
    for (; j < to && (j === i || (perColumn && Math.floor(x(trace.middle[j])) === column)); ++j) {
      if (!(series.min[j] <= series.max[j])) { missing = true; continue; }
      sum += series.mean[j]; ++count;
      if (series.min[j] < low) { low = series.min[j]; lowAt = j; }
      if (series.max[j] > high) { high = series.max[j]; highAt = j; }
      time = trace.middle[j];
    }
    if (low === Infinity) {
      pen = "M";
    } else {
      if (!perColumn && time - lastTime > 5 * trace.step) pen = "M";
      const px = perColumn ? column + 0.5 : x(time);
      const isRising = lowAt < highAt || (lowAt === highAt && i > from && series.mean[i] >= series.mean[i - 1]);
      if (isMean) { if (pen === "M") move(px, sum / count); move(px, sum / count); }
      else if (isDense && high > low) { move(px, isRising ? low : high); move(px, isRising ? high : low); }
      else { if (pen === "M") { move(px, high); } move(px, high); }
      if (missing && !perColumn) pen = "M";
      lastTime = time;
    }
    i = j;
  }
  return parts.join("");
}

// The fractions of the frames under each pixel that are lost and interpolated, as runs of equal pixels:
// [begin, end, lost, interpolated]. A fraction above 0 is drawn as at least 0.2, so that no loss is hidden.
function qualityRuns(trace, x, width) {
  const frames = new Float64Array(width), lost = new Float64Array(width), filled = new Float64Array(width);
  const from = Math.max(0, d3.bisectLeft(trace.last, x.domain()[0]) - 1);
  for (let i = from; i < trace.bins && trace.first[i] <= x.domain()[1]; ++i) {
    const end = i + 1 < trace.bins ? trace.first[i + 1] : trace.last[i] + trace.step;
    const begin = Math.max(0, Math.floor(x(trace.first[i])));
    const stop = Math.min(width, Math.max(begin + 1, Math.ceil(x(end) - 0.5)));
    for (let px = begin; px < stop; ++px) {
      frames[px] += trace.binFrames[i];
      filled[px] += trace.interpolated[i];
      lost[px] += trace.binFrames[i] - trace.valid[i] - trace.interpolated[i];
    }
  }
  const share = (part, whole) => (part > 0 ? Math.max(0.2, Math.round((20 * part) / whole) / 20) : 0);
  const runs = [];
  for (let px = 0; px < width; ++px) {
    if (!frames[px]) continue;
    const run = [px, px + 1, share(lost[px], frames[px]), share(filled[px], frames[px])];
    const last = runs[runs.length - 1];
    if (last && last[1] === px && last[2] === run[2] && last[3] === run[3]) last[1] = px + 1;
    else runs.push(run);
  }
  return runs;
}

// Draws the chart into `section`; returns { show(from_s, to_s) }.
function drawTrace(section, report, trace, onBlink) {
  const blinks = report.blinks.rows, trials = report.trials;
  const borders = report.clips.slice(1); // where the films of the session meet
  const hasTruth = !!(trace.series.true_right || trace.series.true_left);
  const hasFec = !!(trace.series.fec || trace.series.fec_right || trace.series.fec_left);
  const modes = {
    fec: ["fec_right", "fec_left", "fec", "true_right", "true_left"].filter((name) => trace.series[name]),
    ear: ["ear_right", "ear_left"].filter((name) => trace.series[name]),
  };
  const hidden = new Set(hasTruth ? ["fec"] : []);
  let mode = hasFec || hasTruth ? "fec" : "ear";
  const isLong = trace.domain[1] - trace.domain[0] >= 120;

  const toolbar = put(section, "div", "toolbar");
  if (modes.fec.length && modes.ear.length) {
    segmented(toolbar, "Quantity", [["fec", "Closure"], ["ear", "Aspect ratio"]], mode, (value) => { mode = value; legend(); draw(); });
  }
  const legendBox = put(toolbar, "span", "legend");
  put(toolbar, "span", "spring");
  const button = (text, label, action) => put(toolbar, "button", null, text).attr("type", "button").attr("aria-label", label).attr("title", label).on("click", action);
  if (blinks.length) {
    button("\u2039 blink", "Previous blink", () => step(-1));
    button("blink \u203a", "Next blink", () => step(1));
  }
  button("\u2212", "Zoom out", () => surface.transition().duration(150).call(zoom.scaleBy, 1 / 2));
  button("+", "Zoom in", () => surface.transition().duration(150).call(zoom.scaleBy, 2));
  button("Reset", "Show the whole recording", reset).attr("id", "trace-reset");

  const panel = put(section, "div", "panel");
  const readout = put(panel, "div", "readout").attr("aria-live", "off");
  const margin = { left: 52, right: 58 }, lane = 17, plotHeight = 300, qualityHeight = 11, overviewHeight = 46;
  const top = 4 + 2 * lane + (trials.length ? lane : 0), plotTop = top + 8, plotBottom = plotTop + plotHeight;
  const qualityTop = plotBottom + 7, axisTop = qualityTop + qualityHeight + 3, overviewTop = axisTop + 44;
  const height = overviewTop + overviewHeight + 6;
  const svg = put(panel, "svg", "chart").attr("id", "trace").attr("tabindex", 0).attr("role", "img")
    .attr("aria-label", "Eyelid closure of both eyes over time; drag to pan, scroll to zoom, double-click to reset");
  const clip = svg.append("clipPath").attr("id", "trace-clip").append("rect");
  const grid = svg.append("g").attr("class", "grid");
  const borderLayer = svg.append("g").attr("clip-path", "url(#trace-clip)");
  const trialLayer = svg.append("g").attr("clip-path", "url(#trace-clip)");
  const references = svg.append("g");
  const lines = svg.append("g").attr("clip-path", "url(#trace-clip)");
  const quality = svg.append("g");
  const axisX = svg.append("g").attr("class", "axis");
  const axisY = svg.append("g").attr("class", "axis");
  const titleY = put(svg, "text", "axis-title").attr("transform", "translate(13," + (plotTop + plotHeight / 2) + ") rotate(-90)").attr("text-anchor", "middle");
  const titleX = put(svg, "text", "axis-title").attr("text-anchor", "middle").attr("y", axisTop + 34);
  const cursor = svg.append("g").attr("class", "cursor").style("display", "none");
  cursor.append("line").attr("y1", 4).attr("y2", qualityTop + qualityHeight);
  const surface = svg.append("rect").attr("class", "surface").attr("id", "trace-surface").attr("y", 0).attr("height", axisTop);
  const blinkLayer = svg.append("g").attr("clip-path", "url(#trace-clip)");
  ["right", "left"].forEach((eye, i) => put(svg, "text", "lane-label is-" + eye, eye).attr("x", margin.left - 8).attr("y", 4 + i * lane + 12).attr("text-anchor", "end").style("fill", "var(--" + eye + ")"));
  if (trials.length) put(svg, "text", "lane-label", "trial").attr("x", margin.left - 8).attr("y", 4 + 2 * lane + 12).attr("text-anchor", "end");
  put(svg, "text", "lane-label", "quality").attr("x", margin.left - 8).attr("y", qualityTop + 9).attr("text-anchor", "end");
  const overview = svg.append("g").attr("transform", "translate(0," + overviewTop + ")");
  overview.append("rect").attr("class", "overview-paper").attr("rx", 3).attr("height", overviewHeight);
  const overviewLine = overview.append("path").attr("class", "overview-line");
  put(svg, "text", "lane-label", "all").attr("x", margin.left - 8).attr("y", overviewTop + 22).attr("text-anchor", "end");
  const brushLayer = overview.append("g");

  let width = 0, x0 = d3.scaleLinear(), x = x0, y = d3.scaleLinear();
  const zoom = d3.zoom().scaleExtent([1, Math.max(2, trace.bins / 10)]).on("zoom", () => {
    x = d3.event.transform.rescaleX(x0);
    draw();
    if (!(d3.event.sourceEvent && d3.event.sourceEvent.type === "brush")) brushLayer.call(brush.move, x.domain().map(x0));
  });
  const brush = d3.brushX().on("brush end", () => {
    const source = d3.event.sourceEvent;
    if (!source || source.type === "zoom") return;
    if (!d3.event.selection) { if (d3.event.type === "end") reset(); return; }
    if (d3.event.type === "end") return;
    const chosen = d3.event.selection;
    const scale = Math.min(zoom.scaleExtent()[1], width / Math.max(1, chosen[1] - chosen[0]));
    surface.call(zoom.transform, d3.zoomIdentity.translate(margin.left - scale * chosen[0], 0).scale(scale));
  });

  // Puts from_s .. to_s into view.
  function show(from_s, to_s, isSudden) {
    const scale = Math.min(zoom.scaleExtent()[1], (x0.domain()[1] - x0.domain()[0]) / Math.max(1e-6, to_s - from_s));
    const middle = (from_s + to_s) / 2;
    const target = d3.zoomIdentity.translate(margin.left + width / 2 - scale * x0(middle), 0).scale(scale);
    (isSudden ? surface : surface.transition().duration(350)).call(zoom.transform, target);
  }
  function reset() { surface.interrupt().call(zoom.transform, d3.zoomIdentity); }
  function showBlink(blink) { const room = Math.max(0.3, 1.5 * (blink.offset_s - blink.onset_s)); show(blink.onset_s - room, blink.offset_s + room); }
  function step(direction) {
    const middle = (x.domain()[0] + x.domain()[1]) / 2, slack = (x.domain()[1] - x.domain()[0]) * 0.01 + 1e-6;
    const found = direction > 0 ? blinks.find((blink) => (blink.onset_s + blink.offset_s) / 2 > middle + slack)
      : blinks.slice().reverse().find((blink) => (blink.onset_s + blink.offset_s) / 2 < middle - slack);
    if (found) showBlink(found);
  }

  function legend() {
    const items = legendBox.selectAll("button").data(modes[mode], (name) => name).join((enter) => {
      const item = enter.append("button").attr("type", "button").attr("class", (name) => name);
      item.append("svg").append("path").attr("d", "M0,5H24").attr("stroke-dasharray", (name) => (name.startsWith("true") ? "5 3" : null));
      item.append("span").text((name) => SERIES_LABELS[name]);
      return item;
    });
    items.order().attr("aria-pressed", (name) => String(!hidden.has(name)))
      .on("click", (name) => { hidden.has(name) ? hidden.delete(name) : hidden.add(name); legend(); draw(); });
  }

  function verticalDomain() {
    const names = modes[mode].filter((name) => !name.startsWith("true"));
    const low = d3.min(names, (name) => d3.min(trace.series[name].min)), high = d3.max(names, (name) => d3.max(trace.series[name].max));
    if (mode === "ear") return [0, Math.min(1.5, Math.max(0.4, 1.08 * (high || 0)))];
    return [Math.max(-0.6, Math.min(-0.12, low - 0.03 || 0)), Math.min(1.7, Math.max(1.12, high + 0.03 || 0))];
  }

  function draw() {
    y = d3.scaleLinear().domain(verticalDomain()).range([plotBottom, plotTop]);
    svg.attr("data-domain-start", x.domain()[0]).attr("data-domain-end", x.domain()[1]);
    const ticksY = mode === "fec" ? d3.range(Math.ceil(y.domain()[0] * 4) / 4, y.domain()[1], 0.25) : y.ticks(6);
    grid.selectAll("line").data(ticksY).join("line").attr("x1", margin.left).attr("x2", margin.left + width).attr("y1", y).attr("y2", y);
    axisY.attr("transform", "translate(" + margin.left + ",0)").call(d3.axisLeft(y).tickValues(ticksY).tickFormat((value) => fixed(value, 2)).tickSize(4)).call((axis) => axis.select(".domain").remove());
    titleY.text(mode === "fec" ? "FEC (0 open, 1 closed)" : "EAR (height / width)");
    const marks = mode === "fec" ? [[0, "open"], [0.8, "full"], [1, "closed"]] : [];
    references.selectAll("g").data(marks).join((enter) => { const mark = enter.append("g"); mark.append("line").attr("class", "reference"); mark.append("text").attr("dy", 4); return mark; })
      .attr("transform", (mark) => "translate(0," + y(mark[0]) + ")")
      .each(function (mark) { d3.select(this).select("line").attr("x1", margin.left).attr("x2", margin.left + width); d3.select(this).select("text").attr("x", margin.left + width + 7).text(mark[1]); });
    const ticks = Math.max(3, Math.floor(width / 95));
    axisX.attr("transform", "translate(0," + axisTop + ")").call(d3.axisBottom(x).tickValues(timeTickValues(x.domain(), ticks)).tickFormat(timeTicks(x.domain(), isLong)).tickSizeOuter(0));
    titleX.attr("x", margin.left + width / 2).text(timeTitle(trace.domain));
    // Where a pixel holds many frames, the band from minimum to maximum alone would be one block.
    const perPixel = ((x.domain()[1] - x.domain()[0]) / Math.max(trace.step, 1e-9)) * trace.framesPerBin / width;
    const curves = [];
    modes[mode].filter((name) => !hidden.has(name)).reverse().forEach((name) => {
      if (perPixel > 20 && name !== "fec") curves.push({ name: name, part: "range" });
      curves.push({ name: name, part: perPixel > 20 ? "mean" : "whole" });
    });
    curves.sort((a, b) => d3.descending(a.part, b.part));
    lines.selectAll("path").data(curves, (curve) => curve.name + curve.part).join("path").order()
      .attr("class", (curve) => "line " + curve.name + " " + curve.part).attr("data-series", (curve) => curve.name)
      .attr("d", (curve) => curvePath(trace, trace.series[curve.name], x, y, width, curve.part === "mean"));
    quality.attr("transform", "translate(" + margin.left + "," + qualityTop + ")");
    const shifted = x.copy().range([0, width]);
    const bars = [];
    qualityRuns(trace, shifted, width).forEach(([begin, end, lost, filled]) => {
      const add = (kind, top, share) => share > 0 && bars.push({ kind: kind, x: begin, width: end - begin, y: top * qualityHeight, height: share * qualityHeight });
      const rest = Math.max(0, 1 - lost - filled);
      add("lost", 0, lost); add("interpolated", lost, Math.min(filled, 1 - lost)); add("valid", 1 - rest, rest);
    });
    quality.selectAll("rect").data(bars).join("rect").attr("class", (bar) => "quality-" + bar.kind).attr("x", (bar) => bar.x)
      .attr("width", (bar) => bar.width).attr("y", (bar) => bar.y).attr("height", (bar) => bar.height);
    drawBorders();
    drawBlinks();
    drawTrials();
    cursor.style("display", "none");
  }

  function drawBorders() {
    const shown = borders.filter((border) => border.time_s >= x.domain()[0] && border.time_s <= x.domain()[1]);
    const isRoomy = width / Math.max(1, shown.length) > 40;
    borderLayer.selectAll("g").data(shown, (border) => border.clip).join((enter) => {
      const mark = enter.append("g").attr("class", "border");
      mark.append("title").text((border) => "clip " + border.clip + " begins, frame " + grouped(border.frame));
      mark.append("line").attr("y1", plotTop).attr("y2", plotBottom);
      put(mark, "text").attr("x", 4).attr("y", plotBottom - 5).text((border) => "clip " + border.clip);
      return mark;
    }).attr("transform", (border) => "translate(" + x(border.time_s) + ",0)").select("text").style("display", isRoomy ? null : "none");
  }

  function drawBlinks() {
    const shown = blinks.filter((blink) => blink.offset_s >= x.domain()[0] && blink.onset_s <= x.domain()[1]);
    blinkLayer.selectAll("g").data(shown, (blink) => blink.eye + blink.onset_frame).join((enter) => {
      const mark = enter.append("g").attr("class", (blink) => "blink " + blink.eye + " " + blink.kind + (blink.is_cut ? " cut" : ""));
      mark.append("title").text((blink) => blink.eye + " eye, " + blink.kind + " blink, peak " + fixed(blink.peak_fec, 2) + " at " + fixed(blink.peak_s, 3) + " s" + (blink.is_cut ? ", cut: a part was not seen" : ""));
      mark.append("rect").attr("height", lane - 5).attr("rx", 2);
      mark.append("path").attr("d", "M-4.2,-3.6H4.2L0,4.4Z");
      return mark.on("click", (blink) => onBlink(blink));
    }).attr("transform", (blink) => "translate(0," + (4 + (blink.eye === "left" ? lane : 0)) + ")").each(function (blink) {
      d3.select(this).select("path").style("display", width / shown.length > 5 ? null : "none");
      const begin = x(blink.onset_s), end = x(blink.offset_s);
      d3.select(this).select("rect").attr("x", begin).attr("width", Math.max(1.5, end - begin)).attr("y", 1.5);
      d3.select(this).select("path").attr("transform", "translate(" + x(blink.peak_s) + ",7.5)");
    });
  }

  function drawTrials() {
    if (!trials.length) return;
    const first = (trial) => Math.min(isNumber(trial.cs_onset_s) ? trial.cs_onset_s : Infinity, isNumber(trial.us_onset_s) ? trial.us_onset_s : Infinity);
    const shown = trials.filter((trial) => first(trial) >= x.domain()[0] - 2 && first(trial) <= x.domain()[1]);
    const room = width / Math.max(1, shown.length);
    const rowTop = 4 + 2 * lane;
    trialLayer.selectAll("g").data(shown, (trial) => trial.trial).join((enter) => {
      const mark = enter.append("g").attr("class", "trial");
      mark.append("title"); mark.append("rect").attr("class", "trial-isi"); mark.append("line").attr("class", "trial-cs"); mark.append("line").attr("class", "trial-us");
      put(mark, "text", "number"); put(mark, "text", "cs", "CS"); put(mark, "text", "us", "US");
      return mark;
    }).each(function (trial) {
      const mark = d3.select(this), cs = trial.cs_onset_s, us = trial.us_onset_s, hasCs = isNumber(cs), hasUs = isNumber(us);
      const line = (name, has, time) => mark.select(name).style("display", has ? null : "none").attr("x1", has ? x(time) : 0).attr("x2", has ? x(time) : 0).attr("y1", rowTop + 1).attr("y2", plotBottom);
      line(".trial-cs", hasCs, cs); line(".trial-us", hasUs, us);
      mark.select("rect").style("display", hasCs && hasUs ? null : "none").attr("x", hasCs ? x(cs) : 0).attr("width", hasCs && hasUs ? Math.max(0, x(us) - x(cs)) : 0).attr("y", rowTop).attr("height", plotBottom - rowTop);
      mark.select("title").text("trial " + trial.trial + ", " + trial.type.replace("_", " "));
      const gap = hasCs && hasUs ? x(us) - x(cs) : Infinity;
      mark.select(".number").style("display", room > 26 ? null : "none").attr("x", x(first(trial)) - 4).attr("text-anchor", "end").attr("y", rowTop + 12).text(trial.trial);
      mark.select("text.cs").style("display", hasCs && room > 60 && gap > 24 ? null : "none").attr("x", hasCs ? x(cs) + 4 : 0).attr("y", rowTop + 12);
      mark.select("text.us").style("display", hasUs && room > 60 ? null : "none").attr("x", hasUs ? x(us) + 4 : 0).attr("y", rowTop + 12);
    });
  }

  function point(px) {
    const time = x.invert(px);
    let i = Math.min(trace.bins - 1, d3.bisectLeft(trace.middle, time));
    if (i > 0 && time - trace.middle[i - 1] < trace.middle[i] - time) --i;
    if (i < 0) return;
    cursor.style("display", null).select("line").attr("x1", x(trace.middle[i])).attr("x2", x(trace.middle[i]));
    const names = modes[mode].filter((name) => !hidden.has(name) && isFinite(trace.series[name].mean[i]));
    cursor.selectAll("circle").data(names).join("circle").attr("r", 3.2).attr("class", (name) => name).style("fill", "var(--panel)").attr("stroke-width", 2)
      .style("stroke", (name) => (name === "fec" ? "var(--mean)" : null)).attr("cx", x(trace.middle[i])).attr("cy", (name) => y(trace.series[name].mean[i]));
    write(i);
  }
  function write(i) {
    readout.selectAll("*").remove();
    const cell = (label, value) => { const item = put(readout, "span", null, label + " "); put(item, "b", null, value); };
    const of = (name) => (trace.series[name] ? fixed(trace.series[name].mean[i], 3) : DASH);
    cell("frame", grouped(trace.frame[i]) + (trace.binFrames[i] > 1 ? DASH + grouped(trace.frame[i] + trace.binFrames[i] - 1) : ""));
    cell("time", fixed(trace.middle[i], trace.step < 0.01 ? 4 : 3) + " s");
    cell("FEC right", of("fec_right")); cell("left", of("fec_left")); cell("mean", of("fec"));
    if (hasTruth) { cell("true right", of("true_right")); cell("true left", of("true_left")); }
    cell("EAR right", of("ear_right")); cell("left", of("ear_left"));
    const lost = trace.binFrames[i] - trace.valid[i] - trace.interpolated[i];
    cell("", lost > 0 ? QUALITIES[2][1] : trace.interpolated[i] > 0 ? QUALITIES[1][1] : QUALITIES[0][1]);
  }
  const hint = () => readout.text("Point at the curve to read frame, time, FEC, and EAR.");

  function resize() {
    const domain = width ? x.domain() : null;
    const total = Math.max(320, Math.round(panel.node().clientWidth - 36));
    width = total - margin.left - margin.right;
    svg.attr("viewBox", "0 0 " + total + " " + height).attr("width", total).attr("height", height);
    clip.attr("x", margin.left).attr("y", 0).attr("width", width).attr("height", height);
    surface.attr("x", margin.left).attr("width", width);
    const extent = [[margin.left, 0], [margin.left + width, axisTop]];
    x0 = d3.scaleLinear().domain(trace.domain).range([margin.left, margin.left + width]);
    x = x0;
    zoom.extent(extent).translateExtent(extent);
    overview.select(".overview-paper").attr("x", margin.left).attr("width", width);
    brush.extent([[margin.left, 0], [margin.left + width, overviewHeight]]);
    const whole = trace.series.fec || trace.series.fec_right || trace.series.fec_left || trace.series.ear_right || trace.series.ear_left;
    const wholeY = d3.scaleLinear().domain(mode === "fec" ? [-0.1, 1.1] : [0, 0.5]).range([overviewHeight - 3, 3]).clamp(true);
    if (whole) overviewLine.attr("d", curvePath(trace, whole, x0, wholeY, width, (trace.frames / width) > 300));
    brushLayer.call(brush);
    if (domain && domain[1] - domain[0] < 0.999 * (trace.domain[1] - trace.domain[0])) show(domain[0], domain[1], true);
    else surface.call(zoom.transform, d3.zoomIdentity);
  }

  surface.call(zoom).on("dblclick.zoom", null);
  svg.on("dblclick", reset).on("keydown", () => {
    const pan = (share) => surface.call(zoom.translateBy, share * width / d3.zoomTransform(surface.node()).k, 0);
    const actions = { ArrowLeft: () => pan(0.1), ArrowRight: () => pan(-0.1), "+": () => surface.call(zoom.scaleBy, 1.5), "-": () => surface.call(zoom.scaleBy, 1 / 1.5), "0": reset, Home: reset, n: () => step(1), p: () => step(-1) };
    if (actions[d3.event.key]) { d3.event.preventDefault(); actions[d3.event.key](); }
  });
  surface.on("mousemove.cursor", () => point(d3.mouse(svg.node())[0])).on("mouseleave.cursor", () => { cursor.style("display", "none"); hint(); });
  hint();
  legend();
  resize();
  let known = panel.node().clientWidth;
  new ResizeObserver(() => { if (Math.abs(panel.node().clientWidth - known) > 2) { known = panel.node().clientWidth; resize(); } }).observe(panel.node());

  const keys = put(panel, "div", "keys");
  QUALITIES.forEach((quality) => { const item = put(keys, "span"); put(item, "i", "swatch " + quality[0]); item.append("span").text(quality[1]); });
  put(keys, "span", null, "\u25bc full blink, \u25bd partial blink, bar: onset to offset" + (blinks.some((blink) => blink.is_cut) ? ", dashed: cut, a part was not seen" : ""));
  const help = put(keys, "span");
  [["scroll", " zooms, "], ["drag", " pans, "], ["double-click", " resets; keys "], ["\u2190", " "], ["\u2192", " "], ["+", " "], ["\u2212", " "], ["0", ", "], ["n", " "], ["p", " for the next and previous blink"]].forEach((pair) => { put(help, "kbd", null, pair[0]); help.append("span").text(pair[1]); });
  return { showBlink: showBlink };
}
