#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Films in which an edge of the picture cuts the face at the nose.

usage: half_face_test.py EYELID   (unittest options may follow)
"""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from program import eyelid, rendered_session, rows


class HalfFace(unittest.TestCase):
    """The left and the right part of a rendered session of 100 frames/s, cut by ffmpeg."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="eyelid-half-face-"))
        cls.face, cls.truth, points = rendered_session(cls.folder, "face")
        nose = sum(float(row[f"x{i}"]) for row in points for i in range(12)) / (12 * len(points))
        cls.films = {edge: cls.folder / f"{edge}.mkv" for edge in ("left", "right")}
        for edge, crop in (("left", f"crop=w=iw-{nose:.0f}:x={nose:.0f}"), ("right", f"crop=w={nose:.0f}:x=0")):
            subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", cls.face, "-vf", f"{crop}:h=ih:y=0:exact=1",
                            "-c:v", "ffv1", cls.films[edge]], check=True)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def track(self, film, *options, out=None, **environment):
        out = out or self.folder / "tracked"
        done = eyelid("track", film, "--out", out, *options, **environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        session = json.loads((out / "session.json").read_text())
        return rows(out / "frames.csv"), session["options"], done

    def test_the_eye_in_view_is_measured(self):
        for edge, seen, beyond in (("left", "left", "right"), ("right", "right", "left")):
            with self.subTest(edge):
                table, options, done = self.track(self.films[edge], "--overlay", "--save-landmarks")
                self.assertEqual((options["cut edge"], options["cut edge source"]), (edge, "found"))
                self.assertIn(f"the {edge} edge of the picture cuts it (found)", done.stdout)
                self.assertEqual(len(table), len(self.truth))
                self.assertGreaterEqual(sum(row[f"valid_{seen}"] == "1" for row in table), 0.95 * len(table))
                self.assertEqual({row[f"valid_{beyond}"] for row in table}, {"0"})
                self.assertEqual({row[f"fec_{beyond}"] for row in table}, {""})
                errors = [float(row[f"fec_{seen}"]) - float(true[f"fec_{seen}"])
                          for row, true in zip(table, self.truth) if row[f"fec_{seen}"]]
                self.assertGreaterEqual(len(errors), 0.98 * len(table))
                self.assertLess((sum(e * e for e in errors) / len(errors)) ** 0.5, 0.1)
                blinks = rows(self.folder / "tracked" / "blinks.csv")
                whole = [row for row in rows(self.folder / "face" / "blinks.csv") if row["eye"] == seen]
                self.assertEqual([row["eye"] for row in blinks], [seen] * len(whole))

    def test_the_edge_that_was_found_gives_the_same_bytes(self):
        film = self.films["left"]
        found, given = self.folder / "found", self.folder / "given"
        self.track(film, "--no-report", out=found)
        _, options, _ = self.track(film, "--no-report", "--cut-edge", "left", out=given)
        self.assertEqual(options["cut edge source"], "given")
        self.assertEqual((found / "frames.csv").read_bytes(), (given / "frames.csv").read_bytes())

    def test_the_bytes_do_not_depend_on_the_processor_or_threads(self):
        film = self.folder / "short.mkv"  # scalar code takes a tenth of a second a frame
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", self.films["right"], "-c", "copy", "-frames:v", "80", film], check=True)
        tables = set()
        for i, (threads, cpu) in enumerate(((1, "scalar"), (2, ""), (1, "avx2"))):
            out = self.folder / f"bytes{i}"
            self.track(film, "--no-report", "--threads", threads, out=out,
                       env={**os.environ, "EYELID_CPU": cpu} if cpu else None)
            tables.add((out / "frames.csv").read_bytes())
        self.assertEqual(len(tables), 1)

    def test_a_running_camera_is_told_the_edge(self):
        out = self.folder / "live"
        done = eyelid("live", f"paced:{self.films['right']}@20", "--out", out, "--seconds", 2, "--no-report",
                      "--cut-edge", "right", "--record", "raw")
        self.assertEqual(done.returncode, 0, done.stderr)
        table = rows(out / "frames.csv")
        self.assertGreaterEqual(sum(row["valid_right"] == "1" for row in table), 0.95 * len(table))
        self.assertEqual({row["valid_left"] for row in table}, {"0"})

    def test_whole_faces_are_measured_as_before(self):
        out = self.folder / "whole"
        _, options, _ = self.track(self.face, "--no-report", out=out)
        self.assertNotIn("cut edge", options)
        self.track(self.face, "--no-report", "--cut-edge", "none", out=self.folder / "none")
        self.assertEqual((out / "frames.csv").read_bytes(), (self.folder / "none" / "frames.csv").read_bytes())

    def test_what_makes_no_sense_is_refused(self):
        for more in (("--face-box", "1,2,30,40"), ("--eye-box", "1,2,30,40")):
            done = eyelid("track", self.face, "--out", self.folder / "refused", "--cut-edge", "left", *more)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertFalse((self.folder / "refused").exists())


if __name__ == "__main__":
    unittest.main()
