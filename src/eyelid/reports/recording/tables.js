// SPDX-License-Identifier: MIT
// Key figures, and how they were measured.

// `values`: [text, unit] pairs with an optional eye.
function figureBox(list, name, values, meaning) {
  const box = put(list, "div");
  put(box, "dt", null, name);
  const line = put(box, "dd", "value" + (values.length > 1 ? " pair" : ""));
  values.forEach((value) => {
    const item = put(line, "span");
    if (value.eye) put(item, "span", "eye " + value.eye, value.eye);
    item.append("span").text(value.text);
    if (value.unit) put(item, "span", "unit", value.unit);
  });
  put(box, "dd", "meaning", meaning);
}

function drawKeyFigures(section, report) {
  const session = report.session, counts = session.counts, decoding = session.decoding;
  const list = put(section, "dl", "figures");
  const time = duration(session.duration_s);
  const trouble = [[decoding.damaged_frames, "damaged"], [decoding.missing_frames, "missing in time gaps"]].filter((pair) => pair[0] > 0).map((pair) => grouped(pair[0]) + " " + pair[1]);
  figureBox(list, "Frames", [{ text: grouped(counts.frames) }], "decoded" + (trouble.length ? "; " + trouble.join(", ") : ", none damaged or missing"));
  const nominal = session.input.nominal_frames_per_second;
  figureBox(list, "Duration", [{ text: time[0], unit: time[1] }], (nominal ? "first to last frame; nominal rate " + fixed(nominal, nominal % 1 ? 2 : 0) + " frames/s" : "first to last frame") + (session.input.width_px ? ", " + session.input.width_px + " \u00d7 " + session.input.height_px + " px" : ""));
  figureBox(list, "Valid frames", [{ text: percent(counts.frames ? counts.valid_frames / counts.frames : NaN, 1), unit: "%" }],
    "an eye was measured; " + grouped(counts.interpolated_frames) + " more interpolated across short gaps" + (counts.face_lost_intervals ? ", face lost " + grouped(counts.face_lost_intervals) + (counts.face_lost_intervals === 1 ? " time" : " times") : ""));
  const minutes = session.duration_s / 60;
  const rate = (count) => (minutes > 0.5 ? fixed(count / minutes, 1) : null);
  figureBox(list, "Blinks", [{ eye: "right", text: grouped(counts.blinks_right) }, { eye: "left", text: grouped(counts.blinks_left) }],
    rate(0) ? rate(counts.blinks_right) + " and " + rate(counts.blinks_left) + " per minute; full and partial" : "full and partial, each eye separately");
  const levels = session.calibration;
  const ear = (eye) => fixed(levels[eye].open_ear, 3) + "\u2009\u2192\u2009" + fixed(levels[eye].closed_ear, 3);
  const pair = put(list, "div");
  put(pair, "dt", null, "EAR, open \u2192 closed");
  const line = put(pair, "dd", "value").style("font-size", "1.05rem").style("line-height", "1.5");
  ["right", "left"].forEach((eye) => { const row = put(line, "div"); put(row, "span", "is-" + eye, eye + " ").style("font-size", ".8rem").style("font-weight", 500); row.append("span").text(ear(eye)); });
  put(pair, "dd", "meaning", "aspect ratios that define FEC 0 and 1");
  const histogram = report.histogram;
  figureBox(list, "Mean closure", [{ text: fixed(histogram.mean, 3), unit: "FEC" }], "mean of both eyes over all frames with an FEC value");
  figureBox(list, "Time closed", [{ text: percent(histogram.frames ? histogram.frames_closed / histogram.frames : NaN, 2), unit: "%" }], "of those frames with an FEC of 0.8 or more (P80, the PERCLOS threshold) [4]");
  figureBox(list, "Speed", [{ text: fixed(session.frames_per_second, session.frames_per_second < 100 ? 1 : 0), unit: "frames/s" }],
    (nominal && session.frames_per_second ? fixed(session.frames_per_second / nominal, 1) + " \u00d7 real time; " : "") + "tracking and analysis took " + fixed(session.wall_s, 2) + " s");
}

function table(parent, columns, rows) {
  const element = put(put(parent, "div", "scroll"), "table");
  const head = columns.some((column) => column.title) ? put(put(element, "thead"), "tr") : null;
  if (head) columns.forEach((column) => put(head, "th", column.number ? "number" : null, column.title).attr("scope", "col"));
  const body = put(element, "tbody");
  rows.forEach((row) => {
    const line = put(body, "tr");
    columns.forEach((column) => {
      const cell = put(line, "td", column.number ? "number" : column.bar ? "bar" : null);
      if (column.bar) cell.append("i").style("width", column.bar(row) + "%");
      else if (column.code) put(cell, "code", null, column.value(row));
      else cell.text(column.value(row));
    });
  });
}

function pairsTable(parent, pairs) {
  table(parent, [{ value: (pair) => pair[0] }, { value: (pair) => pair[1] }], pairs.filter((pair) => pair[1] !== "" && pair[1] !== null && pair[1] !== undefined));
}

const LEVEL_SOURCES = {
  none: "none", measured: "measured in this recording", given: "from a calibration file",
  estimated: "estimated: this recording does not show it",
};

function levelOrigin(origin) {
  const between = origin.interval ? ", between " + fixed(origin.interval[0], 4) + " and " + fixed(origin.interval[1], 4) : "";
  return LEVEL_SOURCES[origin.source] + between + (origin.basis ? " (" + origin.basis + ")" : "");
}

function drawCalibration(parent, calibration, noise) {
  put(parent, "h3", null, "Calibration");
  put(parent, "p", "note", "FEC is only as accurate as these two levels. They are valid for one subject, one camera position, and one state of glasses.");
  const eye = (name) => ({ name: name, open: calibration[name].open_ear, closed: calibration[name].closed_ear, noise: noise[name] });
  table(parent, [
    { title: "Eye", value: (row) => row.name }, { title: "Open EAR", number: true, value: (row) => fixed(row.open, 4) },
    { title: "Closed EAR", number: true, value: (row) => fixed(row.closed, 4) }, { title: "Range", number: true, value: (row) => fixed(row.open - row.closed, 4) },
    { title: "FEC noise at rest", number: true, value: (row) => fixed(row.noise, 3) },
  ], [eye("right"), eye("left")]);
  const conditions = calibration.conditions;
  const origins = ["right", "left"].flatMap((side) => ["open", "closed"].map((level) => [side + " eye, " + level + " level", levelOrigin(calibration[side][level])]));
  pairsTable(parent, origins.concat([["Date", conditions.date], ["Subject", conditions.subject], ["Glasses", conditions.glasses], ["Camera", conditions.camera], ["Recording", conditions.recording]]));
}

function drawMethod(section, report) {
  const session = report.session, input = session.input, decoding = session.decoding;
  heading(section, "How it was measured", "Everything needed to repeat the measurement: input, resolved settings, calibration levels, models with their hashes, and timing.");
  const columns = put(section, "div", "columns");
  const left = put(columns, "div"), right = put(columns, "div");
  put(left, "h3", null, "Input");
  pairsTable(left, [["File", input.path], ["Kind", input.kind], ["Container, codec", [input.container, input.codec].filter(Boolean).join(", ")], ["Pixel format", input.pixel_format],
    ["Size", input.width_px ? input.width_px + " \u00d7 " + input.height_px + " px" : ""], ["Nominal rate", input.nominal_frames_per_second ? fixed(input.nominal_frames_per_second, 3) + " frames/s" : ""],
    ["Times from", input.clock], ["Bits in use", input.used_bits === null ? "" : input.used_bits + " of 16"], ["Video stream", input.video_stream === null ? "" : "number " + input.video_stream],
    ["Decoded frames", grouped(decoding.decoded_frames)], ["Damaged frames, skipped", grouped(decoding.damaged_frames)], ["Gaps in time", grouped(decoding.timestamp_gaps) + " (" + grouped(decoding.missing_frames) + " frames missing)"],
    ["Repaired timestamps", grouped(decoding.repaired_timestamps)], ["File complete", decoding.was_truncated ? "no: truncated" : "yes"]]);
  drawCalibration(right, session.calibration, session.fec_noise_at_rest);
  put(left, "h3", null, "Settings");
  pairsTable(left, Object.entries(session.options).concat([["device", session.device], ["reason for this device", session.device_reason], ["eyelid version", session.eyelid_version]]));
  if (session.stages.length) {
    put(right, "h3", null, "Time per frame");
    put(right, "p", "note", "Milliseconds per call of each stage, with the 50th, 95th, and 99th percentiles. Stages run in parallel, so their sum is not the time per frame.");
    const most = d3.max(session.stages, (stage) => stage.mean_ms) || 1;
    const milliseconds = (key) => ({ title: key.replace("_ms", ""), number: true, value: (stage) => fixed(stage[key], 3) });
    table(right, [{ title: "Stage", value: (stage) => stage.stage }, { title: "calls", number: true, value: (stage) => grouped(stage.calls) }, milliseconds("mean_ms"), milliseconds("p50_ms"), milliseconds("p95_ms"), milliseconds("p99_ms"), { title: "mean", bar: (stage) => (100 * stage.mean_ms) / most }], session.stages);
  }
  if (session.models.length) {
    put(section, "h3", null, "Models");
    table(section, [{ title: "Role", value: (model) => model.role }, { title: "Name", value: (model) => model.name }, { title: "Version", value: (model) => model.version }, { title: "Source", value: (model) => model.source }, { title: "SHA-256", code: true, value: (model) => model.sha256 }], session.models);
  }
}

function drawComparison(section, report, trace) {
  const comparison = report.comparison;
  if (!comparison && !report.agreement.length) return;
  section.attr("hidden", null);
  heading(section, "Comparison with ground truth", "The true closure of every frame of this recording is known" + (comparison && comparison.truth ? " (" + comparison.truth + ")" : "") + ", so the measurement can be compared with it.");
  if (comparison) {
    const list = put(section, "dl", "figures").style("margin-bottom", "1.4rem");
    const show = (name, value, decimals, unit, meaning) => { if (isNumber(value)) figureBox(list, name, [{ text: fixed(value, decimals), unit: unit }], meaning); };
    show("RMSE", comparison.rmse, 4, "FEC", "root mean squared error of both eyes over " + grouped(comparison.frames) + " frames");
    show("Mean absolute error", comparison.mae, 4, "FEC", "mean absolute difference from the true closure");
    show("Correlation", comparison.correlation, 4, "", "Pearson's r between measured and true closure");
    show("Blink precision", comparison.blink_precision, 3, "", "fraction of the detected blinks that are real");
    show("Blink recall", comparison.blink_recall, 3, "", "fraction of the real blinks that are detected");
    show("Blink F1", comparison.blink_f1, 3, "", "harmonic mean of precision and recall");
    show("Onset error", comparison.onset_error_ms_median, 1, "ms", "median absolute difference between detected and true onset");
  }
  const columns = put(section, "div", "columns");
  drawAgreement(columns, report.agreement);
  drawErrors(columns, trace);
}

const TERMS = [
  ["EAR, eye aspect ratio", "Height of the eye opening divided by its width, dimensionless: (|p1 p5| + |p2 p4|) / (2 |p0 p3|) for the six lid points of an eye, where p0 and p3 are its corners. About 0.3 for an open eye. It does not depend on the distance or tilt of the head; it increases when the head turns sideways and decreases when it nods. [1]"],
  ["FEC, fraction eyelid closure", "(open \u2212 EAR) / (open \u2212 closed), per eye, with the two calibration levels: 0 is the subject's open eye, 1 the closed eye. It is not clamped: values below 0 or above 1 mean noise, a wider-open eye, or a tighter squeeze. The mean is taken over the eyes that have a value. [2]"],
  ["Right and left", "Always the subject's right and left."],
  ["Blink", "A rise of FEC above the level before it, and its return. Onset: where FEC crosses 10 % of its last rise before the peak; offset: the same on the way back. Amplitude: maximum FEC minus the level before that rise."],
  ["Cut", "A blink of which a gap (missing frames, a lost face) or an end of the recording or clip hides a part. Its times, durations, and amplitude are of what was seen."],
  ["Full, partial", "A full blink reaches an FEC of 0.8 or more; all others are partial. [4]"],
  ["Closing, opening, half width", "Onset to peak; peak to offset; time above half the amplitude. In milliseconds. In a spontaneous blink, closing takes about 66 ms; a whole blink takes 100 to 400 ms. [3]"],
  ["Valid, interpolated, lost", "Valid: an eye was found and its points are plausible. Interpolated: no measurement, but the gap is short enough to be bridged by a straight line (flagged in frames.csv). Lost: longer gaps; the closure is left empty."],
  ["CS, US", "Conditioned stimulus (a light or tone) and unconditioned stimulus (an air puff) in eyeblink conditioning; read from the trial file."],
];
const SOURCES = [
  "T. Soukupov\u00e1, J. \u010cech: Real-Time Eye Blink Detection using Facial Landmarks. Computer Vision Winter Workshop, 2016, eq. 1.",
  "S. A. Heiney, M. P. Wohl, S. N. Chettih, L. I. Ruffolo, J. F. Medina: Cerebellar-dependent expression of motor learning during eyeblink conditioning in head-fixed mice. Journal of Neuroscience 34, 14845 (2014): closure as a fraction of full closure.",
  "K.-A. Kwon, R. J. Shipley, M. Edirisinghe, D. G. Ezra, G. Rose, S. M. Best, R. E. Cameron: High-speed camera characterization of voluntary eye blinking kinematics. Journal of the Royal Society Interface 10 (2013).",
  "W. W. Wierwille et al.: Research on vehicle-based driver status/performance monitoring. NHTSA, 1994: P80, the share of time with the eyes at least 80 % closed (PERCLOS).",
];

function drawDefinitions(section) {
  heading(section, "Definitions");
  const list = put(section, "dl", "terms");
  TERMS.forEach(([term, meaning]) => { put(list, "dt", null, term); put(list, "dd", null, meaning); });
  put(section, "h3", null, "Sources");
  put(section, "ol", "sources").selectAll("li").data(SOURCES).join("li").text((source) => source);
}
