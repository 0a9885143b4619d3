#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Open and closed levels of films that do not show them, from the picture to the scores.

usage: levels_test.py EYELID   (unittest options may follow)
"""
import csv
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

EYELID = pathlib.Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else None
EYES = ("right", "left")


def eyelid(*arguments):
    done = subprocess.run([EYELID, *map(str, arguments)], capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    return done


@unittest.skipUnless(shutil.which("ffmpeg"), "ffmpeg is absent")
class Levels(unittest.TestCase):
    """A rendered session, and what ffmpeg makes of its frames."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="eyelid-levels-"))
        cls.session = cls.folder / "session"
        eyelid("synthesize", "--out", cls.session, "--seconds", 6, "--trials", 3, "--seed", 21, "--fps", 60)
        with open(cls.session / "truth.csv", newline="") as file:
            cls.closure = [max(float(row["fec_right"]), float(row["fec_left"])) for row in csv.DictReader(file)]
        cls.levels, cls.said = cls.track(cls.session / "video.mkv")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    @classmethod
    def track(cls, film):
        out = cls.folder / (film.stem + "-tracked")
        done = eyelid("track", film, "--out", out)
        return json.loads((out / "session.json").read_text())["calibration"], done.stdout + done.stderr

    def film(self, name, filters):
        film = self.folder / name
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", self.session / "video.mkv", "-vf",
                        filters + ",setpts=N/60/TB", "-r", "60", "-c:v", "ffv1", film], check=True)
        return film

    def runs(self, is_wanted):
        """First and last frame of each run of frames whose closure is wanted."""
        found = []
        for frame, closure in enumerate(self.closure):
            if not is_wanted(closure):
                continue
            if found and found[-1][1] == frame - 1:
                found[-1][1] = frame
            else:
                found.append([frame, frame])
        return found

    def test_full_closures_are_measured(self):
        for eye in EYES:
            self.assertEqual(self.levels[eye]["closed"]["source"], "measured")
            self.assertIsNone(self.levels[eye]["closed"]["interval"])
            self.assertEqual(self.levels[eye]["open"]["source"], "measured")
        self.assertNotIn("estimated", self.said)

    def test_partial_closures_are_not_taken_for_full_without_a_word(self):
        deeper = "+".join(f"between(n\\,{a}\\,{b})" for a, b in self.runs(lambda closure: closure > 0.7))
        levels, said = self.track(self.film("partial.mkv", f"select='not({deeper})'"))
        for eye in EYES:
            closed = levels[eye]["closed"]
            self.assertEqual(closed["source"], "estimated", closed)
            low, high = closed["interval"]
            self.assertLessEqual(low, self.levels[eye]["closed_ear"] + 0.001)
            self.assertGreaterEqual(high, self.levels[eye]["closed_ear"])
            self.assertIn(f"the {eye} eye's closed level is estimated", said)
        out = self.folder / "partial-tracked"
        self.assertIn("closed level is estimated", (out / "report.html").read_text())
        shutil.copy(self.session / "trials.csv", out)
        scored = eyelid("score", out, "--json", self.folder / "score.json")
        carried = "track: the right eye's closed level is estimated"
        self.assertIn(carried, scored.stderr)
        self.assertIn(carried, " ".join(json.loads((self.folder / "score.json").read_text())["warnings"]))
        self.assertIn(carried, (out / "conditioning.html").read_text())

    def test_lids_that_droop_most_of_the_time_do_not_move_the_open_level(self):
        half = [first for first, _ in self.runs(lambda closure: 0.22 < closure < 0.32)]
        film = self.film("droop.mkv", f"loop=loop=700:size=1:start={half[0]}")
        levels, _ = self.track(film)
        for eye in EYES:
            self.assertAlmostEqual(levels[eye]["open_ear"] / self.levels[eye]["open_ear"], 1, delta=0.03)
            self.assertEqual(levels[eye]["open"]["source"], "estimated")
            low, high = levels[eye]["open"]["interval"]
            self.assertLess(low, 0.8 * high)


if __name__ == "__main__":
    unittest.main()
