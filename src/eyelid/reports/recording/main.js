// SPDX-License-Identifier: MIT
// Puts the page together.

const report = JSON.parse(document.getElementById("report-data").textContent);
const trace = unpackTrace(report.trace);

function drawLede() {
  const session = report.session;
  d3.select("#lede").text("How far each eye was closed on every frame of this recording, measured from the lid points of the face by eyelid " + report.eyelid_version + ". Everything on this page is inside this one file; frames.csv and blinks.csv beside it hold the same figures for further work.");
  const parts = [["closure", "Closure"], ["truth", "Truth"], ["looks", "Looks"], ["blinks", "Blinks"], ["method", "Method"], ["definitions", "Definitions"]];
  d3.select("#navigation").selectAll("a").data(parts.filter((part) => part[0] !== "truth" || report.comparison || report.agreement.length)).join("a").attr("href", (part) => "#" + part[0]).text((part) => part[1]);
  d3.select("#colophon").append("p").text("Made by eyelid " + report.eyelid_version + " from " + session.input.path + ". Plots drawn with D3 by Mike Bostock. No part of this page is loaded from elsewhere.");
}

function drawTheme() {
  const themes = ["auto", "light", "dark"];
  let chosen = 0;
  d3.select("#theme").on("click", function () {
    chosen = (chosen + 1) % themes.length;
    if (chosen) document.documentElement.dataset.theme = themes[chosen];
    else delete document.documentElement.dataset.theme;
    d3.select(this).text("Theme: " + themes[chosen]);
  });
}

function drawClosure() {
  const section = d3.select("#closure");
  heading(section, "Closure over time", trace.bins === 0 ? "No frame was decoded." : "Right, left and mean closure of the eyes, blinks above" + (report.trials.length ? ", trials with CS and US" : "") + ", quality of the measurement below.");
  if (!trace.bins) return null;
  if (trace.framesPerBin > 1) {
    put(section, "p", "note", "This recording is long: each point of the curves stands for " + grouped(trace.framesPerBin) + " frames and is drawn from their least to their greatest value, so that no blink is lost; the read-out gives their mean. frames.csv holds every frame.");
  }
  let sheet = null;
  const view = drawTrace(section, report, trace, (blink) => sheet && sheet.reveal(blink));
  return { showBlink: (blink) => { document.getElementById("closure").scrollIntoView(); view.showBlink(blink); }, attach: (other) => { sheet = other; } };
}

function drawLooks() {
  const section = d3.select("#looks");
  heading(section, "What the closures look like", "Open, half closed and closed eyes of this recording with the lid points found, and how much of the time each closure took.");
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
  [["The hill at 0", " is the open eye. It should be narrow and stand on 0: its width is the noise of the measurement and the rest of the lid; a hill beside 0 means that the open level does not fit."],
    ["The rise near 1", " is the closed eye. Where full blinks are seen but the curve ends well before or beyond 1, the closed level does not fit: see Calibration below."],
    ["Between them", " are the moving lid and partial closures; drowsiness or looking down fill this range."]].forEach(([name, text]) => { const line = put(aside, "p"); put(line, "b", null, name); line.append("span").text(text); });
}

drawLede();
drawTheme();
drawWarnings(d3.select("#warnings"), report.session);
drawKeyFigures(d3.select("#key-figures"), report);
const closure = drawClosure();
drawComparison(d3.select("#truth"), report, trace);
drawLooks();
const sheet = drawBlinks(d3.select("#blinks"), report, (blink) => closure && closure.showBlink(blink));
if (closure) closure.attach(sheet);
drawMethod(d3.select("#method"), report);
drawDefinitions(d3.select("#definitions"));
document.documentElement.dataset.drawn = "true";
