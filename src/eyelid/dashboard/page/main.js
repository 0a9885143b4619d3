// SPDX-License-Identifier: MIT
const trace = newTrace(byId("trace"), (latest) => {
  const words = latest.map((fec, i) => `${CURVES[i].name} ${fec === null ? "not measured" : fec.toFixed(2)}`);
  byId("trace").setAttribute("aria-label", `Closure of the last 10 seconds. Now: ${words.join(", ")}. 0 is open, 1 closed.`);
});
const showLegend = newLegend(byId("legend"), trace.redraw);
const showFigures = newFigures(byId("figures"));
const showInstruction = newInstruction(byId("instruction"));
const addMessage = newMessages(byId("messages"), trace.mark);
const showView = newPicture(byId("view"), "Camera"), showEyes = newPicture(byId("eyes"), "Eyes");
const controls = newControls();
newTheme(trace.redraw);

let lastDropped = 0, lastLegend = 0;
watchEvents({
  connected() { trace.clear(); },
  trace(data) {
    trace.add(data.bins);
    // Numbers that can be read.
    if (performance.now() - lastLegend > 200) { lastLegend = performance.now(); showLegend(trace.latest()); }
    if (data.dropped !== lastDropped) {
      lastDropped = data.dropped;
      byId("trace-note").textContent = `${data.dropped} frames are not in this trace (the page was too slow); they are measured and in the files.`;
    }
  },
  picture(data) {
    showView(data.view);
    if (data.eyes) showEyes(data.eyes);
    byId("eyes").classList.toggle("is-stale", !data.eyes);
    byId("picture-note").textContent = data.eyes ? `Picture of ${data.time_s.toFixed(2)} s` : `Picture of ${data.time_s.toFixed(2)} s: no eyes found`;
  },
  state(data) { showFigures(data); showInstruction(data.instruction); controls.setState(data); },
  message: addMessage,
}, (kind, text) => {
  const line = byId("connection");
  if (line.dataset.kind !== kind || line.textContent !== text) line.textContent = text;
  line.dataset.kind = kind === "refused" ? "lost" : kind;
  document.body.classList.toggle("is-old", kind !== "live");
  if (kind !== "live") showInstruction("");
  document.title = { live: "eyelid live", ended: "Ended - eyelid live" }[kind] || "Not connected - eyelid live";
  controls.setOpen(kind === "live");
});
