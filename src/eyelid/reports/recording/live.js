// SPDX-License-Identifier: MIT
// What a running camera delivered, and how fast it was answered.

const DELAYS = [["latency_ms", "Arrival to closure", "from the last byte of a frame to its closure", "frames"],
  ["output_latency_ms", "Arrival to output", "from the last byte of the frame that decided to the last byte written to an output", "outputs"]];

// One bar per class; `labels` below the bars, every `step`th.
function drawBars(parent, id, label, counts, labels, step, titleX, titleY) {
  const frame = chartFrame(parent, id, label, 220);
  const x = d3.scaleBand().domain(d3.range(counts.length)).range([frame.left, frame.right]).padding(0.12);
  const y = d3.scaleLinear().domain([0, d3.max(counts) || 1]).range([frame.bottom, frame.top]);
  frame.svg.selectAll(null).data(counts).join("rect").attr("x", (count, i) => x(i)).attr("width", x.bandwidth())
    .attr("y", (count) => y(count)).attr("height", (count) => frame.bottom - y(count)).style("fill", "var(--mean)");
  const ticks = y.ticks(4).filter((tick) => Number.isInteger(tick));
  frame.axes(x, y, d3.range(0, counts.length, step), ticks, (i) => labels[i], d3.format("~s"), titleX, titleY);
}

function delayText(delay) {
  const ms = (value) => fixed(value, value < 10 ? 2 : 1);
  return "median " + ms(delay.p50) + ", 99 % within " + ms(delay.p99) + ", longest " + ms(delay.max) + " ms";
}

function drawDelay(parent, key, name, meaning, what, delay) {
  const figure = put(parent, "figure", "panel");
  const bins = delay.histogram;
  const label = (value) => (value < 0.1 ? fixed(value, 3) : value < 10 ? fixed(value, 2) : fixed(value, 0));
  drawBars(figure, "delay-" + key, name, bins.map((bin) => bin.count), bins.map((bin) => label(bin.from_ms)), Math.max(1, Math.ceil(bins.length / 9)), "milliseconds from (half octaves)", what);
  const caption = put(figure, "figcaption");
  put(caption, "b", null, name);
  caption.append("span").text(": " + meaning + ". " + grouped(delay.count) + " " + what + ": " + delayText(delay) + ".");
}

function drawLoop(parent, loop) {
  const figure = put(parent, "figure", "panel");
  drawBars(figure, "delay-loop", "Decision to light", loop.frames, d3.range(loop.frames.length), Math.max(1, Math.ceil(loop.frames.length / 12)), "frames from the one that decided to the one that shows the lamp", "outputs");
  const caption = put(figure, "figcaption");
  put(caption, "b", null, "Decision to light");
  caption.append("span").text(": the whole loop, by the clock of the camera. " + grouped(loop.latency_ms.count) + " outputs: " + delayText(loop.latency_ms) + "; " + grouped(loop.unseen) + " were not seen.");
}

function drawLive(section, live) {
  if (!live) return;
  section.attr("hidden", null);
  heading(section, "The running camera", "Frames delivered and lost, and the delays of the session as it ran. It ended: " + live.ended + ".");
  const columns = put(section, "div", "columns");
  const halves = [put(columns, "div"), put(columns, "div")];
  let figures = 0;
  const next = () => put(halves[figures++ % 2], "div").style("margin-bottom", "1rem");
  const shown = DELAYS.filter((delay) => live[delay[0]].count > 0);
  shown.forEach(([key, name, meaning, what]) => drawDelay(next(), key, name, meaning, what, live[key]));
  if (live.loop && live.loop.latency_ms.count > 0) drawLoop(next(), live.loop);
  pairsTable(next(), [["Camera", live.camera], ["Complete frames", grouped(live.frames)], ["Lost", grouped(live.lost)], ["Incomplete", grouped(live.incomplete)],
    ["Not measured in time (overrun)", grouped(live.overrun)], ["In time, but without the detection that was due (hurried)", grouped(live.hurried ?? 0)],
    ["Of these, measured at the end", grouped(live.measured_later)], ["Recorded", grouped(live.recorded)],
    ["Rate", fixed(live.measured_frames_per_second, 2) + " frames/s" + (live.asked_frames_per_second ? " (asked: " + fixed(live.asked_frames_per_second, 2) + ")" : "")],
    ["Clock of the camera", fixed(live.clock_drift_ppm, 1) + " ppm against the computer's, residual " + fixed(live.clock_residual_ms, 3) + " ms"], ["Priority", live.priority],
    ["Interruptions of the thread that measures", grouped(live.involuntary_switches) + " by other programs, " + grouped(live.major_faults) + " for memory from the disk"]]);
}
