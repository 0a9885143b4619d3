// SPDX-License-Identifier: MIT
// Buttons and keys.

function newControls() {
  const answer = byId("answer"), dialog = byId("stop-dialog"), note = byId("note");
  const buttons = ["arm", "disarm", "mark", "stop"].map(byId);
  let isOpen = false, hasExperiment = false, isArmed = false, isStopping = false;

  function refresh() {
    byId("trial-controls").hidden = !hasExperiment;
    for (const button of buttons) button.disabled = !isOpen || isStopping;
    byId("arm").disabled = byId("arm").disabled || isArmed;
    byId("arm").setAttribute("aria-pressed", isArmed);
  }

  function say(text, isRefused) {
    answer.textContent = text;
    answer.classList.toggle("refused", Boolean(isRefused));
  }

  async function give(name, text, sentence) {
    say("");
    const result = await sendCommand(name, text);
    say(result.done ? sentence : `Not done: ${result.text}`, !result.done);
    return result.done;
  }

  async function mark() {
    const text = note.value;
    if (await give("mark", text, "Marked.") && note.value === text) note.value = "";
  }

  async function stop() {
    dialog.close();
    isStopping = true;
    refresh();
    isStopping = await give("stop", "", "Stopping: the results are being written.");
    refresh();
  }

  byId("arm").addEventListener("click", () => give("arm", "", "Armed."));
  byId("disarm").addEventListener("click", () => give("disarm", "", "Disarmed."));
  byId("mark-form").addEventListener("submit", (event) => { event.preventDefault(); mark(); });
  byId("stop").addEventListener("click", () => { dialog.showModal(); byId("stop-no").focus(); });
  byId("stop-no").addEventListener("click", () => dialog.close());
  byId("stop-yes").addEventListener("click", stop);
  note.addEventListener("keydown", (event) => { if (event.key === "Escape") note.blur(); });

  const keys = {
    a: () => byId("arm").click(), d: () => byId("disarm").click(), m: () => byId("mark").click(),
    n: () => note.focus(), s: () => byId("stop").click(),
  };
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target instanceof HTMLInputElement && event.target.type === "text";
    if (isTyping || dialog.open || event.repeat || event.ctrlKey || event.altKey || event.metaKey || !byId("use-keys").checked) return;
    const act = keys[event.key.toLowerCase()];
    if (!act || (!hasExperiment && (event.key.toLowerCase() === "a" || event.key.toLowerCase() === "d"))) return;
    event.preventDefault();
    act();
  });
  refresh();

  return {
    setOpen(value) {
      isOpen = value;
      if (!value) {
        if (dialog.open) dialog.close();
        say("");
      }
      refresh();
    },
    setState(state) { hasExperiment = state.trial_state !== ""; isArmed = state.is_armed; refresh(); },
  };
}

// The button in the page head: follow the system, light, dark.
function newTheme(onChange) {
  const themes = ["auto", "light", "dark"];
  let chosen = 0;
  byId("theme").addEventListener("click", () => {
    chosen = (chosen + 1) % themes.length;
    if (chosen) document.documentElement.dataset.theme = themes[chosen];
    else delete document.documentElement.dataset.theme;
    byId("theme").textContent = "Theme: " + themes[chosen];
    onChange();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", onChange);
}
