// SPDX-License-Identifier: MIT
// Timelines and plots of one run of `eyelid simulate ipu`.
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
const KINDS = [["compute", "compute"], ["exchange", "exchange"], ["sync", "sync"]];
const fixed = (value, digits) => typeof value === "number" && isFinite(value) ? value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }) : "-";
const WIDTH = 1100;
const swatches = (entries) => entries.map(([name, kind]) => ({ name, color: css(kind) }));

function head(id, title, note) {
  const section = addSection(id);
  section.append("h2").text(title);
  if (note) section.append("p").attr("class", "section-lede").text(note);
  return section;
}

function drawFigures() {
  const total = data.cycles.compute + data.cycles.exchange + data.cycles.sync;
  d3.select("#lede").text("Batch " + data.batch + ", " + data.precision + ", " + data.io_tiles + " I/O tiles, prefetch depth " + data.prefetch_depth + ", callbacks " + (data.async_callbacks ? "asynchronous" : "synchronous") + ", " + data.steps_per_execution + " step" + (data.steps_per_execution > 1 ? "s" : "") + " per execution. The chip's time is derived from formulas and data sheets, the host's from constants fitted to the study's tables.");
  const keys = addSection("figures").append("div").attr("class", "keys");
  [[fixed(data.throughput_images_per_s, 0), "images per second"], [fixed(data.latency_ms, 3) + " ms", "from call to result"], [fixed(data.device_ms, 4) + " ms", "of device time: " + fixed(100 * data.device_share, 1) + " % of a step"], [fixed(total, 0), "cycles per step"], [fixed(data.memory_bytes_per_tile / 1024, 0) + " KiB", "on the fullest tile, of " + fixed(data.memory_limit_bytes_per_tile / 1024, 0) + " KiB: " + (data.fits_memory ? "fits" : "OUT OF MEMORY")]].forEach(([value, name]) => { const key = keys.append("div"); key.append("b").text(value); key.append("span").text(name); });
}

// Time runs to the right, tiles upward. Tiles without work in a superstep are gray.
function drawTiles() {
  const section = head("tiles", "One step on the tiles", "In every superstep all tiles synchronize, data are exchanged, and every tile computes. Scroll to zoom, drag to pan.");
  legend(section, swatches([["compute", "compute"], ["idle while other tiles compute", "idle"], ["exchange", "exchange"], ["sync", "sync"]]));
  const height = 320, left = 56, bottom = 40, top = 8, phases = [];
  let at = 0;
  data.timeline.phases.forEach(([name, sync, exchange, compute, tiles]) => { phases.push({ name, start: at, sync, exchange, compute, tiles }); at += sync + exchange + compute; });
  const svg = plot(section, WIDTH, height, "Supersteps over time");
  const x = d3.scaleLinear().domain([0, at]).range([left, WIDTH - 10]), y = d3.scaleLinear().domain([0, data.timeline.tiles]).range([height - bottom, top]);
  svg.append("clipPath").attr("id", "tile-clip").append("rect").attr("x", left).attr("y", top).attr("width", WIDTH - 10 - left).attr("height", height - bottom - top);
  const layer = svg.append("g").attr("clip-path", "url(#tile-clip)");
  const axis = svg.append("g").attr("transform", "translate(0," + (height - bottom) + ")");
  svg.append("g").attr("transform", "translate(" + left + ",0)").call(d3.axisLeft(y).ticks(6));
  titleX(svg, WIDTH / 2, height - 4, "microseconds");
  titleY(svg, (height - bottom) / 2, "tile");
  const readout = section.append("p").attr("class", "readout").text("Point at a superstep for details.");
  const us = (cycles) => cycles / data.timeline.clock_hz * 1e6;
  const bars = phases.flatMap((p) => [{ p, kind: "sync", from: p.start, to: p.start + p.sync, low: 0, high: data.timeline.tiles }, { p, kind: "exchange", from: p.start + p.sync, to: p.start + p.sync + p.exchange, low: 0, high: data.timeline.tiles }, { p, kind: "idle", from: p.start + p.sync + p.exchange, to: p.start + p.sync + p.exchange + p.compute, low: p.tiles, high: data.timeline.tiles }, { p, kind: "compute", from: p.start + p.sync + p.exchange, to: p.start + p.sync + p.exchange + p.compute, low: 0, high: p.tiles }]).filter((bar) => bar.to > bar.from && bar.high > bar.low);
  const rects = layer.selectAll("rect").data(bars).join("rect").attr("y", (bar) => y(bar.high)).attr("height", (bar) => y(bar.low) - y(bar.high)).attr("fill", (bar) => css(bar.kind))
    .on("mouseenter", (event, bar) => readout.text(bar.p.name + ": " + bar.p.tiles + " tiles; sync " + fixed(bar.p.sync, 0) + ", exchange " + fixed(bar.p.exchange, 0) + ", compute " + fixed(bar.p.compute, 0) + " cycles; from " + fixed(us(bar.p.start), 2) + " us"));
  const place = (scale) => {
    rects.attr("x", (bar) => scale(bar.from)).attr("width", (bar) => Math.max(0.3, scale(bar.to) - scale(bar.from)));
    axis.call(d3.axisBottom(d3.scaleLinear().domain(scale.domain().map(us)).range(scale.range())).ticks(10));
  };
  place(x);
  svg.call(d3.zoom().scaleExtent([1, 400]).translateExtent([[0, 0], [WIDTH, height]]).extent([[0, 0], [WIDTH, height]]).on("zoom", (event) => place(event.transform.rescaleX(x))));
}

function drawOperations() {
  const operations = data.timeline.operations, step = 17, left = 150, mid = 620, height = operations.length * step + 46;
  const section = head("operations", "Cycles and memory by operation", "One row per operation. Memory: live tensors, and temporary data of the fullest tile.");
  legend(section, swatches(KINDS.concat([["tensors", "reference"], ["temporary data", "best"]])));
  const svg = plot(section, WIDTH, height, "Cycles and memory by operation");
  const x = d3.scaleLinear().domain([0, d3.max(operations, (o) => o.compute + o.exchange + o.sync)]).range([left, mid]);
  const m = d3.scaleLinear().domain([0, d3.max(operations, (o) => (o.live_bytes + o.temporary_bytes) / 1024)]).range([mid + 110, WIDTH - 10]);
  operations.forEach((o, i) => {
    const yAt = i * step;
    svg.append("text").attr("x", left - 8).attr("y", yAt + 12).attr("text-anchor", "end").text(o.name);
    let at = 0;
    KINDS.forEach(([kind]) => { svg.append("rect").attr("x", x(at)).attr("y", yAt + 2).attr("height", step - 4).attr("width", x(at + o[kind]) - x(at)).attr("fill", css(kind)); at += o[kind]; });
    svg.append("text").attr("x", mid + 20).attr("y", yAt + 12).text(o.method === "vector" ? "vector" : o.method + ", " + o.tiles);
    svg.append("rect").attr("x", m(0)).attr("y", yAt + 2).attr("height", step - 4).attr("width", m(o.live_bytes / 1024) - m(0)).attr("fill", css("reference"));
    svg.append("rect").attr("x", m(o.live_bytes / 1024)).attr("y", yAt + 2).attr("height", step - 4).attr("width", m((o.live_bytes + o.temporary_bytes) / 1024) - m(o.live_bytes / 1024)).attr("fill", css("best"));
  });
  svg.append("g").attr("transform", "translate(0," + (height - 44) + ")").call(d3.axisBottom(x).ticks(6));
  svg.append("g").attr("transform", "translate(0," + (height - 44) + ")").call(d3.axisBottom(m).ticks(5));
  titleX(svg, (left + mid) / 2, height - 6, "cycles");
  svg.append("text").attr("x", mid + 20).attr("y", height - 6).text("unit, tiles");
  titleX(svg, (mid + 110 + WIDTH) / 2, height - 6, "KiB per tile");
}

function drawHost() {
  const activities = data.timeline.activities;
  const section = head("host", "Host activities", "A few steps in the steady state. Everything except the computation on the chip and the transfers over the link is fitted, not derived.");
  const order = ["Python", "infeed callback", "link", "chip", "outfeed callback", "polling thread"];
  const lanes = order.filter((lane) => activities.some((a) => a[0] === lane));
  const left = 120, row = 34, height = lanes.length * row + 44;
  const svg = plot(section, WIDTH, height, "Host activities over time");
  const start = d3.min(activities, (a) => a[3]), end = d3.max(activities, (a) => a[4]);
  const x = d3.scaleLinear().domain([0, end - start]).range([left, WIDTH - 10]);
  const names = [...new Set(activities.map((a) => a[1]))], palette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a6d3b", "#7a858d", "#332288"];
  const color = (name) => palette[names.indexOf(name) % palette.length];
  legend(section, names.map((name) => ({ name, color: color(name) })));
  lanes.forEach((lane, i) => svg.append("text").attr("x", left - 8).attr("y", i * row + 21).attr("text-anchor", "end").text(lane));
  svg.append("g").selectAll("rect").data(activities).join("rect").attr("x", (a) => x(a[3] - start)).attr("width", (a) => Math.max(0.8, x(a[4] - start) - x(a[3] - start))).attr("y", (a) => lanes.indexOf(a[0]) * row + 5).attr("height", row - 10).attr("fill", (a) => color(a[1])).attr("opacity", (a) => a[2] % 2 ? 1 : .72)
    .append("title").text((a) => a[1] + ", step " + a[2] + ": " + fixed(a[4] - a[3], 4) + " ms");
  svg.append("g").attr("transform", "translate(0," + (height - 40) + ")").call(d3.axisBottom(x).ticks(10));
  titleX(svg, WIDTH / 2, height - 4, "milliseconds");
}

const HEADING = ["batch", "I/O tiles", "device ms", "step ms", "device share", "latency ms", "images/s", "KiB per tile"];
const row = (r) => [r.batch, r.io_tiles + (r.io_tiles && !r.io_tiles_used ? " (dropped)" : ""), fixed(r.device_ms, 4), fixed(r.step_ms, 3), fixed(100 * r.device_share, 1) + " %", fixed(r.latency_ms, 3), fixed(r.throughput_images_per_s, 0), fixed(r.memory_bytes_per_tile / 1024, 0) + (r.fits_memory ? "" : " OUT OF MEMORY")];

function drawChanges() {
  const section = head("changes", "What if", "Copies on the host are assumed to scale with their size; the cost of the call occurs once per execution.");
  table(section, ["change"].concat(HEADING), data.what_if.map((r) => [r.name].concat(row(r))));
}

function drawSweep() {
  if (!data.sweep) return;
  const section = head("sweep", "By batch size", "Largest power of two that fits in memory: " + data.max_batch + ".");
  const fits = data.sweep.filter((r) => r.fits_memory), pair = section.append("div").attr("class", "figure-grid");
  const curve = (name, key, color, dashed) => ({ name, color, dashed, points: fits.map((r) => [r.batch, typeof key === "function" ? key(r) : r[key]]) });
  linePlot(pair.append("div"), "Throughput by batch size", "batch", "images/s", [curve("as configured", "throughput_images_per_s", css("compute")), curve("the chip alone", (r) => r.batch / r.device_ms * 1e3, css("best"), true)], true);
  linePlot(pair.append("div"), "Time by batch size", "batch", "ms", [curve("latency", "latency_ms", css("compute")), curve("chip", "device_ms", css("best"), true)], true);
  table(section, HEADING, data.sweep.map(row));
}

function drawGrid() {
  if (!data.grid) return;
  const best = data.best, section = head("grid", "I/O tiles by prefetch depth", best ? "Images per second with asynchronous callbacks. Best: " + best.io_tiles + " I/O tiles, prefetch depth " + best.prefetch_depth + "." : "Nothing fits the memory.");
  const tiles = [...new Set(data.grid.map((r) => r.io_tiles))], depths = [...new Set(data.grid.map((r) => r.prefetch_depth))], cell = 118, left = 90, height = depths.length * 44 + 44;
  const svg = plot(section, left + tiles.length * cell + 10, height, "Throughput by I/O tiles and prefetch depth");
  const shade = d3.scaleSequential(d3.interpolateBlues).domain([d3.min(data.grid, (r) => r.throughput_images_per_s) * .6, d3.max(data.grid, (r) => r.throughput_images_per_s) * 1.15]);
  data.grid.forEach((r) => {
    const xAt = left + tiles.indexOf(r.io_tiles) * cell, yAt = depths.indexOf(r.prefetch_depth) * 44, isBest = best && r.io_tiles === best.io_tiles && r.prefetch_depth === best.prefetch_depth;
    svg.append("rect").attr("x", xAt + 2).attr("y", yAt + 2).attr("width", cell - 4).attr("height", 40).attr("rx", 4).attr("fill", shade(r.throughput_images_per_s)).attr("stroke", isBest ? css("sync") : "none").attr("stroke-width", 3);
    svg.append("text").attr("x", xAt + cell / 2).attr("y", yAt + 27).attr("text-anchor", "middle").style("fill", d3.lab(shade(r.throughput_images_per_s)).l > 60 ? "#1a2026" : "#fff").text(fixed(r.throughput_images_per_s, 0) + (r.io_tiles && !r.io_tiles_used ? " dropped" : ""));
  });
  tiles.forEach((t, i) => svg.append("text").attr("x", left + (i + .5) * cell).attr("y", depths.length * 44 + 18).attr("text-anchor", "middle").text(t));
  depths.forEach((d, i) => svg.append("text").attr("x", left - 10).attr("y", i * 44 + 27).attr("text-anchor", "end").text("depth " + d));
  titleX(svg, left + tiles.length * cell / 2, height - 6, "I/O tiles");
}

function scatter(box, title, points, xTitle, yTitle) {
  const width = 540, height = 400, left = 70, bottom = 44, svg = plot(box, width, height, title);
  const low = d3.min(points, (p) => Math.min(p.x, p.y)) / 1.2, high = d3.max(points, (p) => Math.max(p.x, p.y)) * 1.2;
  const x = d3.scaleLog().domain([low, high]).range([left, width - 10]), y = d3.scaleLog().domain([low, high]).range([height - bottom, 10]);
  [[1, null], [1.5, "4 4"], [1 / 1.5, "4 4"]].forEach(([factor, dash]) => svg.append("path").attr("stroke", css("reference")).attr("stroke-dasharray", dash).attr("fill", "none").attr("d", d3.line()([[x(low), y(Math.min(high, Math.max(low, low * factor)))], [x(high), y(Math.max(low, Math.min(high, high * factor)))]])));
  const format = (v) => /^[125]/.test(v.toExponential()) ? (v >= 1000 ? d3.format(",")(v) : String(+v.toPrecision(3))) : "";
  svg.append("g").attr("transform", "translate(0," + (height - bottom) + ")").call(d3.axisBottom(x).tickFormat(format));
  svg.append("g").attr("transform", "translate(" + left + ",0)").call(d3.axisLeft(y).tickFormat(format));
  svg.append("g").selectAll("circle").data(points).join("circle").attr("r", 4.2).attr("cx", (p) => x(p.x)).attr("cy", (p) => y(p.y)).attr("fill", (p) => p.color).attr("opacity", .85).append("title").text((p) => p.name + ": " + fixed(p.y / p.x, 2));
  titleX(svg, width / 2, height - 6, xTitle);
  titleY(svg, (height - bottom) / 2, yTitle);
  legend(box, swatches([["MK1", "compute"], ["MK2", "sync"], ["equality; dashed: factor 1.5", "reference"]]));
}
const chipColor = (chip) => css(chip === "mk1" ? "compute" : "sync");

function drawChecks() {
  const layers = (data.layers || []).filter((l) => l.reference_cycles);
  if (layers.length) {
    const section = head("layers", "Chip model versus Poplar's IPUModel", "Forward pass, backward pass, and weight update of each layer, half precision. No constant was fitted to these.");
    const pair = section.append("div").attr("class", "figure-grid");
    scatter(pair.append("div"), "Predicted versus reference cycles", layers.map((l) => ({ x: l.reference_cycles, y: l.predicted_cycles, name: l.layer + " " + l.chip, color: chipColor(l.chip) })), "reference cycles", "predicted cycles");
    table(pair.append("div"), ["layer", "chip", "predicted", "reference", "ratio"], layers.map((l) => [l.layer, l.chip, fixed(l.predicted_cycles, 0), fixed(l.reference_cycles, 0), fixed(l.predicted_cycles / l.reference_cycles, 2)]));
  }
  if (!data.tables) return;
  const t = data.tables, percent = (v) => fixed(100 * v, 1) + " %";
  const section = head("tables", "Host model compared with the study's tables", "Fitted to them: mean error " + percent(t.mape) + ", max " + percent(t.max_error) + "; leave-one-out " + percent(t.leave_one_out_mape) + "; fitted to batch sizes up to 8 and extrapolated " + percent(t.extrapolation_mape) + ". This does not validate the chip model: see the device share.");
  const pair = section.append("div").attr("class", "figure-grid");
  scatter(pair.append("div"), "Predicted versus published step time", t.points.map((p) => ({ x: p.published_ms, y: p.predicted_ms, name: p.table + " " + p.chip + " batch " + p.batch, color: chipColor(p.chip) })), "published ms per step", "predicted ms per step");
  table(pair.append("div"), ["table", "chip", "batch", "published ms", "model ms", "device share"], t.points.map((p) => [p.table, p.chip, p.batch, fixed(p.published_ms, 3), fixed(p.predicted_ms, 3), percent(p.device_share)]));
}

drawFigures();
drawTiles();
drawOperations();
drawHost();
drawChanges();
drawSweep();
drawGrid();
drawChecks();
document.documentElement.dataset.drawn = "true";
