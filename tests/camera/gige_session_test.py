#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`eyelid live` of a GigE Vision camera on a virtual network, whose packets are real: the files of the session against `track` on
its recording, past the wrap of the camera's ids; lost packets; a camera that is unplugged and comes back.

usage: gige_session_test.py EYELID GIGE_CAMERA   (unittest options may follow)

The network, and when this is skipped: gige_network.py. EYELID_GIGE_FPS: another rate than 100 frames/s, for quiet machines.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import gige_network
from gige_network import packets_dropped

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))


class GigeSession(gige_network.CameraOnANetwork):
    FPS = int(os.environ.get("EYELID_GIGE_FPS", "100"))

    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(tempfile.mkdtemp())
        self.out = self.root / "session"

    def tearDown(self):
        super().tearDown()
        shutil.rmtree(self.root)

    def command(self, *arguments):
        return [program.EYELID, "live", "aravis:", "--fps", self.FPS, "--exposure-us", 500, "--roi", "0,0,640,480",
                "--packet-size", 8900, "--out", self.out, *arguments]

    def measure(self, seconds):
        done = eyelid(*self.command("--seconds", seconds)[1:])
        self.assertEqual(done.returncode, 0, done.stderr)
        return self.check_files()

    def check_files(self):
        """Every number has a row, and the tables are those of `track` on the recording: rows of timestamps.csv, session.json."""
        self.assertFalse(list(self.out.glob("*unfinished*")))
        times = rows(self.out / "timestamps.csv")
        self.assertEqual([int(row["number"]) for row in times], list(range(len(times))))
        again = eyelid("track", self.out / "recording.mkv", "--timestamps", self.out / "timestamps.csv", "--out",
                       self.root / "again", "--no-report")
        self.assertEqual(again.returncode, 0, again.stderr)
        for name in ("frames.csv", "blinks.csv"):
            self.assertEqual((self.out / name).read_bytes(), (self.root / "again" / name).read_bytes(), name)
        frames = rows(self.out / "frames.csv")
        self.assertGreater(sum(row["valid"] == "1" for row in frames), 0.9 * len(frames))
        counts = {status: sum(row["status"] == status for row in times) for status in ("ok", "lost", "incomplete", "overrun")}
        session = json.loads((self.out / "session.json").read_text())
        for status in ("lost", "incomplete", "overrun"):
            self.assertEqual(session["live"][status], counts[status], status)
        latency = session["live"]["latency_ms"]
        print(f"\n{len(times)} exposures at {self.FPS}/s: {counts}; {session['options']['camera statistics']}; arrival to closure p50 "
              f"{latency['p50']:.2f} p99 {latency['p99']:.2f} max {latency['max']:.2f} ms")
        return times, counts, session

    def test_its_tables_are_those_of_track_past_the_wrap_of_the_ids(self):
        times, counts, _ = self.measure(3)
        # The simulator begins at 65401, so that 16 bits end at exposure 135: a wrap taken for a gap would show as thousands of rows.
        self.assertGreater(len(times), 1.5 * self.FPS)
        self.assertLess(len(times), 3.5 * self.FPS)
        self.assertGreater(int(times[-1]["number"]), 135)
        # On a busy machine the simulator is late and skips exposures, which the camera's clock tells.
        self.assertLess(counts["lost"] + counts["incomplete"], 0.5 * len(times))

    def test_frames_whose_packets_the_network_drops_are_incomplete_in_the_table(self):
        # One packet of 500, of about 36 a frame: never two of one frame.
        with packets_dropped("numgen", "inc", "mod", 500, "==", 250) as count:
            _, counts, session = self.measure(3)
            dropped = count()
        self.assertGreater(counts["incomplete"], 0)
        told = int(re.search(r"(\d+) incomplete", session["options"]["camera statistics"])[1])
        # Driver and network also count what came before the first frame and behind the last that was taken.
        self.assertLessEqual(counts["incomplete"], told)
        self.assertGreaterEqual(counts["incomplete"], told - 4)
        full = gige_network.packets_without_room() - self.without_room
        self.assertLessEqual(counts["incomplete"], dropped + full)
        self.assertGreaterEqual(counts["incomplete"], dropped - 4)

    def test_unplugged_it_is_told_at_once_and_goes_on_when_the_camera_is_back(self):
        session = subprocess.Popen([*map(str, self.command())], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        table = self.out / "timestamps.unfinished.csv"
        while not table.exists() or table.read_text().count("\n") < 100:
            self.assertIsNone(session.poll())
            time.sleep(0.05)
        self.stop_camera()
        killed_s = time.monotonic()
        told = self.line_with(session.stderr, "no frame for")
        told_s = time.monotonic() - killed_s
        time.sleep(0.5)
        self.start_camera()
        back_s = time.monotonic()
        self.line_with(session.stderr, "open again")
        open_s = time.monotonic() - back_s
        time.sleep(1.0)
        session.send_signal(signal.SIGINT)
        _, errors = session.communicate(timeout=60)
        self.assertEqual(session.returncode, 0, errors)
        silence_s = float(re.search(r"no frame for ([\d.]+) s", told)[1])
        print(f"\ntold {told_s * 1e3:.0f} ms after the camera was killed ({silence_s * 1e3:.0f} ms without a frame); open again "
              f"{open_s:.1f} s after it was back")
        # max(50 ms, 10 periods), and what a busy machine adds.
        limit_s = max(0.05, 10 / self.FPS)
        self.assertLess(silence_s, limit_s + 0.05)
        self.assertLess(told_s, limit_s + 0.5)
        self.assertLess(open_s, 6.0)
        times, counts, _ = self.check_files()
        # The gap has its rows, at the asked rate, and frames behind it.
        self.assertGreater(counts["lost"], 0.5 * self.FPS)
        self.assertEqual(times[-1]["status"], "ok")
        complete = [float(row["time_s"]) for row in times if row["frame"]]
        self.assertGreater(max(b - a for a, b in zip(complete, complete[1:])), 0.5)

    def line_with(self, stream, words):
        for line in stream:
            if words in line:
                return line
        self.fail(f"it never said \"{words}\"")


if __name__ == "__main__":
    gige_network.enter_namespace()
    import program
    from program import eyelid, rows

    gige_network.CameraOnANetwork.GIGE_CAMERA = sys.argv.pop(1)
    unittest.main()
