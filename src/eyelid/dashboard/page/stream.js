// SPDX-License-Identifier: MIT
// Events and commands. The token stays in the address, so that a reload works, and goes with every
// request as a header; EventSource can send none and does not tell why it failed.

const token = new URLSearchParams(location.search).get("token") || "";
const AUTHORIZED = { Authorization: "Bearer " + token };
const SILENCE_MS = 3500;  // the server says something every second
const RETRY_MS = 1000;

// Calls `events[name](data)` for every event, and `tell(kind, text)` with what became of the connection: live, lost,
// refused, ended. Connects again by itself, until the session ends.
function watchEvents(events, tell) {
  let hasEnded = false, tries = 0;

  function take(block) {
    let name = "message", data = "";
    for (const line of block.split("\n")) {
      if (line.startsWith("event: ")) name = line.slice(7);
      if (line.startsWith("data: ")) data = line.slice(6);
    }
    if (!data) return;
    const value = JSON.parse(data);
    if (name === "end") {
      hasEnded = true;
      tell("ended", value.text);
    } else if (events[name]) {
      events[name](value);
    }
  }

  async function read(response, abort) {
    let watchdog = 0;
    const expectMore = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => abort.abort(), SILENCE_MS);
    };
    try {
      expectMore();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        expectMore();
        const blocks = (rest + value).split("\n\n");
        rest = blocks.pop();
        blocks.forEach(take);
      }
    } finally {
      clearTimeout(watchdog);
    }
  }

  async function connect() {
    let reason = "the program does not answer";
    const abort = new AbortController();
    const patience = setTimeout(() => abort.abort(), SILENCE_MS);
    try {
      const response = await fetch("/events", { headers: AUTHORIZED, cache: "no-store", signal: abort.signal });
      clearTimeout(patience);
      if (response.status === 200) {
        tries = 0;
        events.connected();
        tell("live", "Connected.");
        await read(response, abort);
      } else {
        const sentence = await response.text();
        if (response.status === 403) return tell("refused", "This page belongs to another session. " + sentence);
        reason = sentence.replace(/\.$/, "") || "the program is busy";
      }
    } catch (error) {
      // Closed, timed out or unreachable: the sentence below says it.
    } finally {
      clearTimeout(patience);
    }
    if (hasEnded) return;
    ++tries;
    tell("lost", `Connection lost (${reason}). What you see is old. Trying again, attempt ${tries}.`);
    setTimeout(connect, RETRY_MS);
  }
  connect();
}

// Sends a command once; what became of it, as {done, text}.
async function sendCommand(name, note) {
  try {
    const response = await fetch("/" + name, { method: "POST", headers: AUTHORIZED, body: note || "", cache: "no-store" });
    if (response.ok) return { done: true, text: "" };
    return { done: false, text: (await response.text()) || `refused (${response.status})` };
  } catch (error) {
    return { done: false, text: "the program does not answer; whether it got the command is not known" };
  }
}
