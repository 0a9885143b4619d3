// SPDX-License-Identifier: MIT
// The recordings of a batch: a table to be sorted, filtered, and opened. Only a part of it is in the page at a time.

const report = JSON.parse(document.getElementById("report-data").textContent);
const ROWS_AT_ONCE = 200;
const STATES = ["done", "unfinished", "stopped", "failed", "damaged", "missing"];
const place = {};
report.columns.forEach((name, i) => { place[name] = i; });
const cell = (row, name) => row[place[name]];
const number = (row, name) => (cell(row, name) === "" ? NaN : Number(cell(row, name)));

const figure = (title, name, decimals) => ({ title, name, isNumber: true, text: (row) => fixed(number(row, name), decimals) });
const word = (title, name) => ({ title, name, text: (row) => cell(row, name) });
const COLUMNS = [word("id", "id"), word("state", "state"), word("subject", "subject"), word("group", "group"), word("phase", "phase"), figure("session", "session", 0),
  { title: "duration", name: "duration_s", isNumber: true, text: (row) => duration(number(row, "duration_s")).join(" ") },
  figure("frames/s", "frames_per_second", 0), figure("valid %", "valid_percent", 1), figure("blinks right", "blinks_right", 0), figure("left", "blinks_left", 0),
  figure("trials judged", "judged", 0), figure("CR %", "percent_cr", 1), figure("CR onset ms", "onset_median_ms", 0), figure("warnings", "warning_count", 0)]
  // What no recording has takes no room.
  .filter((column) => column.name === "id" || column.name === "state" || report.rows.some((row) => cell(row, column.name) !== ""));

const view = { state: "all", text: "", sorted: null, falls: false, shown: ROWS_AT_ONCE };
const searched = ["id", "subject", "group", "phase", "message", "warnings", "note", "video"];

function chosenRows() {
  const wanted = view.text.toLowerCase().split(/\s+/).filter((part) => part);
  const rows = report.rows.filter((row) => (view.state === "all" || (view.state === "warnings" ? number(row, "warning_count") > 0 : cell(row, "state") === view.state)) &&
    wanted.every((part) => searched.some((name) => cell(row, name).toLowerCase().includes(part))));
  if (!view.sorted) return rows;
  const { name, isNumber: byNumber } = view.sorted, sign = view.falls ? -1 : 1;
  const collator = new Intl.Collator("en", { numeric: true });
  // Rows without a value come last, whichever the order.
  return rows.sort((a, b) => {
    const emptyA = cell(a, name) === "", emptyB = cell(b, name) === "";
    if (emptyA || emptyB) return emptyA - emptyB;
    return sign * (byNumber ? number(a, name) - number(b, name) : collator.compare(cell(a, name), cell(b, name)));
  });
}

function link(parent, row, file, text) {
  if (file) put(parent, "a", null, text).attr("href", encodeURIComponent(cell(row, "folder")) + "/" + encodeURIComponent(file));
}

function drawRow(body, row) {
  const line = put(body, "tr");
  COLUMNS.forEach((column) => {
    const box = put(line, "td", column.isNumber ? "number" : column.name === "id" ? "id" : null);
    if (column.name === "state") put(box, "span", "state " + cell(row, "state"), cell(row, "state"));
    else box.text(column.text(row));
  });
  const open = put(line, "td", "open");
  link(open, row, cell(row, "report"), "closure");
  if (cell(row, "report") && cell(row, "trial_report")) open.append("span").text(" \u00b7 ");
  link(open, row, cell(row, "trial_report"), "trials");
  const reason = put(line, "td", "reason", cell(row, "message") || undefined);
  const warnings = cell(row, "warnings") ? cell(row, "warnings").split(" | ") : [];
  if (!warnings.length) return;
  const more = put(reason, "details");
  put(more, "summary", null, warnings.length === 1 ? "1 warning" : warnings.length + " warnings");
  put(more, "ul").selectAll("li").data(warnings).join("li").text((warning) => warning);
}

const section = d3.select("#recordings");
const toolbar = put(section, "div", "toolbar no-print");
const count = put(section, "p", "note").attr("id", "count").attr("aria-live", "polite");
const table = put(put(section, "div", "scroll"), "table");
const head = put(put(table, "thead"), "tr");
const body = put(table, "tbody");
const more = put(put(section, "div", "more"), "button", null, "Show more").attr("id", "more").attr("type", "button");

function draw() {
  const rows = chosenRows();
  body.selectAll("tr").remove();
  rows.slice(0, view.shown).forEach((row) => drawRow(body, row));
  count.text(grouped(Math.min(view.shown, rows.length)) + " of " + grouped(rows.length) + " recordings" + (rows.length < report.rows.length ? " chosen from " + grouped(report.rows.length) : "") + ".");
  more.attr("hidden", rows.length > view.shown ? null : true);
  head.selectAll("th").attr("aria-sort", (column) => (!column || column !== view.sorted ? null : view.falls ? "descending" : "ascending"));
  head.selectAll("button").text((column) => column.title + (column !== view.sorted ? "" : view.falls ? " \u2193" : " \u2191"));
}
function restart() { view.shown = ROWS_AT_ONCE; draw(); }

const counts = {};
report.rows.forEach((row) => { counts[cell(row, "state")] = (counts[cell(row, "state")] || 0) + 1; });
const warned = report.rows.filter((row) => number(row, "warning_count") > 0).length;
segmented(toolbar, "State", [["all", "all " + grouped(report.rows.length)]].concat(STATES.filter((state) => counts[state]).map((state) => [state, state + " " + grouped(counts[state])]),
  warned ? [["warnings", "with warnings " + grouped(warned)]] : []), "all", (state) => { view.state = state; restart(); });
put(toolbar, "input").attr("type", "search").attr("id", "search").attr("placeholder", "Find in names, messages, warnings, notes").attr("aria-label", "Find")
  .on("input", function () { view.text = this.value; restart(); });

COLUMNS.forEach((column) => {
  const box = put(head, "th", column.isNumber ? "number" : null).datum(column);
  put(box, "button").datum(column).attr("type", "button").on("click", () => {
    view.falls = view.sorted === column ? !view.falls : column.isNumber === true && column.name !== "session";
    view.sorted = column;
    restart();
  });
});
put(head, "th", null, "open").datum(null);
put(head, "th", null, "message and warnings").datum(null);
more.on("click", () => { view.shown += ROWS_AT_ONCE; draw(); });

const hours = d3.sum(report.rows, (row) => number(row, "duration_s") || 0) / 3600;
d3.select("#lede").text(grouped(report.rows.length) + " recordings, " + fixed(hours, hours < 10 ? 2 : 0) + " hours measured. Each links to its own report; recordings.csv next to this file has every column.");
d3.select("#colophon").append("p").text("Made by eyelid " + report.eyelid_version + ". Tables are built with D3 by Mike Bostock. Nothing on this page is loaded from elsewhere; the links lead to the folders beside it.");
draw();
drawTheme(() => {});
document.documentElement.dataset.drawn = "true";
