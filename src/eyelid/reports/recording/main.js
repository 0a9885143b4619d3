// SPDX-License-Identifier: MIT
// Assembles the page.

const report = JSON.parse(document.getElementById("report-data").textContent);
const trace = unpackTrace(report.trace);

function drawLede() {
  const session = report.session;
  d3.select("#lede").text("How far each eye was closed on every frame of this recording, measured from the lid points by eyelid " + report.eyelid_version + ". This page is one self-contained file; frames.csv and blinks.csv next to it hold the same figures for further analysis.");
  const parts = [["closure", "Closure"], ["truth", "Truth"], ["looks", "Examples"], ["blinks", "Blinks"], ["live", "Delays"], ["method", "Method"], ["definitions", "Definitions"]];
  d3.select("#navigation").selectAll("a").data(parts.filter((part) => part[0] !== "truth" || report.comparison || report.agreement.length).filter((part) => part[0] !== "live" || session.live)).join("a").attr("href", (part) => "#" + part[0]).text((part) => part[1]);
  d3.select("#colophon").append("p").text("Made by eyelid " + report.eyelid_version + " from " + session.input.path + ". Plots are drawn with D3 by Mike Bostock. Nothing on this page is loaded from elsewhere.");
}

function drawClosure() {
  const section = d3.select("#closure");
  heading(section, "Closure over time", trace.bins === 0 ? "No frame was decoded." : "Closure of the right and left eye and their mean; blinks" + (report.trials.length ? " and trials with CS and US" : "") + " above, measurement quality below.");
  if (!trace.bins) return null;
  if (trace.framesPerBin > 1) {
    put(section, "p", "note", "This is a long recording: each point of a curve represents " + grouped(trace.framesPerBin) + " frames and spans their minimum to maximum, so that no blink is lost; the readout shows their mean. frames.csv holds every frame.");
  }
  let sheet = null;
  const view = drawTrace(section, report, trace, (blink) => sheet && sheet.reveal(blink));
  return { showBlink: (blink) => { document.getElementById("closure").scrollIntoView(); view.showBlink(blink); }, attach: (other) => { sheet = other; } };
}

function drawLooks() {
  const section = d3.select("#looks");
  heading(section, "Example frames", "Open, half-closed, and closed eyes from this recording with the detected lid points, and how the closures are distributed.");
  if (report.examples.length) {
    const examples = put(section, "div", "examples");
    report.examples.forEach((example) => {
      const figure = put(examples, "figure", "example");
      drawPicture(figure, example, example.label);
      const caption = put(figure, "figcaption");
      put(caption, "b", null, example.label);
      caption.append("span").text(" \u00b7 FEC " + fixed(example.fec, 2) + " \u00b7 frame " + grouped(example.frame) + " \u00b7 " + fixed(example.time_s, 3) + " s");
    });
  }
  const columns = put(section, "div", "columns");
  drawHistogram(put(columns, "div"), report.histogram);
  const aside = put(columns, "div", "aside");
  [["The peak at 0", " is the open eye. It should be narrow and centered on 0: its width is measurement noise plus small movements of the resting lid. A peak away from 0 means that the open level is wrong."],
    ["The rise near 1", " is the closed eye. If there are full blinks but the curve ends well below or above 1, the closed level is wrong: see Calibration below."],
    ["In between", " are the moving lid and partial closures; drowsiness or looking down fills this range."]].forEach(([name, text]) => { const line = put(aside, "p"); put(line, "b", null, name); line.append("span").text(text); });
}

drawLede();
drawTheme();
const warnings = report.session.warnings;
drawWarnings(warnings.concat(report.session.decoding.warnings.filter((warning) => !warnings.includes(warning))));
drawKeyFigures(d3.select("#key-figures"), report);
const closure = drawClosure();
drawComparison(d3.select("#truth"), report, trace);
drawLooks();
const sheet = drawBlinks(d3.select("#blinks"), report, (blink) => closure && closure.showBlink(blink));
if (closure) closure.attach(sheet);
drawLive(d3.select("#live"), report.session.live);
drawMethod(d3.select("#method"), report);
drawDefinitions(d3.select("#definitions"));
document.documentElement.dataset.drawn = "true";
