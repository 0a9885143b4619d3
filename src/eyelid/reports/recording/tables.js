// SPDX-License-Identifier: MIT
// Key figures, and how they were measured.

function drawWarnings(section, session) {
  const warnings = session.warnings.concat(session.decoding.warnings.filter((warning) => !session.warnings.includes(warning)));
  if (!warnings.length) return;
  section.attr("hidden", null);
  const box = put(section, "div", "callout");
  put(box, "h2", null, warnings.length === 1 ? "One thing to know before using these figures" : warnings.length + " things to know before using these figures");
  put(box, "ul").selectAll("li").data(warnings).join("li").text((warning) => warning);
}

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
  figureBox(list, "Duration", [{ text: time[0], unit: time[1] }], (nominal ? "first to last frame; nominally " + fixed(nominal, nominal % 1 ? 2 : 0) + " frames/s" : "first to last frame") + (session.input.width_px ? ", " + session.input.width_px + " \u00d7 " + session.input.height_px + " px" : ""));
  figureBox(list, "Valid frames", [{ text: percent(counts.frames ? counts.valid_frames / counts.frames : NaN, 1), unit: "%" }],
    "face found and eye points trustworthy; " + grouped(counts.interpolated_frames) + " more filled over short gaps" + (counts.face_lost_intervals ? ", lost " + grouped(counts.face_lost_intervals) + (counts.face_lost_intervals === 1 ? " time" : " times") : ""));
  const minutes = session.duration_s / 60;
  const rate = (count) => (minutes > 0.5 ? fixed(count / minutes, 1) : null);
  figureBox(list, "Blinks", [{ eye: "right", text: grouped(counts.blinks_right) }, { eye: "left", text: grouped(counts.blinks_left) }],
    rate(0) ? rate(counts.blinks_right) + " and " + rate(counts.blinks_left) + " per minute; full and partial" : "full and partial, each eye by itself");
  const levels = session.calibration;
  const ear = (eye) => fixed(levels[eye].open_ear, 3) + "\u2009\u2192\u2009" + fixed(levels[eye].closed_ear, 3);
  const pair = put(list, "div");
  put(pair, "dt", null, "EAR, open \u2192 closed");
  const line = put(pair, "dd", "value").style("font-size", "1.05rem").style("line-height", "1.5");
  ["right", "left"].forEach((eye) => { const row = put(line, "div"); put(row, "span", "is-" + eye, eye + " ").style("font-size", ".8rem").style("font-weight", 500); row.append("span").text(ear(eye)); });
  put(pair, "dd", "meaning", "aspect ratios that stand for FEC 0 and 1");
  const histogram = report.histogram;
  figureBox(list, "Mean closure", [{ text: fixed(histogram.mean, 3), unit: "FEC" }], "mean of both eyes over all frames with a closure");
  figureBox(list, "Time closed", [{ text: percent(histogram.frames ? histogram.frames_closed / histogram.frames : NaN, 2), unit: "%" }], "of those frames with FEC of 0.8 or more (P80, the threshold of PERCLOS) [4]");
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
  measured: "measured in this recording", file: "from a calibration file",
  population: "not seen in this recording: the typical ratio of people",
};

function drawCalibration(parent, calibration, noise) {
  put(parent, "h3", null, "Calibration");
  put(parent, "p", "note", "FEC is only as good as these two levels. They hold for one person, one camera position and one pair of glasses or none.");
  const eye = (name) => ({ name: name, open: calibration[name].open_ear, closed: calibration[name].closed_ear, noise: noise[name] });
  table(parent, [
    { title: "Eye", value: (row) => row.name }, { title: "Open EAR", number: true, value: (row) => fixed(row.open, 4) },
    { title: "Closed EAR", number: true, value: (row) => fixed(row.closed, 4) }, { title: "Range", number: true, value: (row) => fixed(row.open - row.closed, 4) },
    { title: "FEC noise at rest", number: true, value: (row) => fixed(row.noise, 3) },
  ], [eye("right"), eye("left")]);
  const conditions = calibration.conditions;
  pairsTable(parent, [["Open level", LEVEL_SOURCES[calibration.open_source]], ["Closed level", LEVEL_SOURCES[calibration.closed_source]], ["Date", conditions.date], ["Subject", conditions.subject], ["Glasses", conditions.glasses], ["Camera", conditions.camera], ["Recording", conditions.recording]]);
}

function drawMethod(section, report) {
  const session = report.session, input = session.input, decoding = session.decoding;
  heading(section, "How it was measured", "Enough to repeat it: the input, the settings as resolved, the levels behind FEC, the models by content, and where the time went.");
  const columns = put(section, "div", "columns");
  const left = put(columns, "div"), right = put(columns, "div");
  put(left, "h3", null, "Input");
  pairsTable(left, [["File", input.path], ["Kind", input.kind], ["Container, codec", [input.container, input.codec].filter(Boolean).join(", ")], ["Pixel format", input.pixel_format],
    ["Size", input.width_px ? input.width_px + " \u00d7 " + input.height_px + " px" : ""], ["Nominal rate", input.nominal_frames_per_second ? fixed(input.nominal_frames_per_second, 3) + " frames/s" : ""],
    ["Decoded frames", grouped(decoding.decoded_frames)], ["Damaged frames, skipped", grouped(decoding.damaged_frames)], ["Gaps in time", grouped(decoding.timestamp_gaps) + " (" + grouped(decoding.missing_frames) + " frames missing)"],
    ["Repaired time stamps", grouped(decoding.repaired_timestamps)], ["File complete", decoding.was_truncated ? "no: it ended early" : "yes"]]);
  drawCalibration(right, session.calibration, session.fec_noise_at_rest);
  put(left, "h3", null, "Settings");
  pairsTable(left, Object.entries(session.options).concat([["device", session.device], ["why this device", session.device_reason], ["eyelid version", session.eyelid_version]]));
  if (session.stages.length) {
    put(right, "h3", null, "Time per frame");
    put(right, "p", "note", "Milliseconds of work per call of each stage; p50, p95 and p99 are the times that 50, 95 and 99 % of the calls stay below. Stages run side by side, so the sum is not the time per frame.");
    const most = d3.max(session.stages, (stage) => stage.mean_ms) || 1;
    const milliseconds = (key) => ({ title: key.replace("_ms", ""), number: true, value: (stage) => fixed(stage[key], 3) });
    table(right, [{ title: "Stage", value: (stage) => stage.stage }, { title: "calls", number: true, value: (stage) => grouped(stage.calls) }, milliseconds("mean_ms"), milliseconds("p50_ms"), milliseconds("p95_ms"), milliseconds("p99_ms"), { title: "mean", bar: (stage) => (100 * stage.mean_ms) / most }], session.stages);
  }
  if (session.models.length) {
    put(section, "h3", null, "Models");
    table(section, [{ title: "Role", value: (model) => model.role }, { title: "Name", value: (model) => model.name }, { title: "Version", value: (model) => model.version }, { title: "From", value: (model) => model.source }, { title: "SHA-256 of the file", code: true, value: (model) => model.sha256 }], session.models);
  }
}

function drawComparison(section, report, trace) {
  const comparison = report.comparison;
  if (!comparison && !report.agreement.length) return;
  section.attr("hidden", null);
  heading(section, "Against the known truth", "This recording was made with a known closure on every frame" + (comparison && comparison.truth ? " (" + comparison.truth + ")" : "") + ", so the measurement can be held against it.");
  if (comparison) {
    const list = put(section, "dl", "figures").style("margin-bottom", "1.4rem");
    const show = (name, value, decimals, unit, meaning) => { if (isNumber(value)) figureBox(list, name, [{ text: fixed(value, decimals), unit: unit }], meaning); };
    show("RMSE", comparison.rmse, 4, "FEC", "root of the mean squared error of both eyes over " + grouped(comparison.frames) + " frames");
    show("Mean absolute error", comparison.mae, 4, "FEC", "mean distance from the true closure");
    show("Correlation", comparison.correlation, 4, "", "Pearson's r of measured and true closure");
    show("Blink precision", comparison.blink_precision, 3, "", "share of the reported blinks that are real");
    show("Blink recall", comparison.blink_recall, 3, "", "share of the real blinks that are reported");
    show("Blink F1", comparison.blink_f1, 3, "", "harmonic mean of precision and recall");
    show("Onset error", comparison.onset_error_ms_median, 1, "ms", "median distance of the reported from the true onset");
  }
  const columns = put(section, "div", "columns");
  drawAgreement(columns, report.agreement);
  drawErrors(columns, trace);
}

const TERMS = [
  ["EAR, eye aspect ratio", "Height of the lid opening over its width, without unit: (|p1 p5| + |p2 p4|) / (2 |p0 p3|) of the six lid points of an eye, p0 and p3 its corners. About 0.3 open. It does not change with distance or tilt of the head; it grows when the head turns aside and shrinks when it nods. [1]"],
  ["FEC, fraction eyelid closure", "(open \u2212 EAR) / (open \u2212 closed), per eye, with the two levels of the calibration: 0 is that person's open eye, 1 the closed one. It is not clamped: values below 0 or above 1 show noise, a wider eye, or a tighter squeeze. The mean takes the eyes that have a value. [2]"],
  ["Right and left", "Always the subject's own right and left."],
  ["Blink", "A rise of FEC above the rest level before it, and its return. Onset and offset: where FEC crosses 10 % of the amplitude above rest. Amplitude: greatest FEC minus the rest level."],
  ["Full, partial", "A full blink reaches an FEC of 0.8 or more; the rest are partial. [4]"],
  ["Closing, opening, half width", "Onset to peak; peak to offset; time spent above half of the amplitude. Milliseconds. In a spontaneous blink closing takes about 66 ms; a whole blink 100 to 400 ms. [3]"],
  ["Valid, filled, lost", "Valid: a face was found and the eye points are trustworthy. Filled: no measurement, but the gap is so short that a straight line bridges it (flagged in frames.csv). Lost: longer, the closure is empty."],
  ["CS, US", "Conditioned stimulus (a light or tone) and unconditioned stimulus (an air puff) of eyeblink conditioning; marks of trials.csv."],
];
const SOURCES = [
  "T. Soukupov\u00e1, J. \u010cech: Real-Time Eye Blink Detection using Facial Landmarks. Computer Vision Winter Workshop, 2016, eq. 1.",
  "S. A. Heiney, M. P. Wohl, S. N. Chettih, L. I. Ruffolo, J. F. Medina: Cerebellar-dependent expression of motor learning during eyeblink conditioning in head-fixed mice. Journal of Neuroscience 34, 14845 (2014): closure as a fraction of full closure.",
  "K.-A. Kwon, R. J. Shipley, M. Edirisinghe, D. G. Ezra, G. Rose, S. M. Best, R. E. Cameron: High-speed camera characterization of voluntary eye blinking kinematics. Journal of the Royal Society Interface 10 (2013).",
  "W. W. Wierwille et al.: Research on vehicle-based driver status/performance monitoring. NHTSA, 1994: P80, the share of time with the eyes at least 80 % closed (PERCLOS).",
];

function drawDefinitions(section) {
  heading(section, "What the words mean");
  const list = put(section, "dl", "terms");
  TERMS.forEach(([term, meaning]) => { put(list, "dt", null, term); put(list, "dd", null, meaning); });
  put(section, "h3", null, "Sources");
  put(section, "ol", "sources").selectAll("li").data(SOURCES).join("li").text((source) => source);
}
