#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`eyelid cameras` as a user meets it.

usage: cameras_command_test.py EYELID FAKE_V4L2_LIBRARY   (unittest options may follow)
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

EYELID, FAKE_V4L2 = sys.argv.pop(1), sys.argv.pop(1)


def cameras(*arguments, fake=None):
    env = dict(os.environ)
    if fake is not None:
        env.update(LD_PRELOAD=FAKE_V4L2, EYELID_FAKE_V4L2=fake)
    return subprocess.run([EYELID, "cameras", *map(str, arguments)], capture_output=True, text=True, timeout=60, env=env)


class Cameras(unittest.TestCase):
    def test_a_camera_is_one_line_with_address_name_and_modes(self):
        done = cameras(fake="/dev/video242 formats=GREY@500")
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = [line for line in done.stdout.splitlines() if line.startswith("v4l2:/dev/video242 ")]
        self.assertEqual(len(lines), 1, done.stdout)
        self.assertIn("Test camera (platform:fake)", lines[0])
        self.assertIn("GREY 640x480@500 320x240@1000", lines[0])

    def test_the_list_can_be_read_by_programs(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "cameras.json"
            done = cameras("--json", path, fake="/dev/video242 formats=GREY@500")
            self.assertEqual(done.returncode, 0, done.stderr)
            listed = json.loads(path.read_text())
            self.assertEqual(listed["command"], "cameras")
            self.assertIn("v4l2:/dev/video242", [camera["address"] for camera in listed["cameras"]])

    @unittest.skipIf(any(pathlib.Path("/dev").glob("video*")), "this machine has cameras")
    def test_without_cameras_it_says_what_to_do(self):
        done = cameras()
        self.assertEqual(done.returncode, 0, done.stderr)
        for word in ("no camera found", "paced:", "synthetic:"):
            self.assertIn(word, done.stdout.lower())


if __name__ == "__main__":
    unittest.main()
