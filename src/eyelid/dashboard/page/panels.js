// SPDX-License-Identifier: MIT
// Pictures, figures, messages, and the legend. Text is only ever set as text.

const byId = (id) => document.getElementById(id);

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function clockOf(seconds) {
  const whole = Math.floor(seconds), two = (n) => String(n).padStart(2, "0");
  const rest = two(Math.floor(whole / 60) % 60) + ":" + two(whole % 60);
  return whole < 3600 ? rest : Math.floor(whole / 3600) + ":" + rest;
}

// One JPEG with its lid points; the newest wins where decoding is slow.
function newPicture(canvas, label) {
  let waiting = null, isBusy = false;

  async function draw(picture) {
    const image = new Image();
    image.src = "data:image/jpeg;base64," + picture.jpeg;
    await image.decode();
    if (canvas.width !== picture.width) canvas.width = picture.width;
    if (canvas.height !== picture.height) canvas.height = picture.height;
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    for (const eye of picture.lids) {
      for (const [color, width] of [["rgba(0, 0, 0, .45)", 2.6], ["#f0e442", 1.1]]) {
        context.beginPath();
        eye.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
        context.closePath();
        context.strokeStyle = color;
        context.lineWidth = width;
        context.stroke();
      }
      context.fillStyle = "#f0e442";
      for (const [x, y] of eye) context.fillRect(x - 1.2, y - 1.2, 2.4, 2.4);
    }
    canvas.dataset.pictures = Number(canvas.dataset.pictures || 0) + 1;
    const text = `${label}: ${picture.lids.length} of 2 eyes with lid points.`;
    if (canvas.getAttribute("aria-label") !== text) canvas.setAttribute("aria-label", text);
  }

  return async function show(picture) {
    waiting = picture;
    if (isBusy) return;
    isBusy = true;
    while (waiting) {
      const next = waiting;
      waiting = null;
      try { await draw(next); } catch (error) { /* a picture that does not decode is followed by the next */ }
    }
    isBusy = false;
  };
}

function newFigures(list) {
  const values = {};
  for (const [name, title] of [["time", "Time"], ["frames", "Frames"], ["lost", "Not measured"], ["latency", "Arrival to closure"], ["trial", "Trials"]]) {
    const box = element("div"), value = element("div", "value", "-"), meaning = element("div", "meaning");
    const definition = element("dd");
    definition.append(value, meaning);
    box.append(element("dt", "", title), definition);
    list.append(box);
    values[name] = (text, small, isBad) => {
      value.textContent = text;
      box.classList.toggle("is-bad", Boolean(isBad));
      meaning.textContent = small;
    };
    box.dataset.figure = name;
  }
  // null: not known yet.
  const fixed = (value, digits) => (value === null ? "-" : value.toFixed(digits));
  const ms = (value) => fixed(value, value < 10 ? 2 : 1);
  return function show(state) {
    const missing = state.lost + state.incomplete + state.overrun;
    values.time(clockOf(state.seconds), state.recording ? "recording: " + state.recording : "nothing is recorded");
    values.frames(state.frames.toLocaleString("en-US"), fixed(state.frames_per_second, 1) + " frames/s");
    values.lost(missing.toLocaleString("en-US"), `${state.lost} lost, ${state.incomplete} incomplete, ${state.overrun} overrun`, missing > 0);
    values.latency(ms(state.p50_ms) + " ms", `p50; p99 ${ms(state.p99_ms)}, max ${ms(state.max_ms)} ms`);
    if (!state.trial_state) values.trial("none", "no experiment in this session");
    else values.trial(`${state.trial} of ${state.trials}`, (state.is_armed ? "armed: " : "not armed: ") + state.trial_state);
  };
}

// What the person before the camera is asked for; read out by screen readers once.
function newInstruction(line) {
  return function show(text) {
    if (line.textContent !== text) line.textContent = text;
    line.hidden = !text;
  };
}

// Newest first; those seen before a reconnection come again and are known by their number.
function newMessages(list, onMark) {
  let last = 0;
  return function add(message) {
    if (message.number <= last) return;
    last = message.number;
    const isMark = message.kind === "mark";
    const item = element("li");
    item.append(element("time", "", message.time_s.toFixed(3) + " s"), element("span", "", isMark ? "Mark" + (message.text ? ": " + message.text : "") : message.text));
    list.prepend(item);
    while (list.children.length > 50) list.lastChild.remove();
    if (isMark) onMark(message);
  };
}

function newLegend(box, onChange) {
  const values = CURVES.map((curve) => {
    const button = element("button", curve.name);
    const value = element("span", "value", "-");
    button.type = "button";
    button.append(element("i", curve.name), element("span", "", curve.name === "mean" ? "mean" : curve.name + " eye"), value);
    button.setAttribute("aria-pressed", curve.shown);
    button.addEventListener("click", () => {
      curve.shown = !curve.shown;
      button.setAttribute("aria-pressed", curve.shown);
      onChange();
    });
    box.append(button);
    return value;
  });
  return (latest) => latest && latest.forEach((fec, i) => { values[i].textContent = fec === null ? "-" : fec.toFixed(2); });
}
