#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`eyelid live` on a film that arrives by the clock: its files, and what is left when something fails.

  live_test.py EYELID
"""
import json
import os
import pathlib
import shutil
import signal
import socket
import statistics
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
        cls.film = cls.root / "s" / "video.mkv"
        cls.camera = f"paced:{cls.film}"

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
        _, frames = self.check_accounts(self.out)
        self.assertGreater(len(frames), 2.5 * FPS)
        self.check_same_as_tracked()

    def check_same_as_tracked(self, *options):
        again = eyelid("track", self.out / "recording.mkv", "--timestamps", self.out / "timestamps.csv", "--out",
                       self.out.parent / "again", "--no-report", *options)
        self.assertEqual(again.returncode, 0, again.stderr)
        for name in ("frames.csv", "blinks.csv"):
            self.assertEqual((self.out / name).read_bytes(), (self.out.parent / "again" / name).read_bytes(), name)
        return self.out.parent / "again"

    def test_frames_that_came_while_the_machine_was_busy_are_measured_at_the_end(self):
        session = self.start()
        self.wait_for_rows(40)
        # Frames wait in the camera's buffers; all but the newest are then too old to be measured at once.
        session.send_signal(signal.SIGSTOP)
        time.sleep(0.5)
        session.send_signal(signal.SIGCONT)
        time.sleep(0.5)
        session.send_signal(signal.SIGINT)
        _, errors = session.communicate(timeout=120)
        self.assertEqual(session.returncode, 0, errors)
        times, frames = self.check_accounts(self.out)
        late = [int(row["frame"]) for row in times if row["status"] == "overrun" and row["frame"]]
        self.assertGreaterEqual(len(late), 10)
        self.assertTrue(all(frames[frame]["valid"] == "1" for frame in late))
        self.assertIn("measuring the recording again", errors)
        live = json.loads((self.out / "session.json").read_text())["live"]
        self.assertEqual(live["measured_later"], len(late) + live["hurried"])
        self.check_same_as_tracked()

    def test_a_tracker_that_is_behind_catches_up_without_detecting(self):
        session = self.start()
        self.wait_for_rows(40)
        for _ in range(5):
            session.send_signal(signal.SIGSTOP)
            time.sleep(0.07)  # too short for frames to be skipped, if the machine wakes in time
            session.send_signal(signal.SIGCONT)
            time.sleep(0.2)
        session.send_signal(signal.SIGINT)
        _, errors = session.communicate(timeout=120)
        self.assertEqual(session.returncode, 0, errors)
        self.check_accounts(self.out)
        live = json.loads((self.out / "session.json").read_text())["live"]
        self.assertGreaterEqual(live["hurried"], 1)
        self.assertIn("without detecting the face, to keep up", errors)
        self.check_same_as_tracked()

    def plan(self, trials):
        plan = self.out.parent / "plan.json"
        plan.write_text(json.dumps({
            "format": "eyelid-trials", "version": 1, "seed": 3, "after_s": 0.3, "iti": {"min_s": 0.3, "max_s": 0.5},
            "conditions": [{"name": "paired", "cs": {"ms": 300}, "isi_ms": 250, "us": {"ms": 50}, "count": trials}]}))
        return plan

    def test_trials_are_scored_as_those_of_track_and_their_lamp_is_seen(self):
        levels = self.out.parent / "levels.json"
        tracked = eyelid("track", self.film, "--out", self.out.parent / "film", "--save-calibration", levels, "--no-report")
        self.assertEqual(tracked.returncode, 0, tracked.stderr)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        done = eyelid("live", f"{self.camera}?lamp=udp:{port}", "--out", self.out, "--trials", self.plan(4), "--calibration", levels,
                      "--output", f"udp:127.0.0.1:{port}", "--lamp", "0,0,24,24", "--seconds", 60)
        self.assertEqual(done.returncode, 0, done.stderr)
        session = json.loads((self.out / "session.json").read_text())
        self.assertEqual(session["live"]["ended"], "every trial was done")

        # The loop: the camera shows the lamp of an output at most three frames behind the one that decided.
        starts = [row for row in rows(self.out / "events.csv") if row["event"] == "trial_start"]
        self.assertEqual(len(starts), 4)
        steps = [int(row["seen_frame"]) - int(row["frame"]) for row in starts]
        self.assertGreaterEqual(min(steps), 1)
        self.assertLessEqual(statistics.median(steps), 3, steps)  # a busy machine may be late once
        loop = session["live"]["loop"]
        self.assertEqual(loop["latency_ms"]["count"], 4)
        self.assertEqual(sum(loop["frames"]), 4)
        self.assertEqual(loop["unseen"], 0)
        self.assertEqual(sum(bin["count"] for bin in session["live"]["output_latency_ms"]["histogram"]), session["live"]["output_latency_ms"]["count"])
        self.assertIn("decision to light", done.stdout)

        again = self.check_same_as_tracked("--calibration", levels)
        verdicts = []
        for folder in (self.out, again):
            scored = eyelid("score", folder, "--trials", self.out / "trials.csv")
            self.assertEqual(scored.returncode, 0, scored.stderr)
            verdicts.append((folder / "trial_scores.csv").read_bytes())
        self.assertEqual(len(rows(self.out / "trial_scores.csv")), 3 * 4)  # right, left, and their mean
        self.assertEqual(*verdicts)

    def test_a_calibration_at_the_rig_comes_before_the_trials(self):
        done = eyelid("live", self.camera, "--out", self.out, "--calibrate", "--subject", "anna", "--trials", self.plan(1), "--puffs", 1,
                      "--seconds", 90)
        self.assertEqual(done.returncode, 0, done.stderr)
        prompts = [done.stderr.index(words) for words in ("look at the camera", "blink 1 of 5", "blink 5 of 5", "puff 1 of 1 in 1 s", "right eye open")]
        self.assertEqual(prompts, sorted(prompts))
        levels = json.loads((self.out / "calibration.json").read_text())
        self.assertEqual(levels["subject"], "anna")
        own = json.loads((self.out / "session.json").read_text())["calibration"]
        reference = eyelid("track", self.film, "--out", self.out.parent / "film", "--save-calibration", self.out.parent / "levels.json", "--no-report")
        self.assertEqual(reference.returncode, 0, reference.stderr)
        expected = json.loads((self.out.parent / "levels.json").read_text())
        for eye in ("right", "left"):
            for level in ("open_ear", "closed_ear"):
                self.assertAlmostEqual(levels[eye][level], expected[eye][level], delta=0.02, msg=(eye, level))
                self.assertAlmostEqual(levels[eye][level], own[eye][level], places=6)
        events = [row["event"] for row in rows(self.out / "events.csv")]
        self.assertIn("trial_start", events)
        self.assertLess(max(i for i, event in enumerate(events) if event == "calibration"), events.index("armed"))
        self.check_same_as_tracked("--calibration", self.out / "calibration.json")

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
