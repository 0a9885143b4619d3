// SPDX-License-Identifier: MIT
// Plots and tables of one `eyelid bench` result, with the study's figures where there are any.
const study = data.study;
// Okabe & Ito 2008, distinguishable with any color vision.
const COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "currentColor", "#8a6d3b"];
const STUDY = Object.keys(study.devices).map((key) => ({ key: key, name: "study: " + study.devices[key].name }));
// "whole_frame" in words; EAR keeps its capitals.
const stageName = (stage) => stage.replace("landmarks_ear", "landmarks + EAR").replace("_processing", "-processing").replace(/_/g, " ");

const plots = addSection("plots").attr("class", "figure-grid"), tables = addSection("tables");

function figure(title) {
  const box = plots.append("figure");
  box.append("figcaption").text(title);
  return box;
}

// A figure of lines, each in a color of its own.
function lines(title, nameX, nameY, curves, isLogY) {
  curves = curves.map((curve, i) => ({ ...curve, color: COLORS[i % COLORS.length], points: curve.points.filter((p) => isNumber(p[0]) && isNumber(p[1]) && p[1] > 0) })).filter((curve) => curve.points.length);
  if (curves.length) linePlot(figure(title), title, nameX, nameY, curves, isLogY);
}

function barPlot(title, nameX, bars) {
  bars = bars.filter((bar) => isNumber(bar.value));
  if (!bars.length) return;
  const box = figure(title), width = 540, left = 190, right = 60, step = 24, height = bars.length * step + 46;
  const svg = plot(box, width, height, title);
  const x = d3.scaleLinear().domain([0, d3.max(bars, (bar) => bar.value)]).range([left, width - right]);
  bars.forEach((bar, i) => {
    svg.append("text").attr("x", left - 8).attr("y", i * step + 17).attr("text-anchor", "end").text(bar.name);
    svg.append("rect").attr("x", left).attr("y", i * step + 4).attr("height", step - 7).attr("width", x(bar.value) - left).attr("fill", bar.isStudy ? "var(--valid)" : COLORS[0]);
    svg.append("text").attr("x", x(bar.value) + 5).attr("y", i * step + 17).text(text(bar.value));
  });
  svg.append("g").attr("transform", "translate(0," + bars.length * step + ")").call(d3.axisBottom(x).ticks(5).tickSizeOuter(0));
  titleX(svg, (left + width - right) / 2, height - 6, nameX);
}

function titledTable(title, heading, rows) {
  tables.append("h2").text(title);
  table(tables, heading, rows);
}

const byBatch = (rows, key) => rows.map((row) => [row.batch, row[key]]);
const own = (rows, key) => [...d3.group(rows, (row) => row.threads)].map(([threads, group]) => ({ name: "this machine, " + threads + (threads > 1 ? " threads" : " thread"), points: byBatch(group, key) }));
const ofStudy = (name, key) => STUDY.map((device) => ({ name: device.name, dashed: true, points: byBatch(study[name][device.key], key) }));

if (data.command === "bench compare") {
  const curves = (key) => data.machines.map((machine) => ({ name: machine.name, points: machine[key], dashed: machine.name.startsWith("study") }));
  lines("Latency of a batch", "batch", "ms (logarithmic)", curves("latency_ms"), true);
  lines("Throughput", "batch", "images/s (logarithmic)", curves("images_per_s"), true);
  lines("Energy efficiency", "batch", "images/s/W", curves("images_per_s_per_w"), false);
  for (const [key, title] of [["latency_ms", "Latency of a batch, ms"], ["images_per_s", "Images per second"], ["images_per_s_per_w", "Images per second per watt"]]) {
    const batches = [...new Set(data.machines.flatMap((machine) => machine[key].map((p) => p[0])))].sort((a, b) => a - b);
    titledTable(title, ["batch", ...data.machines.map((machine) => machine.name)], batches.map((batch) => [batch, ...data.machines.map((machine) => (machine[key].find((p) => p[0] === batch) || [])[1])]));
  }
  titledTable("Break-even batch sizes", ["figure", "machine", "against", "faster from batch", "faster to batch", "break-even batch", "batches compared"],
    data.break_even.map((row) => [row.figure, row.machine, row.against, row.first_batch_ahead, row.last_batch_ahead, row.break_even_batch, row.batches_compared]));
} else {
  const rows = data.rows;
  if (data.command === "bench detector") {
    lines("Throughput by batch size", "batch", "images/s (logarithmic)", own(rows, "images_per_s").concat(ofStudy("detector", "images_per_s")), true);
    lines("Time per image by batch size", "batch", "ms (logarithmic)", own(rows, "ms_per_image").concat(ofStudy("detector", "ms_per_image")), true);
  }
  if (data.command === "bench latency") {
    lines("Latency of a batch, median", "batch", "ms (logarithmic)", own(rows, "ms_p50").concat(ofStudy("latency", "latency_ms")), true);
    lines("Latency of a batch, 99th percentile", "batch", "ms (logarithmic)", own(rows, "ms_p99"), true);
    const isMetered = rows.some((row) => isNumber(row.images_per_s_per_w));
    lines("Energy efficiency" + (isMetered ? "" : " (no power meter on this machine: study only)"), "batch", "images/s/W", own(rows, "images_per_s_per_w").concat(ofStudy("latency", "images_per_s_per_w")), false);
  }
  if (data.command === "bench landmarks") {
    lines("Landmarks and EAR by threads", "threads or processes", "ms per image (logarithmic)",
      [{ name: "this machine", points: rows.map((row) => [row.threads, row.ms_per_image]) },
        { name: "study", dashed: true, points: study.landmarks.map((row) => [row.processes, row.ms_per_image]).sort((a, b) => a[0] - b[0]) }], true);
  }
  if (data.command === "bench pipeline") {
    const threads = d3.max(rows, (row) => row.threads);
    const points = d3.max(rows, (row) => row.landmarks || 0);
    const PARTS = ["loading", "decoding", "pre_processing", "detection", "post_processing", "landmarks_ear"];
    const value = (stage) => {
      const all = rows.filter((row) => row.stage === stage);
      return (all.find((row) => row.threads === threads) || all.pop() || {}).ms_per_image;
    };
    barPlot("Time per image by stage", "ms of one thread", PARTS.map((stage) => ({ name: stageName(stage), value: value(stage) })));
    barPlot("Whole pipeline, " + threads + (threads > 1 ? " threads" : " thread"), "ms per image",
      ["sum_without_overlap", "video_without_overlap", "video_with_overlap", "whole_frame"].map((stage) => ({ name: stageName(stage), value: value(stage) }))
        .concat(study.pipeline.filter((row) => row.landmarks === points).map((row) => ({ name: "study: " + study.devices[row.device].name, value: row.ms_per_image, isStudy: true }))));
  }
  const COLUMNS = ["stage", "device", "precision", "threads", "batch", "landmarks", "images", "run_time_s", "images_per_s", "ms_per_image", "ms_p50", "ms_p95", "ms_p99", "fma_peak_fraction", "memory_bandwidth_fraction", "watts", "joules_per_image", "joules_per_image_above_idle", "images_per_s_per_w"];
  const HEADINGS = { ms_per_image: "ms per image", fma_peak_fraction: "% of peak", memory_bandwidth_fraction: "% of memory bandwidth" };
  const columns = COLUMNS.filter((name) => rows.some((row) => row[name] !== null && row[name] !== undefined));
  const value = (row, name) => name === "stage" ? stageName(row.stage) : name.endsWith("_fraction") && isNumber(row[name]) ? (100 * row[name]).toFixed(1) : row[name];
  titledTable("All figures", columns.map((name) => HEADINGS[name] || name.replace(/_/g, " ")), rows.map((row) => columns.map((name) => value(row, name))));
  const conditions = data.conditions;
  d3.select("#lede").text(data.machine.cpu + " (" + data.machine.features + "), eyelid " + data.version + "; multiply-add peak " + text(conditions.fma_peak_gmacs_per_thread)
    + " GMAC/s per thread in " + conditions.fma_peak_precision + ", main memory " + text(conditions.read_bandwidth_gb_per_s) + " GB/s; power meter " + conditions.power_meter + (isNumber(conditions.idle_watts) ? ", idle " + text(conditions.idle_watts) + " W" : ""));
}
d3.select("footer").append("p").attr("class", "note").text("Study: " + study.source + ".");
