// SPDX-License-Identifier: MIT
// Reads the embedded data, writes numbers, and builds what the pages share.

const MISSING = -32768; // of a packed ratio

function bytesOf(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; ++i) bytes[i] = binary.charCodeAt(i);
  return bytes.buffer;
}
const doublesOf = (text) => new Float64Array(bytesOf(text));
const floatsOf = (text) => new Float32Array(bytesOf(text));
const countsOf = (text) => new Uint32Array(bytesOf(text));
// Ratios are stored in steps of 0.0001; NaN here means not available.
const ratiosOf = (text) =>
  Float32Array.from(new Int16Array(bytesOf(text)), (value) => (value === MISSING ? NaN : value / 1e4));

const isNumber = (value) => typeof value === "number" && isFinite(value);
const grouped = d3.format(",");
const DASH = "\u2013";

// A number with a fixed count of decimals, a true minus sign, or a dash.
function fixed(value, decimals) {
  if (!isNumber(value)) return DASH;
  const text = Math.abs(value) >= 10000 ? d3.format(",." + decimals + "f")(value) : value.toFixed(decimals);
  return text.replace(/^-(?=[0.,]*$)/, "").replace("-", "\u2212");
}

function percent(share, decimals) {
  return isNumber(share) ? fixed(100 * share, decimals === undefined ? 1 : decimals) : DASH;
}

// Seconds in a readable unit: 12.35 s, 3:05 min, 1:02:07 h.
function duration(seconds) {
  if (!isNumber(seconds)) return [DASH, ""];
  if (seconds < 120) return [fixed(seconds, 2), "s"];
  const whole = Math.round(seconds);
  const two = (value) => String(value).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return [minutes + ":" + two(whole % 60), "min"];
  return [Math.floor(minutes / 60) + ":" + two(minutes % 60) + ":" + two(whole % 60), "h"];
}

// About `count` ticks at round seconds, minutes, or hours.
function timeTickValues(domain, count) {
  const minStep = (domain[1] - domain[0]) / count;
  if (minStep <= 5) return d3.ticks(domain[0], domain[1], count);
  const step = [10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 14400, 28800].find((seconds) => seconds >= minStep) || 43200;
  return d3.range(Math.ceil(domain[0] / step) * step, domain[1] + 1e-9, step);
}
const timeTitle = (whole) => (whole[1] - whole[0] >= 120 ? (whole[1] >= 3600 ? "time (h:min:s)" : "time (min:s)") : "time (s)");

// Text of a tick: seconds, or h:mm:ss on long recordings, with the decimals the zoom needs.
function timeTicks(domain, isLong) {
  const step = (domain[1] - domain[0]) / 8;
  const decimals = step >= 1 ? 0 : Math.min(4, Math.ceil(-Math.log10(step)));
  return (seconds) => {
    if (!isLong) return fixed(seconds, decimals);
    // Rounded first: 59.9996 s must not become 0:60.
    const unit = Math.pow(10, decimals), rounded = Math.round(seconds * unit) / unit;
    const hours = Math.floor(rounded / 3600), minutes = Math.floor((rounded % 3600) / 60), rest = rounded % 60;
    const two = (value) => String(value).padStart(2, "0");
    return (hours ? hours + ":" + two(minutes) : minutes) + ":" + rest.toFixed(decimals).padStart(decimals ? 3 + decimals : 2, "0");
  };
}

// Appends an element with text; text is never read as HTML.
function put(parent, name, className, text) {
  const element = parent.append(name);
  if (className) element.attr("class", className);
  if (text !== undefined) element.text(text);
  return element;
}

function heading(section, title, lede) {
  put(section, "h2", null, title);
  if (lede) put(section, "p", "section-lede", lede);
}

// Buttons, one of which is pressed. `choices`: [value, label]; `onChoice(value)`.
function segmented(parent, label, choices, chosen, onChoice) {
  const group = put(parent, "span", "segmented").attr("role", "group").attr("aria-label", label);
  const buttons = group.selectAll("button").data(choices).join("button").attr("type", "button")
    .text((choice) => choice[1])
    .on("click", (choice) => { press(choice[0]); onChoice(choice[0]); });
  const press = (value) => buttons.attr("aria-pressed", (choice) => String(choice[0] === value));
  press(chosen);
  return press;
}

// A callout with what to know before using the figures.
function drawWarnings(warnings) {
  if (!warnings.length) return;
  const box = put(d3.select("#warnings").attr("hidden", null), "div", "callout");
  put(box, "h2", null, warnings.length === 1 ? "One thing to know before using these figures" : warnings.length + " things to know before using these figures");
  put(box, "ul").selectAll("li").data(warnings).join("li").text((warning) => warning);
}

// The button in the page head: follow the system, light, dark. `onTheme` repaints what does not follow the style.
function drawTheme(onTheme) {
  const themes = ["auto", "light", "dark"];
  let chosen = 0;
  d3.select("#theme").on("click", function () {
    chosen = (chosen + 1) % themes.length;
    if (chosen) document.documentElement.dataset.theme = themes[chosen];
    else delete document.documentElement.dataset.theme;
    d3.select(this).text("Theme: " + themes[chosen]);
    if (onTheme) onTheme();
  });
}
