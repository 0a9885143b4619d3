#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Films that show one eye close up and no face.

usage: close_up_test.py EYELID   (unittest options may follow)
"""
import csv
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from program import eyelid, rendered_session, rows


class CloseUp(unittest.TestCase):
    """The surroundings of one eye, cut out of a rendered session of 100 frames/s by ffmpeg."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="eyelid-close-up-"))
        cls.face, cls.truth, points = rendered_session(cls.folder, "face")
        cls.corners = {eye: [sum(float(row[f"{axis}{i}"]) for row in points) / len(points)
                             for i in (first, first + 3) for axis in "xy"]
                       for eye, first in (("right", 0), ("left", 6))}
        cls.films = {eye: cls.cut(eye) for eye in ("right", "left")}

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    @classmethod
    def cut(cls, eye):
        x0, y0, x1, y1 = cls.corners[eye]
        width = 1.8 * (x1 - x0)
        return cls.filtered(f"{eye}.mkv", f"crop=w={width:.0f}:h={0.75 * width:.0f}:x={(x0 + x1 - width) / 2:.0f}:"
                            f"y={(y0 + y1 - 0.75 * width) / 2:.0f}:exact=1,scale=640:480:flags=bicubic")

    @classmethod
    def filtered(cls, name, filters):
        film = cls.folder / name
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", cls.face, "-vf", filters, "-c:v", "ffv1", film],
                       check=True)
        return film

    def track(self, film, *options, out=None, **environment):
        out = out or self.folder / "tracked"
        done = eyelid("track", film, "--out", out, *options, **environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        session = json.loads((out / "session.json").read_text())
        return rows(out / "frames.csv"), session["options"], done

    def check_closure(self, table, eye):
        """Every frame measured, closure as rendered, and nothing said of a face or the other eye."""
        other = "left" if eye == "right" else "right"
        self.assertEqual(len(table), len(self.truth))
        self.assertGreaterEqual(sum(row[f"valid_{eye}"] == "1" for row in table) / len(table), 0.98)
        errors = [float(row[f"fec_{eye}"]) - float(true[f"fec_{eye}"])
                  for row, true in zip(table, self.truth) if row[f"fec_{eye}"]]
        self.assertGreaterEqual(len(errors), 0.98 * len(table))
        self.assertLess((sum(e * e for e in errors) / len(errors)) ** 0.5, 0.08)
        for column in (f"ear_{other}", f"fec_{other}", "face_score", "face_x_px"):
            self.assertEqual({row[column] for row in table}, {""}, column)

    def check_export(self, eye):
        """The points of the eye are sure, without a face; the other eye's are absent."""
        out = self.folder / "tracked"
        shutil.copy(self.folder / "s" / "trials.csv", out)
        done = eyelid("score", out, "--no-report", "--export", "dlc")
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(out / "landmarks_dlc.csv", newline="") as file:
            first = list(csv.reader(file))[3]
        likelihoods = [float(value) for value in first[3::3]]
        self.assertEqual(likelihoods, [float(eye == "right")] * 6 + [float(eye == "left")] * 6)

    def test_each_eye_is_found_by_itself(self):
        for eye, film in self.films.items():
            with self.subTest(eye):
                table, options, done = self.track(film, "--eye", eye, "--overlay", "--save-landmarks")
                self.check_closure(table, eye)
                self.assertEqual((options["eye"], options["eye box source"]), (eye, "found"))
                self.assertIn(f"one eye close up     {eye}, found at {options['eye box']}", done.stdout)
                self.assertNotIn("warning: no", done.stderr)
                blinks = rows(self.folder / "tracked" / "blinks.csv")
                seen = [row for row in rows(self.folder / "face" / "blinks.csv") if row["eye"] == eye]
                self.assertEqual([row["eye"] for row in blinks], [eye] * len(seen))
                points = rows(self.folder / "tracked" / "landmarks.csv")[0]
                self.assertEqual([points["x0"] == "", points["x6"] == ""], [eye == "left", eye == "right"])
                self.check_export(eye)

    def test_the_box_that_was_found_gives_the_same_bytes(self):
        film = self.films["left"]
        found, given = self.folder / "found", self.folder / "given"
        _, options, _ = self.track(film, "--no-report", "--eye", "left", out=found)
        _, again, _ = self.track(film, "--no-report", "--eye", "left", "--eye-box", options["eye box"], out=given)
        self.assertEqual(again["eye box source"], "given")
        self.assertEqual((found / "frames.csv").read_bytes(), (given / "frames.csv").read_bytes())

    def test_a_box_by_hand_is_enough(self):
        # The crop is 1.8 eye widths wide: corners at 142 and 498.
        table, options, done = self.track(self.films["right"], "--no-report", "--eye-box", "130,160,380,150")
        self.check_closure(table, "right")
        self.assertEqual((options["eye"], options["eye box source"]), ("right", "given"))
        self.assertNotIn("--eye left", done.stderr)

    def test_drawn_eyes_do_not_tell_which_they_are(self):
        _, options, done = self.track(self.films["left"], "--no-report")
        self.assertEqual(options["eye"], "right")
        self.assertIn("use --eye left", done.stderr)

    def test_the_bytes_do_not_depend_on_the_processor_or_threads(self):
        film = self.folder / "short.mkv"  # scalar code takes a tenth of a second a frame
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", self.films["right"], "-frames:v", "60", "-c", "copy", film], check=True)
        tables = set()
        for i, (threads, cpu) in enumerate(((1, "scalar"), (2, ""), (1, "avx2"))):
            out = self.folder / f"bytes{i}"
            _, options, _ = self.track(film, "--no-report", "--threads", threads, out=out,
                                       env={**os.environ, "EYELID_CPU": cpu} if cpu else None)
            self.assertEqual(options["eye box source"], "found")
            tables.add((out / "frames.csv").read_bytes())
        self.assertEqual(len(tables), 1)

    def test_a_film_without_an_eye_has_none(self):
        x0, y0, x1, _ = self.corners["right"]
        eye = x1 - x0
        cheek = self.filtered("cheek.mkv", f"crop=w={eye:.0f}:h={0.75 * eye:.0f}:x={x0 - 0.2 * eye:.0f}:"
                              f"y={y0 + eye:.0f}:exact=1,scale=640:480")
        for film in (cheek, self.filtered("background.mkv", "crop=w=150:h=112:x=0:y=0:exact=1,scale=640:480")):
            with self.subTest(film.name):
                table, options, done = self.track(film, "--no-report")
                self.assertEqual({row["valid"] for row in table}, {"0"})
                self.assertNotIn("eye box", options)
                self.assertIn("--eye-box X,Y,WIDTH,HEIGHT", done.stderr)

    def test_a_face_is_measured_as_a_face(self):
        self.assertNotIn("eye box", json.loads((self.folder / "face" / "session.json").read_text())["options"])

    def test_what_makes_no_sense_is_refused(self):
        film = self.films["right"]
        for box, text in (("1,2,0,4", "not a box"), ("9000,2,100,100", "outside")):
            done = eyelid("track", film, "--out", self.folder / "refused", "--eye-box", box)
            self.assertEqual(done.returncode, 1, box)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertIn(text, done.stderr)
        for more in (("--face-box", "1,2,30,40"), ("--detector", "hog"), ("--detect-every", "2"), ("--upsample", "1")):
            done = eyelid("track", film, "--out", self.folder / "refused", "--eye-box", "1,2,30,40", *more)
            self.assertEqual(done.returncode, 2, more)


if __name__ == "__main__":
    unittest.main()
