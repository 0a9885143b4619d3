#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Opens conditioning.html from disk in headless Chromium: plots, zoom, trial browser, export, print.

  conditioning_browser_test.py EYELID [--pictures DIR] [--folder TRACKED]

Without --folder a session is written as tables (no video). Exit status 77 (skipped) where chromium,
its driver or selenium is absent.
"""
import argparse
import base64
import csv
import pathlib
import re
import subprocess
import sys
import tempfile

import report_browser_test as shared
from conditioning_session import write_session
from report_browser_test import Page, By, WebDriverWait, ActionChains, ScrollOrigin


def domain(page, plot):
    return [float(page.js(f"return document.getElementById('{plot}').dataset.domain{end}")) for end in ("Start", "End")]


def check_plots(page, plots):
    for plot in plots:
        paths = page.js("return [...document.querySelectorAll('#' + arguments[0] + ' [clip-path] *')].length", plot)
        assert paths > 0, f"{plot} is empty"
        caption = page.js("return document.getElementById(arguments[0]).closest('figure').querySelector('figcaption').innerText", plot)
        assert re.search(r"n = \d", caption), f"{plot}: the caption names no n: {caption}"
    bad = page.js("return [...document.querySelectorAll('svg *')].filter(e => [...e.attributes]"
                  ".some(a => a.name !== 'href' && /NaN|Infinity|undefined/.test(a.value))).map(e => e.outerHTML.slice(0, 200))")
    assert not bad, bad[:3]
    text = page.js("return document.body.innerText")
    assert not re.search(r"\bNaN\b|\bundefined\b|\[object", text), re.search(r".{40}(NaN|undefined|\[object).{40}", text)


def check_zoom(page):
    page.js("document.getElementById('average').scrollIntoView({block: 'center', behavior: 'instant'})")
    surface = page.browser.find_element(By.CSS_SELECTOR, "#average .surface")
    whole = domain(page, "average")
    curve = page.js("return document.querySelector('#average .average').getAttribute('d')")
    ActionChains(page.browser, duration=50).scroll_from_origin(ScrollOrigin.from_element(surface), 0, -400).perform()
    zoomed = domain(page, "average")
    assert zoomed[1] - zoomed[0] < 0.8 * (whole[1] - whole[0]), f"wheel: {whole} -> {zoomed}"
    assert page.js("return document.querySelector('#average .average').getAttribute('d')") != curve
    ActionChains(page.browser, duration=50).double_click(surface).perform()
    assert domain(page, "average") == whole, "double click does not reset"


def check_browser(page, scores):
    listed = page.browser.find_elements(By.CSS_SELECTOR, ".trial-list button")
    mean = [row for row in scores if row["eye"] == "mean"]
    assert len(listed) == len(mean), f"{len(listed)} trials listed, {len(mean)} scored"
    for row in (mean[0], mean[-1], next(r for r in mean if r["verdict"] == "rejected") if any(r["verdict"] == "rejected" for r in mean) else mean[1]):
        page.js("[...document.querySelectorAll('.trial-list button')].find(b => b.querySelector('b').textContent === arguments[0]).click()", row["trial"])
        detail = page.js("return document.getElementById('trial-detail').innerText")
        assert row["reason"] in detail, f"trial {row['trial']}: {row['reason']} not in {detail[:300]}"
        assert page.js("return document.querySelectorAll('#trial path.line').length") == 3
    page.js("document.querySelector('#amplitudes .mark').dispatchEvent(new MouseEvent('click', {bubbles: true}))")
    assert page.js("return document.documentElement.dataset.trial") == mean[0]["trial"], "a dot opens its trial"
    page.js("document.querySelectorAll('.trial-list button')[1].click()")
    body = page.browser.find_element(By.TAG_NAME, "body")
    body.send_keys("j")
    assert page.js("return document.documentElement.dataset.trial") == mean[2]["trial"], "key j"


def check_figures(page, scores):
    """What the page says is what the tables say, for each eye."""
    for eye, label in (("right", "Right"), ("mean", "Mean")):
        page.js("[...document.querySelectorAll('#eye-choice button')].find(b => b.textContent === arguments[0]).click()", label)
        rows = [r for r in scores if r["eye"] == eye and r["cs_onset_s"]]
        judged = [r for r in rows if r["final"] in ("cr", "no_cr")]
        crs = [r for r in judged if r["final"] == "cr"]
        text = page.js("return document.getElementById('key-figures').innerText")
        assert f"{len(crs)} of {len(judged)} judged" in text, f"{eye}: {text}"


def wait_for(folder, name):
    path = folder / name
    WebDriverWait(None, 30).until(lambda _: path.exists() and path.stat().st_size > 0, f"{name} was not saved")
    return path


def check_export(page, folder):
    page.browser.execute_cdp_cmd("Page.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)})
    figure = "document.getElementById('average').closest('figure')"
    page.js(f"[...{figure}.querySelectorAll('button')].find(b => b.textContent === 'SVG').click()")
    svg = wait_for(folder, "average.svg").read_text()
    assert svg.startswith("<svg") and 'stroke="rgb' in svg and "CS" in svg, svg[:300]
    page.js(f"[...{figure}.querySelectorAll('button')].find(b => b.textContent === 'PNG').click()")
    png = wait_for(folder, "average.png").read_bytes()
    assert png.startswith(b"\x89PNG") and len(png) > 20000, len(png)
    width = int.from_bytes(png[16:20], "big")
    assert width == 3 * 1080, width
    page.js("[...document.querySelectorAll('.overrule button')].find(b => b.textContent === 'reject').click()")
    trial = page.js("return document.documentElement.dataset.trial")
    page.js("[...document.querySelectorAll('.overrule button')].find(b => b.textContent === 'Save labels.csv').click()")
    rows = list(csv.DictReader(wait_for(folder, "labels.csv").open()))
    assert rows == [{"trial": trial, "eye": "mean", "label": "rejected", "comment": ""}], rows


def score(program, *arguments):
    done = subprocess.run([program, "score", *map(str, arguments)], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return done


def run(program, pictures, tracked, folder):
    session = tracked or folder / "session"
    if not tracked:
        write_session(session)
    score(program, session)
    scores = list(csv.DictReader(open(session / "trial_scores.csv")))
    browser = shared.open_browser(folder / "light")
    try:
        page = Page(browser, session / "conditioning.html")
        plots = ["average", "raster", "amplitudes", "onsets", "peaks", "blocks", "cumulative", "trial"]
        check_plots(page, plots)
        check_zoom(page)
        check_figures(page, scores)
        check_browser(page, scores)
        if pictures:
            shared.take_pictures(page, pictures, "conditioning-light")
        page.js("[...document.querySelectorAll('button')].find(b => b.textContent === 'Waterfall').click()")
        assert page.js("return document.querySelectorAll('#raster .waterfall').length") == len(scores) // 3
        if pictures:
            shared.take_pictures(page, pictures, "conditioning-waterfall")
        check_export(page, folder)
        pdf = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True})["data"])
        assert pdf.startswith(b"%PDF") and len(pdf) > 20_000
        if pictures:
            (pictures / "conditioning.pdf").write_bytes(pdf)
        page.check_quiet()

        # A hostile name must stay text.
        hostile = folder / "<img src=x onerror=alert(1)>"
        write_session(hostile, trials=4)
        score(program, hostile, "--preset", "heiney2014")
        page = Page(browser, hostile / "conditioning.html")
        assert not page.js("return document.querySelector('main img, h1 *')"), "text became markup"
        page.check_quiet()

        # A person who sees every fifth trial otherwise.
        mean = [row for row in scores if row["eye"] == "mean" and row["verdict"] in ("cr", "no_cr")]
        labels = [f"{row['trial']},{row['verdict'] if i % 5 else 'rejected'},{row['cr_onset_ms']},{row['cr_amplitude']}" for i, row in enumerate(mean)]
        (folder / "anna.csv").write_text("trial,label,onset_ms,amplitude\n" + "\n".join(labels) + "\n")
        done = subprocess.run([program, "evaluate", "agreement", str(session), "--labels", str(folder / "anna.csv"), "--html", str(folder / "agreement.html")], capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr
        page = Page(browser, folder / "agreement.html")
        check_plots(page, ["onset_ms-0", "amplitude-0"])
        assert page.js("return document.querySelectorAll('.disagreement svg').length") == (len(mean) + 4) // 5
        if pictures:
            shared.take_pictures(page, pictures, "agreement-light")
        page.check_quiet()

        # Several sessions: the learning curve.
        table = ["folder,subject,phase,group"]
        for subject in range(3):
            for number, (low, high) in enumerate(((0, 0.5), (0.5, 0.9), (0.9, 1.0))):
                name = f"s{subject}-{number}"
                write_session(folder / name, 20, 10 * subject + number, low, high)
                table.append(f"{name},S{subject},acquisition,trained")
            write_session(folder / f"s{subject}-x", 20, 99 + subject, 0.6, 0.0)
            table.append(f"s{subject}-x,S{subject},extinction,trained")
        (folder / "study.csv").write_text("\n".join(table) + "\n")
        score(program, "--sessions", folder / "study.csv", "--out", folder / "study")
        page = Page(browser, folder / "study" / "learning.html")
        check_plots(page, ["curve", "curve-amplitude"])
        assert page.js("return document.querySelectorAll('#curve .point').length") == 4
        if pictures:
            shared.take_pictures(page, pictures, "learning-light")
        page.check_quiet()
    finally:
        browser.quit()
    browser = shared.open_browser(folder / "dark", dark=True)
    try:
        page = Page(browser, session / "conditioning.html")
        paper = page.js("return getComputedStyle(document.documentElement).backgroundColor")
        assert max(int(n) for n in re.findall(r"\d+", paper)[:3]) < 60, f"dark paper is {paper}"
        if pictures:
            shared.take_pictures(page, pictures, "conditioning-dark")
    finally:
        browser.quit()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--pictures", type=pathlib.Path)
    parser.add_argument("--folder", type=pathlib.Path)
    arguments = parser.parse_args()
    if not shared.DRIVER or not shared.BROWSER:
        print("skipped: chromium or chromedriver is absent")
        return 77
    if arguments.pictures:
        arguments.pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        run(arguments.program, arguments.pictures, arguments.folder, pathlib.Path(folder))
    print("conditioning report in the browser: ok")
    return 0


if __name__ == "__main__":
    sys.exit(main())
