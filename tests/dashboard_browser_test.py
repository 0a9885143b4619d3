#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Opens the dashboard of a rendered session in headless Chromium: trace, pictures, figures, keys, a lost connection, the end.

  dashboard_browser_test.py EYELID_SAMPLE_DASHBOARD [--pictures DIR]

Exit status 77 (skipped) where chromium, its driver or selenium is absent.
"""
import argparse
import json
import pathlib
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

import report_browser_test as shared
from report_browser_test import ActionChains, By, WebDriverWait
from selenium.webdriver.common.keys import Keys

PATIENCE_S = 90  # of a busy machine


class Sample:
    """The program that serves the page; its commands as they come."""

    def __init__(self, program):
        self.process = subprocess.Popen([program, "900"], stdout=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().strip()
        self.commands = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.commands.put(line.rstrip("\n"))

    def expect(self, command):
        found = self.commands.get(timeout=PATIENCE_S)
        assert found == command, f"found {found!r}, expected {command!r}"

    def expect_nothing(self):
        time.sleep(1.0)
        assert self.commands.empty(), f"found {self.commands.get()!r}, expected no command"


class Dashboard:
    def __init__(self, browser, address):
        self.browser = browser
        self.origin = "://".join(urllib.parse.urlsplit(address)[:2])
        browser.get_log("performance")
        browser.get_log("browser")
        browser.get(address)

    def js(self, code, *arguments):
        return self.browser.execute_script(code, *arguments)

    def wait(self, code, what):
        return WebDriverWait(self.browser, PATIENCE_S, 0.1).until(
            lambda b: self.js(f"return {code}"), f"not seen: {what}; page: {self.text()[:600]}")

    def wait_for_kind(self, kind):
        self.wait(f"document.getElementById('connection').dataset.kind === '{kind}'", f"connection {kind}")

    def text(self):
        return self.js("return document.body.innerText")

    def press(self, *keys):
        ActionChains(self.browser).send_keys(*keys).perform()

    def check_quiet(self):
        """Nothing on the console, and nobody asked but the server."""
        messages = [entry for entry in self.browser.get_log("browser") if "status of 409" not in entry["message"]]  # the refused mark
        assert not messages, f"console says {messages}"
        for entry in self.browser.get_log("performance"):
            event = json.loads(entry["message"])["message"]
            if event["method"] != "Network.requestWillBeSent" or not event["params"]["documentURL"].startswith(self.origin):
                continue
            url = event["params"]["request"]["url"]
            assert url.startswith((self.origin + "/", "data:")), f"asked for {url[:200]}"

    def pixels(self, canvas, color):
        """How many pixels of a canvas have nearly this color, and how many columns hold one."""
        return self.js("""
            const canvas = document.getElementById(arguments[0]), copy = document.createElement("canvas");
            const probe = copy.getContext("2d", { willReadFrequently: true });
            probe.fillStyle = arguments[1].startsWith("--") ? getComputedStyle(document.documentElement).getPropertyValue(arguments[1]) : arguments[1];
            probe.fillRect(0, 0, 1, 1);
            const wanted = probe.getImageData(0, 0, 1, 1).data;
            copy.width = canvas.width;
            copy.height = canvas.height;
            probe.drawImage(canvas, 0, 0);
            const data = probe.getImageData(0, 0, canvas.width, canvas.height).data, columns = new Set();
            let count = 0;
            for (let i = 0; i < data.length; i += 4) {
              if (data[i + 3] < 200 || [0, 1, 2].some((c) => Math.abs(data[i + c] - wanted[c]) > 24)) continue;
              ++count;
              columns.add((i / 4) % canvas.width);
            }
            return [count, columns.size];""", canvas, color)


def check_trace(page):
    page.wait("Number(document.getElementById('trace').dataset.bins) > 400", "a trace of 8 s")
    width = page.js("return document.getElementById('trace').width")
    for eye, other in (("right", "left"), ("left", "right")):
        button = page.browser.find_element(By.CSS_SELECTOR, f"#legend button.{other}")
        button.click()  # the curves lie upon each other
        time.sleep(0.5)
        count, columns = page.pixels("trace", f"--{eye}")
        assert columns > 0.3 * width, f"{eye} eye: {count} pixels in {columns} of {width} columns"
        assert page.pixels("trace", f"--{other}")[1] < 0.1 * width, f"the curve of the {other} eye is still there"
        button.click()
    bins = page.js("return Number(document.getElementById('trace').dataset.bins)")
    assert bins <= 502, f"{bins} bins of 20 ms in 10 s"
    before = page.js("return [Number(document.getElementById('trace').dataset.redraws), performance.now()]")
    time.sleep(2)
    after = page.js("return [Number(document.getElementById('trace').dataset.redraws), performance.now()]")
    rate = 1000 * (after[0] - before[0]) / (after[1] - before[1])
    assert 1 < rate <= 61, f"{rate:.1f} redraws/s, expected up to 60"
    page.wait("/right \\d/.test(document.getElementById('trace').getAttribute('aria-label'))", "the trace in words")


def check_pictures(page):
    for name, width in (("view", 320), ("eyes", 320)):
        page.wait(f"Number(document.getElementById('{name}').dataset.pictures) > 3", f"pictures in {name}")
        assert page.js(f"return document.getElementById('{name}').width") == width
        count, _ = page.pixels(name, "#f0e442")
        assert count > 20, f"{name}: {count} pixels of lid points"
    label = page.js("return document.getElementById('eyes').getAttribute('aria-label')")
    assert label == "Eyes: 2 of 2 eyes with lid points.", label


def check_figures(page):
    page.wait("document.querySelector('[data-figure=latency] .value').textContent === '0.52 ms'", "figures")
    text = page.text()
    assert not re.search(r"\bNaN\b|\bundefined\b|\[object|\{\{", text), text
    for wanted in ("0.52 ms", "p50; p99 1.94, max 8.90 ms", "of 60", "recording: ffvhuff", "499.8 frames/s", "<img src=x onerror=alert(1)> is a text"):
        assert wanted in text, f"{wanted!r} is not in {text}"
    first = page.js("return document.querySelector('[data-figure=frames] .value').textContent")
    page.wait(f"document.querySelector('[data-figure=frames] .value').textContent !== '{first}'", "frames that go on")


def check_names(page):
    nameless = page.js("""return [...document.querySelectorAll("button, input, canvas, section, ol")]
        .filter((e) => !(e.getAttribute("aria-label") || e.getAttribute("aria-labelledby") || e.innerText.trim() || (e.labels && e.labels.length)))
        .map((e) => e.outerHTML.slice(0, 100))""")
    assert not nameless, f"without a name: {nameless}"


def check_focus(page):
    """Tab reaches every control, and each shows that it has the focus."""
    reached = []
    page.js("document.activeElement.blur()")
    for _ in range(14):
        page.press(Keys.TAB)
        name, outline = page.js("""const e = document.activeElement, s = getComputedStyle(e);
            return [e.id || e.className, s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 1]""")
        reached.append(name)
        assert outline or not name, f"{name} does not show its focus"
    for wanted in ("theme", "arm", "note", "mark", "stop", "right", "left", "mean", "messages", "use-keys"):
        assert wanted in reached, f"Tab does not reach {wanted}: {reached}"
    page.js("document.activeElement.blur()")


def check_keys(page, sample):
    page.press("a")
    sample.expect("command arm ")
    page.wait("document.getElementById('arm').getAttribute('aria-pressed') === 'true'", "armed")
    page.wait("document.getElementById('instruction').innerText === 'blink 2 of 5: close both eyes'", "what the person is asked for")
    page.press("a")  # already armed
    page.press("d")
    sample.expect("command disarm ")
    page.wait("document.getElementById('arm').getAttribute('aria-pressed') === 'false'", "disarmed")
    page.wait("document.getElementById('instruction').offsetHeight === 0", "nothing that is asked for")
    page.press("m")
    sample.expect("command mark ")
    page.press("n")
    page.press("air puff: a d s")  # no commands
    sample.expect_nothing()
    page.press(Keys.ENTER)
    sample.expect("command mark air puff: a d s")
    page.wait("document.getElementById('messages').innerText.includes('Mark: air puff: a d s')", "the mark among the messages")
    page.wait("document.getElementById('note').value === ''", "an empty note")
    page.press("refuse", Keys.ENTER)
    sample.expect("command mark refuse")
    page.wait("document.getElementById('answer').innerText.includes('the sample refuses this mark')", "the refusal")
    page.press(Keys.ESCAPE)
    page.js("document.getElementById('note').value = ''")
    ActionChains(page.browser).key_down(Keys.CONTROL).send_keys("a").key_up(Keys.CONTROL).perform()
    page.js("getSelection().removeAllRanges()")
    page.js("document.getElementById('use-keys').click()")
    page.press("a")
    sample.expect_nothing()
    page.js("document.getElementById('use-keys').click()")


def check_lost(page, sample):
    sample.process.send_signal(signal.SIGSTOP)
    try:
        page.wait_for_kind("lost")
        assert "Trying again" in page.text()
        assert page.js("return document.getElementById('stop').disabled"), "stop without a connection"
    finally:
        sample.process.send_signal(signal.SIGCONT)
    page.wait_for_kind("live")
    assert not page.js("return document.getElementById('stop').disabled")
    before = page.js("return document.getElementById('messages').children.length")
    page.press("m")
    sample.expect("command mark ")
    page.wait(f"document.getElementById('messages').children.length === {before + 1}", "one message more, none twice")
    page.browser.get_log("browser")  # what the browser says of the broken connection


def check_stop(page, sample):
    is_open = "document.getElementById('stop-dialog').open"
    page.press("s")
    page.wait(is_open, "the question")
    assert page.js("return document.activeElement.id") == "stop-no"
    page.press(Keys.ESCAPE)
    page.wait(f"!{is_open}", "the page after Esc")
    page.press("s")
    page.wait(is_open, "the question")
    page.press(Keys.ENTER)  # go on measuring
    page.wait(f"!{is_open}", "the page after no")
    sample.expect_nothing()
    page.press("s")
    page.wait(is_open, "the question")
    page.press(Keys.TAB, Keys.ENTER)
    sample.expect("command stop ")
    page.wait_for_kind("ended")
    assert "The session was stopped. Its results are in session_1." in page.text()
    assert page.js("return document.title").startswith("Ended")
    assert page.js("return Number(document.getElementById('trace').dataset.bins)") > 100, "the trace has gone"
    assert page.js("return document.getElementById('arm').disabled")
    sample.process.wait(timeout=PATIENCE_S)
    page.browser.get_log("performance")
    time.sleep(3)
    assert page.js("return document.getElementById('connection').dataset.kind") == "ended"
    page.check_quiet()


def check_stranger(browser, address):
    browser.get(address[:-1] + ("0" if address[-1] != "0" else "1"))
    text = browser.execute_script("return document.body.innerText")
    assert "Open the address that eyelid live shows" in text, text
    browser.get_log("browser")


def run(program, pictures, folder):
    sample = Sample(program)
    browser = shared.open_browser(folder)
    try:
        check_stranger(browser, sample.address)
        page = Dashboard(browser, sample.address)
        page.wait_for_kind("live")
        check_pictures(page)
        check_trace(page)
        check_figures(page)
        check_names(page)
        check_focus(page)
        check_keys(page, sample)
        page.check_quiet()
        if pictures:
            for scheme in ("light", "dark"):
                browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
                time.sleep(0.5)
                browser.save_screenshot(str(pictures / f"dashboard_{scheme}.png"))
            browser.set_window_size(520, 1000)
            time.sleep(0.5)
            browser.save_screenshot(str(pictures / "dashboard_narrow.png"))
            browser.set_window_size(1280, 1000)
        check_lost(page, sample)
        check_stop(page, sample)
        if pictures:
            browser.save_screenshot(str(pictures / "dashboard_ended.png"))
    finally:
        browser.quit()
        sample.process.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--pictures", type=pathlib.Path)
    arguments = parser.parse_args()
    if not shared.DRIVER or not shared.BROWSER:
        print("skipped: chromium or chromedriver is absent")
        return 77
    if arguments.pictures:
        arguments.pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        run(arguments.program, arguments.pictures, pathlib.Path(folder))
    print("dashboard in the browser: ok")
    return 0


if __name__ == "__main__":
    sys.exit(main())
