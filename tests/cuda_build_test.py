#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A build with CUDA on a machine without a GPU: what a user is told. Skipped (77) elsewhere, with the reason.

usage: cuda_build_test.py EYELID
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

EYELID = pathlib.Path(sys.argv.pop(1)).resolve()
SKIPPED = 77


def eyelid(*arguments):
    return subprocess.run([EYELID, *map(str, arguments)], capture_output=True, text=True, timeout=240)


class WithoutAGpu(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="eyelid-cuda-")
        cls.out = pathlib.Path(cls.folder.name)
        made = eyelid("synthesize", "--out", cls.out / "session", "--seconds", 1, "--trials", 0)
        assert made.returncode == 0, made.stderr
        cls.video = cls.out / "session" / "video.mkv"

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_doctor_says_that_there_is_no_device(self):
        done = eyelid("doctor", "--json", self.out / "doctor.json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"(?m)^GPU +none: no CUDA device")
        self.assertEqual(json.loads((self.out / "doctor.json").read_text())["gpus"], [])

    def test_forcing_the_gpu_is_one_clear_sentence(self):
        for arguments in (["track", self.video, "--out", self.out / "forced"], ["detect", self.video],
                          ["bench", "detector", "--batches", "1..4096"], ["bench", "latency"], ["bench", "pipeline"]):
            for precision in ("f32", "f16"):
                with self.subTest(command=arguments[:2], precision=precision):
                    done = eyelid(*arguments, "--device", "cuda", "--precision", precision)
                    self.assertEqual(done.returncode, 1, (done.stdout, done.stderr))
                    self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
                    self.assertIn("no CUDA device", done.stderr)
                    self.assertIn("expected a GPU and its driver, or device cpu", done.stderr)
        self.assertFalse((self.out / "forced").exists() and any((self.out / "forced").iterdir()))

    def test_auto_takes_the_processor_and_says_why(self):
        out = self.out / "auto"
        done = eyelid("track", self.video, "--out", out, "--device", "auto", "--no-report")
        self.assertEqual(done.returncode, 0, done.stderr)
        session = json.loads((out / "session.json").read_text())
        self.assertTrue(session["device"].startswith("cpu/"), session["device"])
        self.assertIn("no CUDA device", json.dumps(session))


if __name__ == "__main__":
    gpu = [line for line in eyelid("doctor").stdout.splitlines() if line.startswith("GPU")]
    if "no CUDA support" in gpu[0]:
        print("skipped: this build has no CUDA (EYELID_CUDA is off)")
        sys.exit(SKIPPED)
    if "none" not in gpu[0]:
        print(f"skipped: this machine has a GPU ({gpu[0]})")
        sys.exit(SKIPPED)
    unittest.main(verbosity=1)
