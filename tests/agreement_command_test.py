#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`eyelid evaluate agreement` as a user meets it: kappa, Bland-Altman, the page, bad labels.

usage: agreement_command_test.py EYELID   (unittest options may follow)
"""
import csv
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from conditioning_session import write_session

EYELID = pathlib.Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else None


def run(*arguments):
    return subprocess.run([EYELID, *map(str, arguments)], capture_output=True, text=True, timeout=240)


def kappa(pairs):
    classes = ("cr", "no_cr", "rejected")
    n = len(pairs)
    observed = sum(a == b for a, b in pairs) / n
    chance = sum(sum(a == c for a, _ in pairs) * sum(b == c for _, b in pairs) for c in classes) / n ** 2
    return (observed - chance) / (1 - chance)


class Agreement(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="eyelid-agreement-"))
        cls.session = cls.folder / "session"
        write_session(cls.session, 40)
        assert run("score", cls.session, "--no-report").returncode == 0
        with open(cls.session / "trial_scores.csv", newline="") as file:
            cls.scores = [r for r in csv.DictReader(file) if r["eye"] == "mean" and r["verdict"] != "not_applicable"]

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def rater(self, name, verdict_of, onset_error=0.0):
        with open(self.folder / f"{name}.csv", "w") as file:
            file.write("trial,eye,label,onset_ms,amplitude,comment\n")
            for i, row in enumerate(self.scores):
                onset = f"{float(row['cr_onset_ms']) + onset_error:.3f}" if row["cr_onset_ms"] else ""
                file.write(f"{row['trial']},mean,{verdict_of(i, row['verdict'])},{onset},{row['cr_amplitude']},by {name}\n")
        return self.folder / f"{name}.csv"

    def test_three_raters_in_pairs(self):
        other = {"cr": "no_cr", "no_cr": "cr", "rejected": "no_cr"}
        anna = self.rater("anna", lambda i, v: other[v] if i % 6 == 0 else v, -5.0)
        bob = self.rater("bob", lambda i, v: other[v] if i % 4 == 1 else v)
        page, document = self.folder / "page.html", self.folder / "agreement.json"
        done = run("evaluate", "agreement", self.session, "--labels", anna, bob, "--html", page, "--json", document)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("eyelid, anna", done.stdout)
        pairs = json.loads(document.read_text())["pairs"]
        self.assertEqual([(p["first"], p["second"]) for p in pairs], [("eyelid", "anna"), ("eyelid", "bob"), ("anna", "bob")])
        verdicts = [(r["verdict"], other[r["verdict"]] if i % 6 == 0 else r["verdict"]) for i, r in enumerate(self.scores)]
        self.assertAlmostEqual(pairs[0]["kappa"], kappa(verdicts), places=9)
        self.assertEqual(len(pairs[0]["disagreements"]), sum(a != b for a, b in verdicts))
        self.assertAlmostEqual(pairs[0]["onset_ms"]["bias"], 5.0, places=6)
        self.assertAlmostEqual(pairs[0]["onset_ms"]["high"], 5.0, places=2)
        self.assertAlmostEqual(pairs[1]["amplitude"]["bias"], 0.0, places=9)
        data = json.loads(re.search(r'id="report-data">(.*?)</script>', page.read_text(), re.S).group(1))
        disputed = {str(d["trial"]) for p in data["pairs"] for d in p["disagreements"]}
        self.assertEqual(set(data["traces"]), disputed, "every trial with a disagreement is drawn")

    def test_labels_that_cannot_be_compared_are_one_sentence(self):
        bad = self.folder / "bad.csv"
        for text, expected in (("trial,eye,label\n1,mean,perhaps\n", "bad.csv:2: "), ("trial,eye,label\n900,mean,cr\n", "no trial that both judged"),
                               ("trial,eye,label\n1,left,cr\n", "no row of the eye mean"), ("trial,verdict\n1,cr\n", "label")):
            bad.write_text(text)
            done = run("evaluate", "agreement", self.session, "--labels", bad)
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
            self.assertIn(expected, done.stderr)
        done = run("evaluate", "agreement", self.folder, "--labels", bad)
        self.assertIn("trial_scores.csv: cannot be read", done.stderr)


if __name__ == "__main__":
    unittest.main()
