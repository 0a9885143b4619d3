// SPDX-License-Identifier: MIT
// Averaged traces, and all trials as a heat map or waterfall.

const KINDS = [["paired", "CS and US", "var(--cr)"], ["cs_only", "CS alone", "var(--cs-only)"], ["us_only", "US alone", "var(--us-only)"]];

function yRangeOf(values) {
  return [Math.min(-0.08, (d3.quantile(values, 0.001) || 0) - 0.02), Math.max(1.05, (d3.quantile(values, 0.999) || 1) + 0.02)];
}

function drawAverages(parent) {
  const hidden = new Set();
  const spec = {
    id: "average", title: "Mean FEC around the stimuli", width: 1080, height: 380, x: [timeAt(0), timeAt(traces.samples - 1)], y: [-0.1, 1.1],
    titleX: "time after CS onset (ms)", titleY: "FEC (0 open, 1 closed)",
    draw: (plot) => {
      drawStimuli(plot, report.isi_ms, true, true);
      const counts = [];
      KINDS.forEach(([type, label, color]) => {
        const rows = indicesOf((trial) => trial.type === type && finalOf(trial) !== "rejected");
        if (!rows.length) return;
        counts.push(label + ": n = " + rows.length);
        if (hidden.has(type)) return;
        const curve = averageOf(rows, eye);
        const band = d3.area().defined((p) => isFinite(p.sem)).x((p) => plot.x(p.time)).y0((p) => plot.y(p.mean - p.sem)).y1((p) => plot.y(p.mean + p.sem));
        plot.area.append("path").attr("class", "band").style("fill", color).attr("d", band(curve));
        plot.area.append("path").attr("class", "line average").attr("data-type", type).style("stroke", color).style("stroke-width", 2).attr("d", pathOf(plot, curve.map((p) => [p.time, p.mean])));
      });
      plot.counts = counts;
    },
  };
  const plot = makePlot(parent, spec);
  const legend = put(plot.tools, "span", "legend");
  KINDS.forEach(([type, label, color]) => {
    if (!trials.some((trial) => trial.type === type)) return;
    const button = put(legend, "button").attr("type", "button").attr("aria-pressed", "true").on("click", () => { hidden.has(type) ? hidden.delete(type) : hidden.add(type); button.attr("aria-pressed", String(!hidden.has(type))); plot.update(); });
    button.append("svg").style("color", color).append("path").attr("d", "M0,5H24");
    put(button, "span", null, label);
  });
  return () => {
    plot.update();
    plot.caption.text("Mean over trials of each type, rejected trials excluded; band: \u00b1 SEM over trials. Unit: FEC, " + eye + (eye === "mean" ? " of both eyes" : " eye") + ". " + plot.counts.join(", ") + ".");
  };
}

// One row per trial, painted once; the plot moves and scales the image.
function heatMap(order) {
  const canvas = document.createElement("canvas");
  canvas.width = traces.samples;
  canvas.height = Math.max(1, order.length);
  const context = canvas.getContext("2d"), pixels = context.createImageData(canvas.width, canvas.height);
  const palette = d3.range(256).map((i) => d3.rgb(d3.interpolateViridis(i / 255)));
  order.forEach((row, y) => {
    for (let i = 0; i < traces.samples; ++i) {
      const value = valueAt(eye, row, i), at = 4 * (y * canvas.width + i);
      if (value !== value) continue;
      const color = palette[Math.max(0, Math.min(255, Math.round(255 * value)))];
      pixels.data[at] = color.r; pixels.data[at + 1] = color.g; pixels.data[at + 2] = color.b; pixels.data[at + 3] = 255;
    }
  });
  context.putImageData(pixels, 0, 0);
  return canvas.toDataURL("image/png");
}

function drawRaster(parent, onTrial) {
  let style = "map", sorting = "trial", order = [], picture = "";
  const rowHeight = (plot) => (plot.bottom - plot.top) / Math.max(1, order.length);
  const spec = {
    id: "raster", title: "Every trial", width: 1080, height: 460, x: [timeAt(0), timeAt(traces.samples - 1)], y: [1, 0], noGrid: true, ticksY: 1,
    titleX: "time after CS onset (ms)", titleY: "trial", formatY: () => "",
    draw: (plot) => {
      const high = rowHeight(plot);
      if (style === "map") {
        plot.area.append("image").attr("href", picture).attr("x", plot.x(timeAt(-0.5))).attr("width", plot.x(timeAt(traces.samples - 0.5)) - plot.x(timeAt(-0.5)))
          .attr("y", plot.top).attr("height", plot.bottom - plot.top).attr("preserveAspectRatio", "none").style("image-rendering", order.length < 200 ? "pixelated" : null);
      } else {
        order.forEach((row, place) => {
          const base = plot.top + (place + 1) * high;
          const line = d3.line().defined((i) => isFinite(valueAt(eye, row, i))).x((i) => plot.x(timeAt(i))).y((i) => base - Math.max(high, 26) * 0.9 * valueAt(eye, row, i));
          plot.area.append("path").attr("class", "waterfall").style("stroke", finalOf(trials[row]) === "cr" ? "var(--cr)" : finalOf(trials[row]) === "rejected" ? "var(--rejected)" : "var(--no-cr)").attr("d", line(d3.range(0, traces.samples, Math.max(1, Math.floor(traces.samples / 400)))));
        });
      }
      [0, report.isi_ms].forEach((at, i) => plot.area.append("line").attr("class", i ? "stim-us" : "stim-cs").attr("x1", plot.x(at)).attr("x2", plot.x(at)).attr("y1", plot.top).attr("y2", plot.bottom));
      if (style === "map") {
        order.forEach((row, place) => {
          const onset = scoreOf(trials[row]).onset_ms;
          if (finalOf(trials[row]) === "cr" && isNumber(onset)) plot.area.append("circle").attr("r", Math.max(1.2, Math.min(2.6, high / 3))).attr("cx", plot.x(onset)).attr("cy", plot.top + (place + 0.5) * high).style("fill", "#fff").style("stroke", "#000").style("stroke-width", 0.5);
        });
      }
      const labeled = d3.range(0, order.length, Math.max(1, Math.ceil(order.length / 20)));
      plot.svg.selectAll("text.row").data(labeled).join("text").attr("class", "row").attr("x", plot.left - 7).attr("text-anchor", "end").attr("y", (place) => plot.top + (place + 0.5) * high + 4).text((place) => trials[order[place]].trial);
    },
  };
  const plot = makePlot(parent, spec);
  segmented(plot.tools, "Style", [["map", "Heat map"], ["waterfall", "Waterfall"]], style, (value) => { style = value; refresh(); });
  const select = put(plot.tools, "select").attr("aria-label", "Order of trials").style("margin-left", ".5rem").on("change", function () { sorting = this.value; refresh(); });
  [["trial", "by trial"], ["onset", "by onset"], ["amplitude", "by amplitude"]].forEach(([value, label]) => put(select, "option", null, label).attr("value", value));
  plot.surface.on("click", () => {
    const place = Math.floor((d3.mouse(plot.svg.node())[1] - plot.top) / rowHeight(plot));
    if (order[place] !== undefined) onTrial(order[place]);
  });
  plot.surface.raise(); // in front of the image, so that rows can be clicked
  function refresh() {
    order = indicesOf((trial) => trial.type !== "blank");
    const key = { trial: (i) => i, onset: (i) => (finalOf(trials[i]) === "cr" && isNumber(scoreOf(trials[i]).onset_ms) ? scoreOf(trials[i]).onset_ms : Infinity), amplitude: (i) => -(scoreOf(trials[i]).amplitude || 0) }[sorting];
    order.sort((a, b) => (key(a) === key(b) ? a - b : key(a) < key(b) ? -1 : 1));
    picture = style === "map" ? heatMap(order) : "";
    plot.update();
    plot.caption.text("");
    plot.caption.append("span").text("FEC of every trial, n = " + order.length + ", including rejected trials. ");
    if (style === "map") {
      plot.caption.append("span").text("FEC 0");
      put(plot.caption, "span", "color-scale").style("background", "linear-gradient(to right," + d3.range(0, 1.01, 0.1).map(d3.interpolateViridis).join(",") + ")");
      plot.caption.append("span").text("1 (viridis). White dots: CR onset. Lines: CS and US. Click a row to open its trial.");
    } else {
      plot.caption.append("span").text("Blue: CR, gray: no CR, orange: rejected. Click a row to open its trial.");
    }
  }
  return refresh;
}
