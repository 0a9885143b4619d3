#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`eyelid live` on a film that arrives by the clock: its files, and what is left when something fails.

  live_test.py EYELID
"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import program
from program import eyelid, rows

FPS = 50  # as many as a machine that runs other tests beside can measure


class Live(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = pathlib.Path(tempfile.mkdtemp())
        made = eyelid("synthesize", "--out", cls.root / "s", "--seconds", 3, "--trials", 1, "--seed", 5, "--fps", FPS)
        assert made.returncode == 0, made.stderr
        cls.camera = f"paced:{cls.root / 's' / 'video.mkv'}"

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.root)

    def setUp(self):
        self.out = pathlib.Path(tempfile.mkdtemp(dir=self.root)) / "session"

    def start(self, *arguments):
        return subprocess.Popen([program.EYELID, "live", self.camera, "--out", self.out, *map(str, arguments)],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def wait_for_rows(self, count):
        table = self.out / "timestamps.unfinished.csv"
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if table.exists() and table.read_text().count("\n") > count:
                return
            time.sleep(0.05)
        self.fail("no rows of timestamps.unfinished.csv")

    def check_accounts(self, folder):
        """Every number of the camera has a row, every complete frame one in frames.csv."""
        times, frames = rows(folder / "timestamps.csv"), rows(folder / "frames.csv")
        self.assertEqual([int(row["number"]) for row in times], list(range(len(times))))
        complete = [row for row in times if row["frame"]]
        self.assertEqual([row["frame"] for row in complete], [row["frame"] for row in frames])
        self.assertEqual([round(float(row["time_s"]), 6) for row in complete], [float(row["time_s"]) for row in frames])
        for row in times:
            self.assertEqual(row["status"] in ("ok",), bool(row["fec_at_s"]))
        return times, frames

    def test_its_files_are_those_of_track(self):
        done = eyelid("live", self.camera, "--out", self.out, "--seconds", 3)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("arrival to FEC", done.stdout)
        times, frames = self.check_accounts(self.out)
        self.assertGreater(len(frames), 2.5 * FPS)
        again = eyelid("track", self.out / "recording.mkv", "--timestamps", self.out / "timestamps.csv", "--out",
                       self.out.parent / "again", "--no-report")
        self.assertEqual(again.returncode, 0, again.stderr)
        if all(row["status"] == "ok" for row in times):
            for name in ("frames.csv", "blinks.csv"):
                self.assertEqual((self.out / name).read_bytes(), (self.out.parent / "again" / name).read_bytes(), name)

    def test_ctrl_c_ends_it_well(self):
        session = self.start()
        self.wait_for_rows(20)
        session.send_signal(signal.SIGINT)
        _, errors = session.communicate(timeout=120)
        self.assertEqual(session.returncode, 0, errors)
        self.check_accounts(self.out)
        self.assertFalse(list(self.out.glob("*unfinished*")))

    def test_what_was_measured_outlives_a_kill(self):
        session = self.start()
        self.wait_for_rows(40)
        session.kill()
        session.communicate()
        table = self.out / "timestamps.unfinished.csv"
        complete = table.read_text().rsplit("\n", 1)[0].split("\n")
        self.assertGreater(len(complete), 40)
        film = self.out / "recording.unfinished.mkv"
        tracked = eyelid("track", film, "--out", self.out.parent / "recovered", "--no-report")
        self.assertEqual(tracked.returncode, 0, tracked.stderr)
        self.assertGreater(len(rows(self.out.parent / "recovered" / "frames.csv")), 30)
        again = eyelid("live", self.camera, "--out", self.out, "--seconds", 1)
        self.assertEqual(again.returncode, 1)
        self.assertIn("is of an earlier session", again.stderr)
        self.assertTrue(film.exists())

    def test_a_disk_that_fills_up_ends_the_recording_only(self):
        disk = self.out.parent / "disk"
        disk.mkdir()
        if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=30m", "tmpfs", disk],
                                               stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("no right to mount a small disk")
        try:
            done = eyelid("live", self.camera, "--out", disk / "session", "--seconds", 4, "--record", "raw")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("the recording ends after", done.stderr)
            _, frames = self.check_accounts(disk / "session")
            self.assertGreater(len(frames), 2 * FPS)
            film = eyelid("track", disk / "session" / "recording.mkv", "--out", self.out, "--no-report")
            self.assertEqual(film.returncode, 0, film.stderr)
        finally:
            subprocess.run(["umount", disk], check=True)

    def test_wrong_requests_are_one_sentence(self):
        for arguments, words in (((self.camera, "--filter", "median:3"), "expected none or mean:N"),
                                 (("webcam:0",), "webcam"),
                                 (("paced:/absent.mkv",), "absent.mkv"),
                                 ((self.camera, "--device", "cuda"), "CPU")):
            done = eyelid("live", *arguments, "--out", self.out, "--seconds", 1)
            self.assertEqual(done.returncode, 1, (arguments, done.stderr))
            self.assertEqual(done.stderr.strip().count("\n"), 0, done.stderr)
            self.assertIn(words, done.stderr)
            self.assertFalse(self.out.exists())


if __name__ == "__main__":
    unittest.main()
