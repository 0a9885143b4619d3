#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Eyes that are covered, outside of the picture, or not asked for.

usage: hidden_eyes_test.py EYELID   (unittest options may follow)
"""
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from program import eyelid, rendered_session, rows


class HiddenEyes(unittest.TestCase):
    """A rendered session whose left eye ffmpeg covers, or cuts off the picture."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="eyelid-hidden-"))
        cls.video, _, points = rendered_session(cls.folder, "seen")
        x = [float(row[f"x{i}"]) for row in points for i in range(6, 12)]
        y = [float(row[f"y{i}"]) for row in points for i in range(6, 12)]
        cls.left = (min(x), min(y), max(x), max(y))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def filtered(self, name, filters):
        film = self.folder / name
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", self.video, "-vf", filters, "-c:v", "ffv1", film],
                       check=True)
        return film

    def track(self, film, *options):
        out = self.folder / (film.stem + "-tracked")
        done = eyelid("track", film, "--out", out, "--no-report", *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        table = rows(out / "frames.csv")
        return table, rows(out / "blinks.csv"), done.stderr

    @staticmethod
    def share(table, column):
        return sum(row[column] == "1" for row in table) / len(table)

    def blinks_of(self, eye):
        return [row for row in rows(self.folder / "seen" / "blinks.csv") if row["eye"] == eye]

    def test_a_covered_eye_is_invalid_and_the_other_is_measured(self):
        x, y, right, bottom = self.left
        margin = 0.45 * (right - x)
        film = self.filtered("covered.mkv", f"drawbox=x={x - margin:.0f}:y={y - margin:.0f}:"
                             f"w={right - x + 2 * margin:.0f}:h={bottom - y + 2 * margin:.0f}:color=0x505050:t=fill")
        table, blinks, messages = self.track(film)
        self.assertLessEqual(self.share(table, "valid_left"), 0.02)
        self.assertGreaterEqual(self.share(table, "valid_right"), 0.98)
        self.assertTrue(all((row["ear_left"] != "") == (row["valid_left"] == "1") for row in table))
        self.assertIn("warning: the left eye was measured in", messages)
        self.assertNotIn("right eye at rest", messages)
        self.assertEqual({row["eye"] for row in blinks}, {"right"})
        self.assertEqual(len(blinks), len(self.blinks_of("right")))

    def test_half_a_face_in_view_measures_its_eye(self):
        x, _, right, _ = self.left
        # The subject's left eye is on the right of the picture.
        film = self.filtered("half.mkv", f"crop=w={(x + right) / 2:.0f}:x=0:exact=1")
        face = next(row for row in rows(self.folder / "seen" / "frames.csv"))
        box = ",".join(face[f"face_{name}_px"] for name in ("x", "y", "width", "height"))
        table, _, _ = self.track(film, "--face-box", box)
        self.assertEqual(self.share(table, "valid_left"), 0.0)
        self.assertGreaterEqual(self.share(table, "valid_right"), 0.95)

    def test_one_eye_is_measured_alone_where_asked(self):
        table, blinks, messages = self.track(self.video, "--eye", "left")
        self.assertEqual(self.share(table, "valid_right"), 0.0)
        self.assertEqual({row["fec_right"] for row in table}, {""})
        self.assertGreaterEqual(self.share(table, "valid_left"), 0.98)
        self.assertEqual({row["eye"] for row in blinks}, {"left"})
        self.assertEqual(len(blinks), len(self.blinks_of("left")))
        self.assertNotIn("right eye", messages)

    def test_boxes_that_are_none_are_refused(self):
        for box, text in (("1,2,0,4", "not a box"), ("1,2,nan,4", "not a box"), ("9000,2,100,100", "outside")):
            out = self.folder / "refused"
            done = eyelid("track", self.video, "--out", out, "--face-box", box)
            self.assertEqual(done.returncode, 1, box)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertIn(text, done.stderr)
        for options in (["--face-box", "1,2,3"], ["--eye", "middle"],
                        ["--face-box", "1,2,30,40", "--detector", "hog"]):
            done = eyelid("track", self.video, "--out", self.folder / "refused", *options)
            self.assertEqual(done.returncode, 2, options)


if __name__ == "__main__":
    unittest.main()
