#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Several films as one session: tracked, then scored by clip.

  clips_test.py EYELID

The films are rendered sessions with known trials.
"""
import csv
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

EYELID = ""
TRIALS = "trial,clip,cs_onset_s,us_onset_s,type\n"


def run(*arguments):
    return subprocess.run([EYELID, *map(str, arguments)], capture_output=True, text=True)


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


class Clips(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = pathlib.Path(tempfile.mkdtemp())
        cls.films = cls.root / "films"
        cls.films.mkdir()
        cls.onsets = []
        # In natural order: the second name comes before the third only as a number.
        for seed, name in ((1, "trial1"), (2, "trial2"), (3, "trial10")):
            made = run("synthesize", "--out", cls.root / name, "--seed", seed, "--seconds", 3, "--trials", 1, "--fps", 100)
            assert made.returncode == 0, made.stderr
            (cls.root / name / "video.mkv").rename(cls.films / f"{name}.mkv")
            cls.onsets.append(rows(cls.root / name / "trials.csv")[0])
        cls.out = cls.root / "out"
        tracked = run("track", cls.films, "--out", cls.out, "--threads", 2)
        assert tracked.returncode == 0, tracked.stderr

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.root)

    def write_trials(self, lines):
        (self.out / "trials.csv").write_text(TRIALS + "".join(line + "\n" for line in lines))

    def scores(self):
        scored = run("score", self.out, "--set", "isi_ms=400")
        self.assertEqual(scored.returncode, 0, scored.stderr)
        return [row for row in rows(self.out / "trial_scores.csv") if row["eye"] == "mean"]

    def test_frames_and_times_run_on_and_name_their_clip(self):
        frames = rows(self.out / "frames.csv")
        self.assertEqual([int(row["frame"]) for row in frames], list(range(900)))
        self.assertEqual([int(row["clip"]) for row in frames], [1] * 300 + [2] * 300 + [3] * 300)
        for i, row in enumerate(frames):
            self.assertAlmostEqual(float(row["time_s"]), i / 100, places=5)

    def test_the_run_knows_every_clip(self):
        recording = json.loads((self.out / "session.json").read_text())["run"]["recording"]
        self.assertEqual([pathlib.Path(path).name for path in recording["paths"]], ["trial1.mkv", "trial2.mkv", "trial10.mkv"])
        self.assertEqual([clip["frames"] for clip in recording["clips"]], [300, 300, 300])
        self.assertEqual(len({clip["sha256_ends"] for clip in recording["clips"]}), 3)

    def test_blinks_stay_in_their_clip(self):
        blinks = rows(self.out / "blinks.csv")
        self.assertTrue(blinks)
        for blink in blinks:
            self.assertEqual(int(blink["onset_frame"]) // 300, int(blink["offset_frame"]) // 300, blink)

    def test_frames_of_a_clip_are_those_of_the_clip_alone(self):
        calibration = self.root / "levels.json"
        saved = run("track", self.films, "--out", self.root / "again", "--no-report", "--save-calibration", calibration)
        self.assertEqual(saved.returncode, 0, saved.stderr)
        alone = run("track", self.films / "trial2.mkv", "--out", self.root / "alone", "--no-report", "--calibration", calibration)
        self.assertEqual(alone.returncode, 0, alone.stderr)
        session = [row for row in rows(self.out / "frames.csv") if row["clip"] == "2"]
        for together, single in zip(session, rows(self.root / "alone" / "frames.csv"), strict=True):
            for column in ("ear_right", "ear_left"):
                self.assertEqual(together[column], single[column])
            # No filter reaches over the border; levels in the file are rounded.
            self.assertAlmostEqual(float(together["fec"]), float(single["fec"]), places=3)

    def test_trials_count_from_the_beginning_of_their_clip(self):
        self.write_trials(f"{i + 1},{i + 1},{t['cs_onset_s']},{t['us_onset_s']},{t['type']}" for i, t in enumerate(self.onsets))
        found = self.scores()
        self.assertEqual(len(found), 3)
        for i, (score, trial) in enumerate(zip(found, self.onsets)):
            self.assertAlmostEqual(float(score["cs_onset_s"]), 3.0 * i + float(trial["cs_onset_s"]), places=5)
            if trial["us_onset_s"]:
                self.assertGreater(float(score["ur_peak"]), 0.5, score)

    def test_one_row_stands_for_a_trial_in_every_clip(self):
        self.write_trials(["1,each,0.6,1.0,paired"])
        self.assertEqual([row["trial"] for row in self.scores()], ["1", "2", "3"])

    def test_a_trial_that_does_not_fit_its_clip_is_named(self):
        self.write_trials(["1,1,0.6,1.0,paired", "2,2,2.8,3.2,paired", "3,4,0.6,1.0,paired"])
        scored = run("score", self.out)
        self.assertEqual(scored.returncode, 1)
        self.assertIn("trials.csv:3: trial 2: has an onset at 3.2 s, expected one within its clip of 2.990 s", scored.stderr)
        self.assertIn("trials.csv:4: trial 3: is in clip 4, expected one of the 3 of the session", scored.stderr)

    def test_another_clip_of_the_same_name_is_not_taken(self):
        self.write_trials(["1,each,0.6,1.0,paired"])
        copy = self.root / "moved"
        shutil.copytree(self.out, copy / "out")
        shutil.copytree(self.films, copy / "films")
        self.assertNotIn("No pictures: ", self.page(copy / "out"))
        shutil.copy(self.films / "trial1.mkv", copy / "films" / "trial2.mkv")
        self.assertIn("another recording than the one tracked", self.page(copy / "out"))

    def page(self, folder):
        scored = run("score", folder)
        self.assertEqual(scored.returncode, 0, scored.stderr)
        return (folder / "conditioning.html").read_text()

    def test_other_pictures_than_those_of_the_session_are_refused(self):
        run("synthesize", "--out", self.root / "fast", "--seconds", 1, "--trials", 0, "--fps", 200)
        refused = run("track", self.films / "trial1.mkv", self.root / "fast" / "video.mkv", "--out", self.root / "none")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("200 frames/s, expected 100 as of", refused.stderr)
        self.assertFalse((self.root / "none" / "frames.csv").exists())


if __name__ == "__main__":
    EYELID = sys.argv.pop(1)
    unittest.main()
