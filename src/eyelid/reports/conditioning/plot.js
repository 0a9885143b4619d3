// SPDX-License-Identifier: MIT
// A plot with axes, zoom along time or trials, and export as SVG and PNG.

const STYLED = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "opacity", "font-family", "font-size", "font-weight", "text-anchor"];

// The plot as a standalone file: styles of the page become attributes.
function standaloneSvg(node) {
  const copy = node.cloneNode(true);
  const from = [node].concat(Array.from(node.querySelectorAll("*"))), to = [copy].concat(Array.from(copy.querySelectorAll("*")));
  from.forEach((element, i) => {
    const style = getComputedStyle(element);
    STYLED.forEach((name) => to[i].setAttribute(name, style.getPropertyValue(name)));
    if (style.display === "none") to[i].setAttribute("display", "none");
    to[i].removeAttribute("style");
  });
  Array.from(copy.querySelectorAll(".surface")).forEach((surface) => surface.remove());
  const box = node.viewBox.baseVal;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", box.width);
  copy.setAttribute("height", box.height);
  const paper = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  paper.setAttribute("width", box.width);
  paper.setAttribute("height", box.height);
  paper.setAttribute("fill", getComputedStyle(document.documentElement).backgroundColor);
  copy.insertBefore(paper, copy.firstChild);
  return new XMLSerializer().serializeToString(copy);
}

function saveAs(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.appendChild(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function saveSvg(id) { saveAs(id + ".svg", new Blob([standaloneSvg(document.getElementById(id))], { type: "image/svg+xml" })); }

function savePng(id) {
  const node = document.getElementById(id), box = node.viewBox.baseVal, scale = 3;
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement("canvas");
    canvas.width = scale * box.width;
    canvas.height = scale * box.height;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => saveAs(id + ".png", blob), "image/png");
  };
  image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(standaloneSvg(node));
}

// Makes a figure. `spec`: id, title, width, height, x: [low, high], y: [low, high], titleX, titleY, and optionally formatX,
// formatY, ticksX, left; `draw(plot)` paints into plot.area with plot.x and plot.y, again on each zoom.
function makePlot(parent, spec) {
  const figure = put(parent, "figure", "panel");
  const head = put(figure, "div", "plot-head");
  put(head, "h3", null, spec.title);
  const tools = put(head, "span", "no-print");
  put(head, "button", "quiet no-print", "Reset").attr("type", "button").on("click", () => reset());
  put(head, "button", "quiet no-print", "SVG").attr("type", "button").attr("aria-label", "Save as SVG").on("click", () => saveSvg(spec.id));
  put(head, "button", "quiet no-print", "PNG").attr("type", "button").attr("aria-label", "Save as PNG").on("click", () => savePng(spec.id));
  const margin = { left: spec.left || 56, right: 24, top: 10, bottom: 44 };
  const svg = put(figure, "svg", "chart").attr("id", spec.id).attr("viewBox", "0 0 " + spec.width + " " + spec.height).attr("role", "img").attr("aria-label", spec.title);
  const plot = { figure: figure, svg: svg, tools: tools, left: margin.left, right: spec.width - margin.right, top: margin.top, bottom: spec.height - margin.bottom };
  svg.append("clipPath").attr("id", spec.id + "-clip").append("rect").attr("x", plot.left).attr("y", plot.top).attr("width", plot.right - plot.left).attr("height", plot.bottom - plot.top);
  const grid = svg.append("g").attr("class", "grid");
  const surface = svg.append("rect").attr("class", "surface").attr("x", plot.left).attr("y", plot.top).attr("width", plot.right - plot.left).attr("height", plot.bottom - plot.top);
  plot.area = svg.append("g").attr("clip-path", "url(#" + spec.id + "-clip)");
  const axisX = svg.append("g").attr("class", "axis").attr("transform", "translate(0," + plot.bottom + ")");
  const axisY = svg.append("g").attr("class", "axis").attr("transform", "translate(" + plot.left + ",0)");
  put(svg, "text", null, spec.titleX).attr("x", (plot.left + plot.right) / 2).attr("y", spec.height - 8).attr("text-anchor", "middle");
  const titleY = put(svg, "text", null, spec.titleY).attr("transform", "translate(14," + (plot.top + plot.bottom) / 2 + ") rotate(-90)").attr("text-anchor", "middle");
  plot.caption = put(figure, "figcaption");
  plot.surface = surface;
  plot.spec = spec;
  let x0 = d3.scaleLinear();
  const zoom = d3.zoom().scaleExtent([1, 60]).extent([[plot.left, 0], [plot.right, plot.bottom]]).translateExtent([[plot.left, -Infinity], [plot.right, Infinity]])
    .on("zoom", () => { plot.x = d3.event.transform.rescaleX(x0); paint(); });
  function paint() {
    const ticksY = plot.y.ticks(spec.ticksY || 5);
    svg.attr("data-domain-start", plot.x.domain()[0]).attr("data-domain-end", plot.x.domain()[1]);
    grid.selectAll("line").data(spec.noGrid ? [] : ticksY).join("line").attr("x1", plot.left).attr("x2", plot.right).attr("y1", plot.y).attr("y2", plot.y);
    axisX.call(d3.axisBottom(plot.x).ticks(spec.ticksX || Math.round((plot.right - plot.left) / 90)).tickFormat(spec.formatX || ((value) => fixed(value, Math.abs(value % 1) > 1e-6 ? 1 : 0))).tickSizeOuter(0));
    axisY.call(d3.axisLeft(plot.y).tickValues(ticksY).tickFormat(spec.formatY || ((value) => fixed(value, 2))).tickSize(4)).call((axis) => axis.select(".domain").remove());
    titleY.text(spec.titleY);
    plot.area.selectAll("*").remove();
    spec.draw(plot);
  }
  function reset() { surface.interrupt().call(zoom.transform, d3.zoomIdentity); }
  // Draws again, over new domains if given.
  plot.update = (domains) => {
    if (domains) Object.assign(spec, domains);
    x0 = d3.scaleLinear().domain(spec.x).range([plot.left, plot.right]);
    plot.y = d3.scaleLinear().domain(spec.y).range([plot.bottom, plot.top]);
    plot.x = d3.zoomTransform(surface.node()).rescaleX(x0);
    paint();
  };
  if (spec.zoom !== false) { surface.call(zoom).on("dblclick.zoom", null); svg.on("dblclick", reset); } else { surface.remove(); head.select("button").remove(); }
  plot.update();
  return plot;
}

// CS and US of a plot whose x axis is milliseconds after the CS.
function drawStimuli(plot, isi_ms, hasCs, hasUs) {
  const line = (className, at, label) => {
    plot.area.append("line").attr("class", className).attr("x1", plot.x(at)).attr("x2", plot.x(at)).attr("y1", plot.top).attr("y2", plot.bottom);
    put(plot.area, "text", label.toLowerCase(), label).attr("x", plot.x(at) + 4).attr("y", plot.top + 12);
  };
  if (hasCs && hasUs) plot.area.append("rect").attr("class", "isi").attr("x", plot.x(0)).attr("width", Math.max(0, plot.x(isi_ms) - plot.x(0))).attr("y", plot.top).attr("height", plot.bottom - plot.top);
  if (hasCs) line("stim-cs", 0, "CS");
  if (hasUs) line("stim-us", isi_ms, "US");
}

// Path through [x, y] pairs, broken where y is missing.
const pathOf = (plot, pairs) => d3.line().defined((pair) => isFinite(pair[1])).x((pair) => plot.x(pair[0])).y((pair) => plot.y(pair[1]))(pairs);
