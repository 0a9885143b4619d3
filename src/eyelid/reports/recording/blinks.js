// SPDX-License-Identifier: MIT
// The contact sheet: every detected blink with what is needed to check it visually.

const BLINKS_PER_PAGE = 30;

// Closure around one blink: 150 ms before onset to 150 ms after offset.
function drawSpark(parent, blink) {
  if (!blink.curve) return;
  const times = floatsOf(blink.curve.time_ms), values = ratiosOf(blink.curve.fec);
  const width = 320, height = 62, bottom = height - 13;
  const svg = put(parent, "svg", "spark " + blink.eye).attr("viewBox", "0 0 " + width + " " + height).attr("preserveAspectRatio", "none").attr("role", "img")
    .attr("aria-label", "Closure around the blink");
  const x = d3.scaleLinear().domain([times[0], times[times.length - 1]]).range([1, width - 1]);
  const y = d3.scaleLinear().domain([Math.min(-0.05, d3.min(values)), Math.max(1.05, d3.max(values))]).range([bottom, 3]);
  const offset = 1000 * (blink.offset_s - blink.onset_s);
  svg.append("rect").attr("class", "span").attr("x", x(0)).attr("width", Math.max(1, x(offset) - x(0))).attr("height", bottom);
  [0, 1].forEach((level) => svg.append("line").attr("x1", 0).attr("x2", width).attr("y1", y(level)).attr("y2", y(level)));
  svg.append("path").attr("d", d3.line().defined((_, i) => isFinite(values[i])).x((time) => x(time)).y((_, i) => y(values[i]))(times));
  put(svg, "text", null, "0").attr("x", x(0)).attr("y", height - 2).attr("text-anchor", "middle");
  put(svg, "text", null, fixed(offset, 0) + " ms").attr("x", Math.min(width - 18, x(offset))).attr("y", height - 2).attr("text-anchor", "middle");
}

function drawCard(parent, blink, onShow) {
  const card = put(parent, "article", "card").attr("id", "blink-" + blink.number);
  const head = put(card, "header");
  put(head, "b", "is-" + blink.eye, (blink.eye === "right" ? "Right" : "Left") + " eye");
  put(put(head, "span", "kind " + blink.kind + " is-" + blink.eye), "span", null, blink.kind);
  if (blink.is_cut) put(head, "span", "cut", "cut").attr("title", "A gap or an end of the recording hides a part: times, durations, and amplitude are of what was seen.");
  put(head, "span", "muted", fixed(blink.onset_s, 3) + " s");
  put(head, "span", "spring");
  put(head, "button", "link", "show in trace").attr("type", "button").on("click", () => onShow(blink));
  const triple = put(card, "div", "triple");
  [["before", "before"], ["peak", "peak"], ["after", "after"]].forEach(([key, label]) => {
    const picture = blink.pictures[key];
    if (!picture) return;
    const figure = put(triple, "figure");
    drawPicture(figure, picture, blink.eye + " eye, " + label);
    put(figure, "figcaption", null, label + ", FEC " + fixed(picture.fec, 2)).attr("title", "frame " + picture.frame + ", " + fixed(picture.time_s, 3) + " s");
  });
  drawSpark(card, blink);
  const list = put(card, "dl");
  [["amplitude", fixed(blink.amplitude, 2)], ["closing", fixed(blink.closing_ms, 0) + " ms"], ["opening", fixed(blink.opening_ms, 0) + " ms"], ["half width", fixed(blink.half_width_ms, 0) + " ms"]]
    .forEach(([label, value]) => { put(list, "dt", null, label); put(list, "dd", null, value); });
  card.attr("title", "frames " + blink.onset_frame + " (onset), " + blink.peak_frame + " (peak), " + blink.offset_frame + " (offset)");
}

// Draws the section; returns { reveal(blink) }, which shows and marks a blink's card.
function drawBlinks(section, report, onShow) {
  const blinks = report.blinks.rows, skipped = report.blinks.skipped;
  blinks.forEach((blink, i) => { blink.number = i + 1; });
  heading(section, "Every blink", blinks.length === 0
    ? "No blink was found."
    : grouped(blinks.length) + (blinks.length === 1 ? " blink, " : " blinks, ") + "each eye separately, for visual inspection: the eye before onset, at maximum closure, and after offset with the detected lid points, and its closure over time (lines at 0, open, and 1, closed; shaded from onset to offset).");
  if (!blinks.length) return { reveal: () => {} };
  const notes = [];
  if (skipped > 0) notes.push("The first " + grouped(blinks.length) + " of " + grouped(blinks.length + skipped) + " blinks are shown and marked; all are in blinks.csv.");
  if (report.blinks.without_pictures > 0) notes.push(grouped(report.blinks.without_pictures) + " blinks are shown without pictures to keep this file below 20 MB.");
  notes.forEach((note) => put(section, "p", "note", note));

  let eye = "all", kind = "all", order = "onset_s", limit = BLINKS_PER_PAGE;
  const toolbar = put(section, "div", "toolbar");
  const redraw = () => { limit = BLINKS_PER_PAGE; draw(); };
  segmented(toolbar, "Eye", [["all", "Both eyes"], ["right", "Right"], ["left", "Left"]], eye, (value) => { eye = value; redraw(); });
  segmented(toolbar, "Kind", [["all", "All"], ["full", "Full"], ["partial", "Partial"]], kind, (value) => { kind = value; redraw(); });
  const select = put(toolbar, "select").attr("aria-label", "Order").on("change", function () { order = this.value; redraw(); });
  [["onset_s", "by time"], ["amplitude", "smallest first"], ["half_width_ms", "shortest first"]].forEach(([value, label]) => put(select, "option", null, label).attr("value", value));
  put(toolbar, "span", "spring");
  let withPoints = true;
  put(toolbar, "button", null, "Hide lid points").attr("type", "button").on("click", function () {
    withPoints = !withPoints;
    d3.select("main").classed("without-points", !withPoints);
    d3.select(this).text(withPoints ? "Hide lid points" : "Show lid points");
  });
  const sheet = put(section, "div", "sheet");
  const more = put(section, "div", "more");
  const chosen = () => blinks.filter((blink) => (eye === "all" || blink.eye === eye) && (kind === "all" || blink.kind === kind)).sort((a, b) => d3.ascending(a[order], b[order]) || a.number - b.number);

  function draw() {
    const rows = chosen();
    sheet.selectAll("*").remove();
    rows.slice(0, limit).forEach((blink) => drawCard(sheet, blink, onShow));
    more.selectAll("*").remove();
    if (!rows.length) put(sheet, "p", "note", "No blinks match.");
    if (rows.length <= limit) return;
    put(more, "button", null, "Show " + Math.min(BLINKS_PER_PAGE, rows.length - limit) + " more").attr("type", "button").on("click", () => { limit += BLINKS_PER_PAGE; draw(); });
    put(more, "button", null, "Show all " + grouped(rows.length)).attr("type", "button").on("click", () => { limit = Infinity; draw(); });
  }
  draw();
  // There are no buttons on paper: all blinks are printed.
  window.addEventListener("beforeprint", () => { if (limit !== Infinity) { limit = Infinity; draw(); } });
  return {
    reveal: (blink) => {
      let place = chosen().indexOf(blink);
      if (place < 0) { eye = "all"; kind = "all"; place = chosen().indexOf(blink); toolbar.selectAll(".segmented button").attr("aria-pressed", (choice) => String(choice[0] === "all")); }
      limit = Math.max(limit, place + 1);
      draw();
      const card = d3.select("#blink-" + blink.number).classed("is-marked", true);
      card.node().scrollIntoView({ block: "center" });
    },
  };
}
