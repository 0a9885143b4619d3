#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Opens generated reports from disk in headless Chromium and checks that they draw and answer.

  report_browser_test.py EYELID_SAMPLE_REPORT [--pictures DIR] [REPORT.html ...]

Reports given by name are only checked for errors, network requests and a drawn trace. Exit status
77 (skipped) where chromium, its driver or selenium is absent.
"""
import argparse
import base64
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

try:
    from selenium import webdriver
    from selenium.common.exceptions import SessionNotCreatedException
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.actions.wheel_input import ScrollOrigin
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait
except ImportError as error:
    print(f"skipped: python3-selenium is absent ({error})")
    sys.exit(77)

DRIVER = shutil.which("chromedriver")
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def start(options):
    """A busy machine may be too slow for the driver's patience: three tries."""
    for _ in range(2):
        try:
            return webdriver.Chrome(options=options, service=Service(DRIVER))
        except SessionNotCreatedException as error:
            print(f"browser did not start, again: {error.msg}")
    return webdriver.Chrome(options=options, service=Service(DRIVER))


def open_browser(folder, dark=False):
    options = Options()
    options.binary_location = BROWSER
    for argument in ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     "--hide-scrollbars", "--window-size=1280,1000", "--disable-background-networking",
                     f"--user-data-dir={folder}"]:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = start(options)
    if dark:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia",
                                {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
    return browser


class Page:
    def __init__(self, browser, path):
        self.browser = browser
        self.path = path
        browser.get_log("performance")
        browser.get(path.resolve().as_uri())
        WebDriverWait(browser, 60).until(
            lambda b: b.execute_script("return document.documentElement.dataset.drawn") == "true",
            f"{path.name} was not drawn: {browser.get_log('browser')}")

    def js(self, code, *arguments):
        return self.browser.execute_script(code, *arguments)

    def domain(self):
        return [float(self.js(f"return document.getElementById('trace').dataset.domain{end}"))
                for end in ("Start", "End")]

    def paths(self):
        return self.js("return Object.fromEntries([...document.querySelectorAll('#trace path.line')]"
                       ".map(p => [p.getAttribute('class'), p.getAttribute('d')]))")

    def check_quiet(self):
        """Nothing on the console, nothing asked of the network."""
        messages = self.browser.get_log("browser")
        assert not messages, f"{self.path.name}: console says {messages}"
        for entry in self.browser.get_log("performance"):
            event = json.loads(entry["message"])["message"]
            if event["method"] != "Network.requestWillBeSent":
                continue
            url = event["params"]["request"]["url"]
            here = self.path.resolve().as_uri()
            if not event["params"]["documentURL"].startswith(here):
                continue  # the browser's own pages
            assert url.startswith(("data:", here)), \
                f"{self.path.name} asked for {url[:200]}"

    def check_drawn(self):
        paths = self.paths()
        assert paths, f"{self.path.name}: no curve"
        for name, data in paths.items():
            numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", data)]
            assert "NaN" not in data and "Infinity" not in data, f"{name}: {data[:200]}"
            heights = set(numbers[1::2])
            assert len(heights) > 20, f"{self.path.name}: {name} has {len(heights)} different heights"
            lengths = numbers[0::2]
            assert max(lengths) - min(lengths) > 500, f"{name} is only {lengths} wide"
        bad = self.js("return [...document.querySelectorAll('svg *')].filter(e => [...e.attributes]"
                      ".some(a => a.name !== 'href' && /NaN|Infinity|undefined/.test(a.value))).map(e => e.outerHTML.slice(0, 200))")
        assert not bad, bad[:3]
        text = self.js("return document.body.innerText")
        assert not re.search(r"\bNaN\b|\bundefined\b|\[object", text), "the text shows a missing value"

    def check_pictures(self, least):
        failed = self.js("""const done = arguments[0];
            return [...document.querySelectorAll('image')].map(i => i.getAttribute('href'))""")
        assert len(failed) >= least, f"{len(failed)} pictures, expected {least}"
        sizes = self.browser.execute_async_script("""
            const done = arguments[arguments.length - 1];
            Promise.all([...document.querySelectorAll('image')].map(i => new Promise(r => {
              const p = new Image(); p.onload = () => r(p.naturalWidth); p.onerror = () => r(0);
              p.src = i.getAttribute('href'); }))).then(done)""")
        assert all(size > 10 for size in sizes), f"a picture does not load: {sizes}"


def check_zoom(page):
    page.js("document.getElementById('closure').scrollIntoView({behavior: 'instant'})")
    surface = page.browser.find_element(By.ID, "trace-surface")
    whole, curves = page.domain(), page.paths()

    def actions():
        return ActionChains(page.browser, duration=50)

    actions().scroll_from_origin(ScrollOrigin.from_element(surface), 0, -400).perform()
    zoomed = page.domain()
    assert zoomed[1] - zoomed[0] < 0.8 * (whole[1] - whole[0]), f"wheel: {whole} -> {zoomed}"
    assert whole[0] <= zoomed[0] and zoomed[1] <= whole[1]
    assert page.paths() != curves, "the curves did not follow the wheel"

    actions().drag_and_drop_by_offset(surface, 120, 0).perform()
    moved = page.domain()
    assert moved[0] < zoomed[0] and abs((moved[1] - moved[0]) - (zoomed[1] - zoomed[0])) < 1e-6, \
        f"drag: {zoomed} -> {moved}"

    actions().double_click(surface).perform()
    assert page.domain() == whole, f"double click: {page.domain()}, expected {whole}"
    assert page.paths() == curves

    actions().move_to_element(surface).perform()
    readout = page.browser.find_element(By.CSS_SELECTOR, ".readout").text
    assert "frame" in readout and "EAR" in readout and "FEC" in readout, f"read-out: {readout}"


def check_blinks(page):
    rows = page.js("return JSON.parse(document.getElementById('report-data').textContent).blinks.rows")
    marks = page.browser.find_elements(By.CSS_SELECTOR, "#trace .blink")
    assert len(marks) == len(rows) > 4, f"{len(marks)} marks, {len(rows)} blinks"
    cards = page.browser.find_elements(By.CSS_SELECTOR, ".card")
    assert len(cards) == min(len(rows), 30)
    whole = page.domain()
    page.js("document.querySelector('.card button.link').click()")
    WebDriverWait(page.browser, 10).until(lambda b: page.domain()[1] - page.domain()[0] < 3, "show in trace")
    first = rows[0]
    WebDriverWait(page.browser, 10).until(
        lambda b: page.domain()[0] < first["onset_s"] and page.domain()[1] > first["offset_s"])
    page.js("document.getElementById('trace-reset').click()")
    WebDriverWait(page.browser, 10).until(lambda b: page.domain() == whole, "reset")


def take_pictures(page, folder, name):
    height = page.js("return document.documentElement.scrollHeight")
    shot = page.browser.execute_cdp_cmd("Page.captureScreenshot", {
        "captureBeyondViewport": True,
        "clip": {"x": 0, "y": 0, "width": 1280, "height": height, "scale": 1}})
    (folder / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))


def check_print(page, folder, blinks):
    pdf = base64.b64decode(page.browser.execute_cdp_cmd(
        "Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True})["data"])
    assert pdf.startswith(b"%PDF") and len(pdf) > 20_000
    cards = page.js("return document.querySelectorAll('.card').length")
    assert cards == blinks, f"{cards} of {blinks} blinks on paper"
    if folder:
        (folder / "report.pdf").write_bytes(pdf)


def run(program, reports, pictures, folder):
    def sample(kind):
        path = folder / f"{kind}.html"
        subprocess.run([program, path, kind], check=True, timeout=300)
        return path

    browser = open_browser(folder / "light")
    try:
        page = Page(browser, sample("session"))
        page.check_drawn()
        page.check_pictures(60)
        check_zoom(page)
        check_blinks(page)
        assert browser.find_elements(By.CSS_SELECTOR, "#trace .trial-cs"), "no CS mark"
        assert browser.find_elements(By.CSS_SELECTOR, "#agreement circle"), "no comparison"
        for chart, bars in (("latency_ms", 3), ("output_latency_ms", 1), ("loop", 4)):
            assert len(browser.find_elements(By.CSS_SELECTOR, f"#delay-{chart} rect")) == bars, chart
        assert "median 4.00" in page.js("return document.getElementById('live').innerText")
        if pictures:
            take_pictures(page, pictures, "light")
        rows = page.js("return JSON.parse(document.getElementById('report-data').textContent).blinks.rows.length")
        check_print(page, pictures, rows)
        page.check_quiet()

        page = Page(browser, sample("hostile"))
        page.check_drawn()
        assert page.js("return document.getElementById('live').hidden"), "no camera ran"
        assert not page.js("return document.querySelector('main img, main b img, h1 *')"), "text became markup"
        assert "alert(1)" in page.js("return document.body.innerText")
        page.check_quiet()

        page = Page(browser, sample("long"))
        page.check_drawn()
        check_zoom(page)
        page.check_quiet()

        page = Page(browser, sample("empty"))
        page.check_quiet()
        for report in reports:
            page = Page(browser, report)
            page.check_drawn()
            page.check_quiet()
    finally:
        browser.quit()

    browser = open_browser(folder / "dark", dark=True)
    try:
        page = Page(browser, folder / "session.html")
        paper = page.js("return getComputedStyle(document.documentElement).backgroundColor")
        assert max(int(n) for n in re.findall(r"\d+", paper)[:3]) < 60, f"dark paper is {paper}"
        if pictures:
            take_pictures(page, pictures, "dark")
    finally:
        browser.quit()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("reports", nargs="*", type=pathlib.Path)
    parser.add_argument("--pictures", type=pathlib.Path)
    arguments = parser.parse_args()
    if not DRIVER or not BROWSER:
        print("skipped: chromium or chromedriver is absent")
        return 77
    if arguments.pictures:
        arguments.pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        run(arguments.program, arguments.reports, arguments.pictures, pathlib.Path(folder))
    print("report in the browser: ok")
    return 0


if __name__ == "__main__":
    sys.exit(main())
