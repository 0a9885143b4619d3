// SPDX-License-Identifier: MIT
// The moving trace. Bins of 20 ms, each from the smallest to the largest value of its frames.

const WINDOW_S = 10;
const BIN_S = 0.02;
const LOW = -0.15, HIGH = 1.15;  // FEC at the edges of the plot
const MOST_REDRAWS_PER_S = 60;
const CURVES = [
  { name: "right", column: 1, width: 1.5, shown: true }, { name: "left", column: 3, width: 1.5, shown: true },
  { name: "mean", column: 5, width: 1.2, shown: false },
];
const LOST_COLUMN = 7;

function newTrace(canvas, describe) {
  let bins = [], marks = [], isDirty = true, isWaiting = false, lastDraw = 0, redraws = 0, lastDescribed = 0;

  function colors() {
    const style = getComputedStyle(document.documentElement);
    return (name) => style.getPropertyValue("--" + name).trim();
  }

  // The usual step between bins: a hole is a step over four of them.
  function longestStep() {
    const steps = bins.slice(1).map((bin, i) => bin[0] - bins[i][0]).sort((a, b) => a - b);
    return steps.length ? Math.max(0.05, 4 * steps[steps.length >> 1]) : 1;
  }

  function drawCurve(context, curve, x, y, step) {
    context.beginPath();
    let isDown = false, last = 0, lastTime = -Infinity;
    for (const bin of bins) {
      const low = bin[curve.column], high = bin[curve.column + 1];
      if (low === null) { isDown = false; continue; }
      // From the end that is nearer, so that no slope becomes a saw.
      const ends = Math.abs(low - last) <= Math.abs(high - last) ? [low, high] : [high, low];
      const from = x(bin[0] - (low < high ? BIN_S / 4 : 0)), to = x(bin[0] + BIN_S / 4);
      if (!isDown || bin[0] - lastTime > step) context.moveTo(from, y(ends[0]));
      else context.lineTo(from, y(ends[0]));
      // One value alone, between holes, is a dot as well.
      context.lineTo(to, y(ends[1]));
      isDown = true; last = ends[1]; lastTime = bin[0];
    }
    context.lineWidth = curve.width;
    context.lineJoin = "round";
    context.stroke();
  }

  function draw() {
    const ratio = window.devicePixelRatio || 1;
    const width = canvas.clientWidth, height = canvas.clientHeight;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const color = colors(), context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.font = "11.5px " + getComputedStyle(document.body).fontFamily;
    const left = 48, right = width - 6, top = 8, bottom = height - 34, lane = height - 26;
    const end = bins.length ? Math.max(bins[bins.length - 1][0], WINDOW_S) : WINDOW_S, begin = end - WINDOW_S;
    const x = (time) => left + (right - left) * (time - begin) / WINDOW_S;
    const y = (fec) => bottom - (bottom - top) * (Math.min(HIGH, Math.max(LOW, fec)) - LOW) / (HIGH - LOW);

    context.lineWidth = 1;
    context.textBaseline = "middle";
    for (const fec of [0, 0.25, 0.5, 0.75, 1]) {
      context.strokeStyle = color(fec === 0 || fec === 1 ? "rule" : "grid");
      context.beginPath(); context.moveTo(left, y(fec)); context.lineTo(right, y(fec)); context.stroke();
      context.fillStyle = color("muted");
      context.textAlign = "right";
      context.fillText(fec === 0 ? "open" : fec === 1 ? "closed" : fec.toFixed(2).slice(1), left - 5, y(fec));
    }
    context.fillText("lost", left - 5, lane);
    context.textAlign = "center";
    for (let second = Math.ceil(begin); second <= end; ++second) {
      context.strokeStyle = color("grid");
      context.beginPath(); context.moveTo(x(second), top); context.lineTo(x(second), bottom); context.stroke();
      if (second % 2 === 0 && x(second) < right - 12) context.fillText(second + " s", x(second), height - 8);
    }
    context.save();
    context.beginPath(); context.rect(left, 0, right - left, height); context.clip();
    context.fillStyle = color("lost");
    for (const bin of bins) if (bin[LOST_COLUMN] > 0) context.fillRect(x(bin[0]) - 1.5, lane - 3, 3, 7);
    const step = longestStep();
    for (const curve of CURVES) {
      context.strokeStyle = color(curve.name);
      if (curve.shown) drawCurve(context, curve, x, y, step);
    }
    context.setLineDash([5, 3]);
    for (const mark of marks) {
      if (mark.time_s < begin) continue;
      context.strokeStyle = color("cs");
      context.fillStyle = color("cs");
      const text = " " + (mark.text || "mark").slice(0, 24) + " ";
      context.textAlign = x(mark.time_s) + context.measureText(text).width > right ? "right" : "left";
      context.beginPath(); context.moveTo(x(mark.time_s), top); context.lineTo(x(mark.time_s), bottom); context.stroke();
      context.fillText(text, x(mark.time_s), top + 5 + 13 * (mark.number % 2));
    }
    context.restore();
    canvas.dataset.bins = bins.length;
    canvas.dataset.redraws = ++redraws;
  }

  function latest() {
    const bin = bins[bins.length - 1];
    return bin && CURVES.map((curve) => bin[curve.column] === null ? null : (bin[curve.column] + bin[curve.column + 1]) / 2);
  }

  function drawWhenDue(now) {
    isWaiting = false;
    if (now - lastDraw < 1000 / MOST_REDRAWS_PER_S - 1) return redraw();
    lastDraw = now;
    isDirty = false;
    draw();
    // Words for those who do not see it: not thirty times a second.
    if (now - lastDescribed > 2000 && bins.length) { lastDescribed = now; describe(latest()); }
  }

  function redraw() {
    isDirty = true;
    if (isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(drawWhenDue);
  }
  new ResizeObserver(redraw).observe(canvas);

  return {
    clear() { bins = []; redraw(); },
    add(more) {
      bins.push(...more);
      const begin = bins.length ? bins[bins.length - 1][0] - WINDOW_S : 0;
      bins = bins.filter((bin) => bin[0] >= begin);
      redraw();
    },
    mark(message) { marks = marks.filter((mark) => mark.time_s > message.time_s - WINDOW_S).concat(message); redraw(); },
    latest, redraw,
  };
}
