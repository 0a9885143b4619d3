// SPDX-License-Identifier: MIT
// What the pages of the studies share: data, sections, text, tables, legends, axis titles, line plots.
const data = JSON.parse(document.getElementById("study-data").textContent);
d3.select(".kicker").text("eyelid " + data.command);
const addSection = (id) => d3.select("main").append("section").attr("id", id);
const isNumber = (value) => typeof value === "number" && isFinite(value);
const text = (value) => !isNumber(value) ? (value === null || value === undefined ? "" : String(value))
  : Number.isInteger(value) ? String(value) : value.toPrecision(4);

function plot(box, width, height, title) {
  return box.append("svg").attr("class", "plot").attr("viewBox", "0 0 " + width + " " + height).attr("role", "img").attr("aria-label", title);
}

function titleX(svg, x, y, title) {
  svg.append("text").attr("x", x).attr("y", y).attr("text-anchor", "middle").text(title);
}

function titleY(svg, middle, title) {
  svg.append("text").attr("transform", "translate(13," + middle + ") rotate(-90)").attr("text-anchor", "middle").text(title);
}

// entries: [{name, color, dashed}].
function legend(box, entries) {
  const line = box.append("div").attr("class", "swatches");
  entries.forEach((one) => { const entry = line.append("span"); entry.append("i").classed("dashed", one.dashed).style("background", one.color).style("border-color", one.color); entry.append("span").text(one.name); });
}

function table(box, heading, rows) {
  const element = box.append("div").attr("class", "scroll plain").append("table");
  element.append("thead").append("tr").selectAll("th").data(heading).join("th").text(String);
  element.append("tbody").selectAll("tr").data(rows).join("tr").selectAll("td").data((row) => row).join("td").text(text);
}

// Lines over a logarithmic x axis; curves: [{name, color, dashed, points: [[x, y], ...]}].
function linePlot(box, title, nameX, nameY, curves, isLogY) {
  const all = curves.flatMap((curve) => curve.points);
  if (!all.length) return;
  const width = 540, height = 330, left = 78, right = 14, top = 10, bottom = 44, svg = plot(box, width, height, title);
  const xs = [...new Set(all.map((p) => p[0]))].sort((a, b) => a - b);
  const x = d3.scaleLog().base(2).domain([xs[0], xs.length > 1 ? xs[xs.length - 1] : xs[0] * 2]).range([left, width - right]);
  const extent = d3.extent(all, (p) => p[1]);
  const y = (isLogY ? d3.scaleLog().domain([extent[0] / 1.3, extent[1] * 1.3]) : d3.scaleLinear().domain([0, extent[1] * 1.08])).range([height - bottom, top]);
  const ticksY = isLogY ? y.ticks(5).filter((v) => /^[125]/.test(v.toExponential())) : y.ticks(6);
  const ticksX = xs.filter((v) => Number.isInteger(Math.log2(v)));
  svg.append("g").attr("class", "grid").selectAll("line").data(ticksY).join("line").attr("x1", left).attr("x2", width - right).attr("y1", y).attr("y2", y);
  svg.append("g").attr("transform", "translate(0," + (height - bottom) + ")").call(d3.axisBottom(x).tickValues(ticksX.length > 1 ? ticksX : xs).tickFormat(String).tickSizeOuter(0));
  svg.append("g").attr("transform", "translate(" + left + ",0)").call(d3.axisLeft(y).tickValues(ticksY).tickFormat((v) => v >= 1000 ? d3.format(",")(v) : String(+v.toPrecision(3))));
  titleX(svg, (left + width - right) / 2, height - 8, nameX);
  titleY(svg, (top + height - bottom) / 2, nameY);
  curves.forEach((curve) => {
    svg.append("path").attr("fill", "none").attr("stroke", curve.color).attr("stroke-width", 2.2).attr("stroke-dasharray", curve.dashed ? "6 4" : null)
      .attr("d", d3.line().x((p) => x(p[0])).y((p) => y(p[1]))(curve.points));
    svg.append("g").selectAll("circle").data(curve.points).join("circle").attr("r", 3.4).attr("fill", curve.color).attr("cx", (p) => x(p[0])).attr("cy", (p) => y(p[1]))
      .append("title").text((p) => curve.name + ", " + p[0] + ": " + text(p[1]));
  });
  legend(box, curves);
}
