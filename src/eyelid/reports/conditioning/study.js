// SPDX-License-Identifier: MIT
// Several sessions: the learning curve over subjects.

const GROUP_COLORS = ["#0072b2", "#d55e00", "#009e73", "#b4558f", "#e69f00", "#56b4e9"];
const GROUP_MARKS = [d3.symbolCircle, d3.symbolSquare, d3.symbolTriangle, d3.symbolDiamond, d3.symbolCross, d3.symbolStar];

// Phases side by side: the position of every phase and session on the x axis.
function placesOf(study) {
  const places = new Map(), phases = [];
  let next = 1;
  study.points.forEach((point) => { if (!phases.some((phase) => phase.name === point.phase)) phases.push({ name: point.phase, sessions: [] }); });
  phases.forEach((phase) => {
    phase.sessions = Array.from(new Set(study.points.filter((point) => point.phase === phase.name).map((point) => point.session))).sort(d3.ascending);
    phase.first = next;
    phase.sessions.forEach((session) => { places.set(phase.name + " " + session, next); ++next; });
    phase.last = next - 1;
    next += 0.6;
  });
  return { at: (point) => places.get(point.phase + " " + point.session), phases: phases, end: next };
}

function drawCurve(parent, study, places, id, title, titleY, y, mean, sem, ci, format) {
  const groups = Array.from(new Set(study.points.map((point) => point.group)));
  const spec = {
    id: id, title: title, width: 1080, height: 330, x: [0.4, Math.max(1.6, places.end - 0.2)], y: y, zoom: false, titleX: "session", titleY: titleY, formatY: format, formatX: () => "",
    draw: (plot) => {
      places.phases.forEach((phase, i) => {
        if (i) plot.area.append("line").attr("class", "reference").attr("x1", plot.x(phase.first - 0.8)).attr("x2", plot.x(phase.first - 0.8)).attr("y1", plot.top).attr("y2", plot.bottom);
        put(plot.area, "text", null, phase.name).attr("x", plot.x((phase.first + phase.last) / 2)).attr("y", plot.top + 11).attr("text-anchor", "middle");
        phase.sessions.forEach((session, k) => put(plot.svg, "text", "row", String(session)).attr("x", plot.x(phase.first + k)).attr("y", plot.bottom + 16).attr("text-anchor", "middle"));
      });
      groups.forEach((group, i) => {
        const color = GROUP_COLORS[i % GROUP_COLORS.length];
        places.phases.forEach((phase) => {
          const points = study.points.filter((point) => point.group === group && point.phase === phase.name && isNumber(point[mean])).sort((a, b) => a.session - b.session);
          plot.area.append("path").attr("class", "moving").style("stroke", color).attr("d", pathOf(plot, points.map((point) => [places.at(point), point[mean]])));
          points.forEach((point) => {
            const px = plot.x(places.at(point)), error = isNumber(point[sem]) ? point[sem] : 0;
            plot.area.append("line").style("stroke", color).style("stroke-width", 1.4).attr("x1", px).attr("x2", px).attr("y1", plot.y(point[mean] - error)).attr("y2", plot.y(point[mean] + error));
            plot.area.append("path").attr("class", "point").style("fill", color).attr("transform", "translate(" + px + "," + plot.y(point[mean]) + ")").attr("d", d3.symbol().type(GROUP_MARKS[i % GROUP_MARKS.length]).size(70)())
              .append("title").text((group || "all") + ", " + (point.phase || "session") + " " + point.session + ": " + fixed(point[mean], 2) + " \u00b1 " + fixed(point[sem], 2) + (isNumber(point[ci][0]) ? ", 95 % CI " + fixed(point[ci][0], 2) + " to " + fixed(point[ci][1], 2) : "") + ", n = " + point.subjects);
          });
        });
      });
    },
  };
  const plot = makePlot(parent, spec);
  const counts = groups.map((group) => (group || "all subjects") + ": n = " + (d3.max(study.points.filter((point) => point.group === group), (point) => point.subjects) || 0));
  plot.caption.text("Mean over subjects \u00b1 SEM (each subject's session is one value; a point's label has the 95 % bootstrap interval); " + counts.join(", ") + " subjects (maximum). ");
  groups.forEach((group, i) => { if (group) put(plot.caption, "b", null, group + " ").style("color", GROUP_COLORS[i % GROUP_COLORS.length]); });
}

function drawStudy(section, study) {
  section.attr("hidden", null);
  heading(section, "Sessions", "The learning curve over " + study.sessions.length + " sessions; phases side by side.");
  const places = placesOf(study), box = put(section, "div", "plots");
  drawCurve(box, study, places, "curve", "CRs by session", "CRs (% of judged trials)", [0, 108], "percent_mean", "percent_sem", "percent_ci", (value) => fixed(value, 0));
  drawCurve(box, study, places, "curve-amplitude", "Amplitude by session", "amplitude above baseline (FEC)", [Math.min(0, d3.min(study.points, (point) => point.amplitude_mean) || 0), Math.max(1, d3.max(study.points, (point) => (point.amplitude_mean || 0) + (point.amplitude_sem || 0)) * 1.1)], "amplitude_mean", "amplitude_sem", "amplitude_ci", (value) => fixed(value, 2));
  put(section, "h3", null, "Criterion");
  const table = put(put(put(section, "div", "scroll"), "table"), "tbody");
  const row = (cells, name) => { const line = put(table, "tr"); cells.forEach((cell) => put(line, name, null, cell)); };
  row(["subject", "group", "judged trials to criterion", "sessions to criterion"], "th");
  study.subjects.forEach((subject) => row([subject.subject || DASH, subject.group || DASH, isNumber(subject.trials) ? String(subject.trials) : "not met", isNumber(subject.sessions) ? String(subject.sessions) : "not met"], "td"));
}
