// SPDX-License-Identifier: MIT
// The small charts: distribution of closure, agreement with ground truth, pictures with lid points.

// A picture of the frame with the lid points drawn over it, so that they can be switched off.
function drawPicture(parent, picture, description) {
  const svg = put(parent, "svg", "picture").attr("viewBox", "0 0 " + picture.width + " " + picture.height)
    .attr("role", "img").attr("aria-label", description);
  svg.append("image").attr("width", picture.width).attr("height", picture.height)
    .attr("href", "data:image/jpeg;base64," + picture.jpeg);
  picture.lids.forEach((lid) => {
    const points = d3.range(6).map((i) => [lid[2 * i] + 0.5, lid[2 * i + 1] + 0.5]);
    const text = points.map((point) => point.join(",")).join(" ");
    svg.append("polygon").attr("class", "edge").attr("points", text);
    svg.append("polygon").attr("points", text);
    svg.selectAll(null).data(points).join("circle").attr("r", picture.width / 140).attr("cx", (point) => point[0]).attr("cy", (point) => point[1]);
  });
}

function chartFrame(parent, id, label, height) {
  const width = 540, margin = { left: 52, right: 12, top: 12, bottom: 42 };
  const svg = put(parent, "svg", "chart").attr("id", id).attr("viewBox", "0 0 " + width + " " + height).attr("role", "img").attr("aria-label", label);
  const frame = { svg: svg, left: margin.left, right: width - margin.right, top: margin.top, bottom: height - margin.bottom };
  frame.axes = (x, y, ticksX, ticksY, formatX, formatY, titleX, titleY) => {
    svg.insert("g", ":first-child").attr("class", "grid").selectAll("line").data(ticksY).join("line").attr("x1", frame.left).attr("x2", frame.right).attr("y1", y).attr("y2", y);
    svg.append("g").attr("class", "axis").attr("transform", "translate(0," + frame.bottom + ")").call(d3.axisBottom(x).tickValues(ticksX).tickFormat(formatX).tickSizeOuter(0));
    svg.append("g").attr("class", "axis").attr("transform", "translate(" + frame.left + ",0)").call(d3.axisLeft(y).tickValues(ticksY).tickFormat(formatY).tickSize(4)).call((axis) => axis.select(".domain").remove());
    put(svg, "text", null, titleX).attr("x", (frame.left + frame.right) / 2).attr("y", height - 6).attr("text-anchor", "middle");
    put(svg, "text", null, titleY).attr("transform", "translate(13," + (frame.top + frame.bottom) / 2 + ") rotate(-90)").attr("text-anchor", "middle");
  };
  return frame;
}

// Distribution of closure; logarithmic, since eyes are open most of the time.
function drawHistogram(parent, histogram) {
  const eyes = [["right", histogram.right], ["left", histogram.left]].map(([eye, counts]) => ({ eye: eye, counts: counts, total: d3.sum(counts) })).filter((eye) => eye.total > 0);
  if (!eyes.length) { put(parent, "p", "note", "No FEC is available for this recording."); return; }
  const figure = put(parent, "figure", "panel");
  const frame = chartFrame(figure, "histogram", "Distribution of closure", 300);
  const minPercent = Math.min(0.01, 100 / d3.max(eyes, (eye) => eye.total));
  const x = d3.scaleLinear().domain([histogram.first, histogram.first + histogram.step * histogram.right.length]).range([frame.left, frame.right]);
  const y = d3.scaleLog().domain([minPercent * 0.8, 100]).range([frame.bottom, frame.top]).clamp(true);
  const ticksY = [0.0001, 0.001, 0.01, 0.1, 1, 10, 100].filter((tick) => tick >= minPercent * 0.8);
  eyes.forEach((eye) => {
    const corners = [];
    eye.counts.forEach((count, i) => {
      const value = y(Math.max(minPercent * 0.8, (100 * count) / eye.total));
      corners.push([x(histogram.first + i * histogram.step), value], [x(histogram.first + (i + 1) * histogram.step), value]);
    });
    const outline = corners.map((corner) => corner[0].toFixed(1) + "," + corner[1].toFixed(1)).join("L");
    frame.svg.append("path").attr("d", "M" + frame.left + "," + frame.bottom + "L" + outline + "L" + frame.right + "," + frame.bottom + "Z").style("fill", "var(--" + eye.eye + ")").style("opacity", 0.1);
    frame.svg.append("path").attr("class", "line fec_" + eye.eye).attr("d", "M" + outline);
  });
  frame.svg.append("line").attr("class", "reference").attr("x1", x(0)).attr("x2", x(0)).attr("y1", frame.top).attr("y2", frame.bottom);
  frame.svg.append("line").attr("class", "reference").attr("x1", x(1)).attr("x2", x(1)).attr("y1", frame.top).attr("y2", frame.bottom);
  frame.axes(x, y, d3.range(-0.25, 1.3, 0.25), ticksY, (value) => fixed(value, 2), (value) => value + " %", "FEC (0 open, 1 closed)", "fraction of frames");
  const caption = put(figure, "figcaption");
  put(caption, "b", "is-right", "Right"); caption.append("span").text(" and "); put(caption, "b", "is-left", "left");
  caption.append("span").text(" eye: fraction of the frames with an FEC value, in bins of " + histogram.step + "; logarithmic scale. Values outside the range are counted in the outermost bins.");
}

// Mean and SD of the measured closure at each true closure.
function drawAgreement(parent, steps) {
  if (!steps.length) return;
  const figure = put(parent, "figure", "panel");
  const frame = chartFrame(figure, "agreement", "Measured versus true closure", 330);
  const x = d3.scaleLinear().domain([-0.1, 1.1]).range([frame.left, frame.right]);
  const y = d3.scaleLinear().domain([Math.min(-0.1, d3.min(steps, (step) => step.mean - step.sd)), Math.max(1.1, d3.max(steps, (step) => step.mean + step.sd))]).range([frame.bottom, frame.top]);
  frame.svg.append("line").attr("class", "reference").attr("x1", x(0)).attr("y1", y(0)).attr("x2", x(1)).attr("y2", y(1));
  const curve = (value) => steps.map((step) => x(step.truth).toFixed(1) + "," + y(value(step)).toFixed(1));
  frame.svg.append("path").attr("d", "M" + curve((step) => step.mean + step.sd).join("L") + "L" + curve((step) => step.mean - step.sd).reverse().join("L") + "Z").style("fill", "var(--accent)").style("opacity", 0.16);
  frame.svg.append("path").attr("class", "line").style("stroke", "var(--accent)").style("stroke-width", 2).attr("d", "M" + curve((step) => step.mean).join("L"));
  frame.svg.selectAll(null).data(steps).join("circle").attr("r", 3).style("fill", "var(--accent)").attr("cx", (step) => x(step.truth)).attr("cy", (step) => y(step.mean))
    .append("title").text((step) => "true " + fixed(step.truth, 2) + ": measured " + fixed(step.mean, 3) + " \u00b1 " + fixed(step.sd, 3) + ", " + grouped(step.count) + " measurements");
  frame.axes(x, y, d3.range(0, 1.01, 0.25), d3.range(0, y.domain()[1], 0.25), (value) => fixed(value, 2), (value) => fixed(value, 2), "true FEC", "measured FEC");
  put(figure, "figcaption", null, "Both eyes: mean \u00b1 SD of the measured closure at each true closure. Dotted line: equality.");
}

// Measured minus true closure along the recording.
function drawErrors(parent, trace) {
  const pairs = [["right", trace.series.fec_right, trace.series.true_right], ["left", trace.series.fec_left, trace.series.true_left]].filter((pair) => pair[1] && pair[2]);
  if (!pairs.length) return;
  const figure = put(parent, "figure", "panel");
  const frame = chartFrame(figure, "errors", "Measured minus true closure over time", 330);
  const x = d3.scaleLinear().domain(trace.domain).range([frame.left, frame.right]);
  const errors = pairs.map((pair) => ({ eye: pair[0], mean: pair[1].mean.map((value, i) => value - pair[2].mean[i]) }));
  const limit = Math.max(0.1, Math.min(1, d3.max(errors, (error) => d3.max(error.mean, Math.abs)) || 0));
  const y = d3.scaleLinear().domain([-limit, limit]).nice().range([frame.bottom, frame.top]);
  errors.forEach((error) => {
    const series = { mean: error.mean, min: error.mean, max: error.mean };
    frame.svg.append("path").attr("class", "line fec_" + error.eye).style("stroke-width", 1).style("opacity", 0.85).attr("d", curvePath(trace, series, x, y, frame.right - frame.left));
  });
  const isLong = trace.domain[1] - trace.domain[0] >= 120;
  frame.axes(x, y, timeTickValues(trace.domain, 5), y.ticks(6), timeTicks(trace.domain, isLong), (value) => fixed(value, 2), timeTitle(trace.domain), "measured \u2212 true FEC");
  const caption = put(figure, "figcaption");
  put(caption, "b", "is-right", "Right"); caption.append("span").text(" and "); put(caption, "b", "is-left", "left");
  caption.append("span").text(" eye: measured minus true closure" + (trace.framesPerBin > 1 ? ", averaged over " + grouped(trace.framesPerBin) + " frames." : ", frame by frame."));
}
