#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Opens recordings.html from disk in headless Chromium: sort, filter, find, open.

  collection_browser_test.py EYELID [--pictures DIR]

Exit status 77 (skipped) where chromium, its driver or selenium is absent.
"""
import argparse
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

import report_browser_test as shared
from report_browser_test import Page

DONE, ABSENT = 300, 150


def make_session(root, i):
    folder = root / f"s{i}"
    folder.mkdir()
    (folder / "report.html").write_text(f"<title>report of s{i}</title>")
    session = {"format": "eyelid session", "format_version": 1, "duration_s": 10.0 + i % 7,
               "counts": {"frames": 1000, "valid_frames": 1000 - i, "blinks_right": i % 5, "blinks_left": i % 4},
               "warnings": ["<img src=x onerror=alert(1)> is too dark"] if i % 10 == 0 else [],
               "run": {"id": "run", "sha256": {"report.html": hashlib.sha256((folder / "report.html").read_bytes()).hexdigest()}}}
    (folder / "session.json").write_text(json.dumps(session))


def make_root(program, root):
    lines = ["id,video,subject,note"]
    for i in range(DONE):
        make_session(root, i)
        lines.append(f"s{i},{i}.mkv,rat-{i % 3},")
    lines += [f"s{i},{i}.mkv,rat-9,needle {i}" for i in range(DONE, DONE + ABSENT)]
    (root / "s1/report.html").unlink()
    (root / "manifest.csv").write_text("\n".join(lines) + "\n")
    done = subprocess.run([program, "collect", root, "--manifest", root / "manifest.csv"], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr


def shown(page):
    return page.js("return [...document.querySelectorAll('#recordings tbody tr')].map(r => [...r.children].map(c => c.innerText))")


def press(page, text):
    page.js("[...document.querySelectorAll('#recordings button')].find(b => b.textContent.startsWith(arguments[0])).click()", text)


def find(page, text):
    page.js("const box = document.getElementById('search'); box.value = arguments[0]; box.dispatchEvent(new Event('input'))", text)


def check(page):
    rows = shown(page)
    assert len(rows) == 200 and rows[0][0] == "s0" and rows[10][0] == "s10", rows[:12]
    assert "200 of 450 recordings" in page.js("return document.getElementById('count').textContent")
    press(page, "Show more")
    press(page, "Show more")
    assert len(shown(page)) == 450
    assert page.js("return getComputedStyle(document.getElementById('more')).display") == "none"

    press(page, "missing 150")
    assert {row[1] for row in shown(page)} == {"missing"}
    press(page, "damaged 1")
    assert "report.html: is missing" in shown(page)[0][-1]
    press(page, "with warnings 30")
    assert len(shown(page)) == 30
    assert not page.js("return document.querySelector('main img')"), "text became markup"
    press(page, "all 450")

    find(page, "needle 301")
    assert [row[0] for row in shown(page)] == ["s301"]
    find(page, "RAT-2")
    assert len(shown(page)) == 100
    find(page, "")

    press(page, "valid %")
    press(page, "valid %")  # the largest first, then the smallest
    values = page.js("return [...document.querySelectorAll('#recordings tbody tr')].map(r => r.children[0].innerText)")
    assert values[:2] == ["s299", "s298"], values[:3]
    press(page, "id")
    assert [row[0] for row in shown(page)[:3]] == ["s0", "s1", "s2"]
    assert page.js("return document.querySelector('#recordings th').getAttribute('aria-sort')") == "ascending"
    assert page.js("return document.querySelector('#recordings tbody a').getAttribute('href')") == "s0/report.html"
    text = page.js("return document.body.innerText")
    assert "NaN" not in text and "undefined" not in text


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("eyelid", type=pathlib.Path)
    parser.add_argument("--pictures", type=pathlib.Path)
    arguments = parser.parse_args()
    if not (shared.DRIVER and shared.BROWSER):
        print("skipped: chromium or chromedriver is absent")
        return 77
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        root = folder / "root"
        root.mkdir()
        make_root(arguments.eyelid.resolve(), root)
        browser = shared.open_browser(folder / "profile")
        try:
            page = Page(browser, root / "recordings.html")
            check(page)
            if arguments.pictures:
                shared.take_pictures(page, arguments.pictures, "recordings-light")
            page.check_quiet()
            page.js("document.querySelector('#recordings tbody a').click()")
            shared.WebDriverWait(browser, 30).until(lambda one: one.title == "report of s0")
        finally:
            browser.quit()
    print("recordings.html: ok")
    return 0


if __name__ == "__main__":
    sys.exit(main())
