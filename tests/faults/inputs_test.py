# SPDX-License-Identifier: MIT
"""Inputs and surroundings meant to hang, flood, or end the program: one sentence, status 1, and soon.

    inputs_test.py EYELID INJECT.SO
"""
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from running import Program

PROGRAM, INJECTOR = sys.argv.pop(1), sys.argv.pop(1)
FRAMES_HEADER = ("frame,time_s,valid,face_score,face_x_px,face_y_px,face_width_px,face_height_px,"
                 "ear_right,ear_left,fec_right,fec_left,fec,interpolated\n")


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory(prefix="eyelid-inputs-")
        cls.addClassCleanup(holder.cleanup)
        cls.folder = Path(holder.name)
        cls.program = Program(PROGRAM, INJECTOR, cls.folder)
        cls.video = cls.folder / "session/video.mkv"
        outcome = cls.program.run(["synthesize", "--out", cls.folder / "session", "--seconds", "0.5", "--fps", "20",
                                   "--trials", "0"])
        assert outcome.status == 0, outcome.errors
        cls.tracked = cls.folder / "tracked"
        cls.tracked.mkdir()
        (cls.tracked / "frames.csv").write_text(FRAMES_HEADER)

    def refused(self, *arguments, says="", **how):
        outcome = self.program.run(arguments, **how)
        self.assertEqual((outcome.status, outcome.violations()), (1, []), outcome.errors[-600:])
        self.assertIn(says, outcome.errors)
        self.assertLess(outcome.seconds, 20)
        return outcome

    def readers(self, path):
        """Every command that reads a list, a table or JSON that a user names."""
        tracked = ["score", self.tracked, "--no-report"]
        return [["evaluate", "detector", "--dataset", f"jsonl:{path}"],
                ["evaluate", "detector", "--dataset", f"dlib:{path}"],
                ["evaluate", "detector", "--dataset", f"aflw:{path}"],
                ["evaluate", "closure", "--truth", path, "--frames", self.tracked / "frames.csv"],
                ["evaluate", "closure", "--truth", self.folder / "session/truth.csv", "--frames", path],
                ["model", "fetch", "--list", "--manifest", path, "--to", self.folder / "models"],
                ["model", "inspect", path],
                ["bench", "compare", path],
                ["track", self.video, "--out", self.folder / "out", "--calibration", path],
                ["track", self.video, "--out", self.folder / "out", "--trials", path],
                ["track", self.video, "--out", self.folder / "out", "--truth", path],
                [*tracked, "--trials", path], [*tracked, "--labels", path], [*tracked, "--events", path],
                [*tracked, "--preset", path], ["score", "--sessions", path],
                ["simulate", "ipu", "--validate", path]]

    def test_endless_inputs(self):
        pipe = self.folder / "pipe.json"
        os.mkfifo(pipe)
        endless = self.folder / "endless.json"
        endless.touch()
        os.truncate(endless, 1 << 36)  # sparse: 64 GiB of zeros in one line
        for path in ("/dev/zero", pipe, endless):
            for arguments in self.readers(path):
                with self.subTest(arguments=arguments):
                    self.refused(*arguments, limits=[(resource.RLIMIT_AS, 4 << 30)])

    def test_nested_json(self):
        deep = "[" * 200_000 + "]" * 200_000
        files = {"faces.jsonl": '{"image":"a.jpg","faces":[{"box":%s}]}\n', "levels.json": '{"format":%s}',
                 "models.json": '{"models":[{"name":%s}]}', "preset.json": '{"name":%s}',
                 "bench.json": '{"command":"bench detector","machine":{"a":%s},"rows":[]}'}
        for name, text in files.items():
            (self.folder / name).write_text(text % deep)
        for arguments in (["evaluate", "detector", "--dataset", f"jsonl:{self.folder / 'faces.jsonl'}"],
                          ["track", self.video, "--out", self.folder / "out", "--calibration", self.folder / "levels.json"],
                          ["model", "fetch", "--list", "--manifest", self.folder / "models.json", "--to", self.folder / "m"],
                          ["score", self.tracked, "--preset", self.folder / "preset.json"],
                          ["score", self.tracked, "--set", "criterion.above=" + "[" * 100_000],
                          ["bench", "compare", self.folder / "bench.json"]):
            with self.subTest(arguments=[str(a)[:80] for a in arguments]):
                self.refused(*arguments, says="more than 64 levels")

    def test_a_database_that_never_ends(self):
        endless = ("WITH RECURSIVE n(face_id) AS (SELECT 1 UNION ALL SELECT face_id + 1 FROM n) "
                   "SELECT face_id, face_id AS file_id FROM n")
        tables = ("CREATE TABLE FaceImages(file_id, filepath); CREATE TABLE FaceRect(face_id, x, y, w, h);"
                  "INSERT INTO FaceImages VALUES(1, 'a.jpg');")
        view = self.folder / "view.sqlite"
        with sqlite3.connect(view) as database:
            database.executescript(tables + f"CREATE VIEW Faces AS {endless};")
        self.refused("evaluate", "detector", "--dataset", f"aflw:{view}", says="expected Faces, FaceImages and FaceRect")
        # Without a view: a join of every face with every picture, 10^10 rows.
        join = self.folder / "join.sqlite"
        with sqlite3.connect(join) as database:
            database.executescript(
                "CREATE TABLE Faces(face_id, file_id); CREATE TABLE FaceImages(file_id, filepath);"
                "CREATE TABLE FaceRect(face_id, x, y, w, h);"
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) "
                "INSERT INTO Faces SELECT i, 1 FROM n; INSERT INTO FaceImages SELECT 1, 'a' FROM Faces;")
        begin = time.monotonic()
        outcome = self.program.run(["evaluate", "detector", "--dataset", f"aflw:{join}"])
        self.assertEqual((outcome.status, outcome.violations()), (1, []), outcome.errors)
        self.assertIn("more than 200 million steps", outcome.errors)
        self.assertLess(time.monotonic() - begin, 60)

    def test_a_read_error_is_not_the_end_of_a_list(self):
        pictures = self.folder / "pictures"
        pictures.mkdir()
        lines = "".join(f'{{"image":"{"x" * 200}{i}.jpg","faces":[]}}\n' for i in range(2000))
        (pictures / "faces.jsonl").write_text(lines)
        table = self.folder / "long.csv"
        table.write_text("frame,time_s,fec_right,fec_left,fec\n" + "".join(f"{i},{i / 100},0.5,0.5,0.5\n" for i in range(20_000)))
        for arguments, name in ((["evaluate", "detector", "--dataset", f"jsonl:{pictures / 'faces.jsonl'}"], "faces.jsonl"),
                                (["evaluate", "closure", "--truth", table, "--frames", table], "long.csv")):
            reads = self.program.run(arguments, count=True).calls["read"]
            failures = 0
            for n in range(1, reads + 1):
                outcome = self.program.run(arguments, fault=f"read:{n}:5")
                self.assertNotIn("signal", outcome.violations())
                if f"{name}: reading failed (Input/output error)" in outcome.errors:
                    self.assertEqual(outcome.status, 1)
                    failures += 1
            self.assertGreaterEqual(failures, 3, arguments)  # at the begin, in the middle, at the end

    def test_names_that_look_like_formulas_are_written_as_text(self):
        out = self.folder / "study"
        out.mkdir()
        (self.folder / "=1+1").mkdir(exist_ok=True)
        run = self.program.run(["track", self.video, "--out", self.folder / "=1+1", "--no-report"])
        self.assertEqual(run.status, 0, run.errors)
        (self.folder / "=1+1/trials.csv").write_text("trial,cs_onset_s,us_onset_s,type\n1,0.100000,0.300000,paired\n")
        table = self.folder / "sessions.csv"
        table.write_text('folder,subject,group\n"=1+1","@SUM(A1)","-2+3"\n')
        run = self.program.run(["score", "--sessions", table, "--out", out, "--no-report"])
        self.assertEqual(run.status, 0, run.errors)
        tables = list(out.glob("*.csv"))
        self.assertGreaterEqual(len(tables), 2)
        for table in tables:
            for line in table.read_text().splitlines()[1:]:
                for cell in line.split(","):
                    self.assertFalse(cell.strip('"').startswith(("=", "+", "@")), line)
        self.assertIn("'@SUM(A1)", (out / "sessions.csv").read_text())

    def test_standard_output_full_or_closed(self):
        commands = (["--version"], ["track", "--help"], ["doctor"], ["score", "--list-presets"],
                    ["score", "--show-preset", "human"], ["model", "inspect", "--help"],
                    ["track", self.video, "--out", self.folder / "full", "--json", self.folder / "full.json"])
        for arguments in commands:
            with self.subTest(arguments=arguments), open("/dev/full", "wb") as full:
                self.refused(*arguments, stdout=full, says="standard output: cannot be written (No space left")
                shell = ["/bin/sh", "-c", 'exec "$0" "$@" >&-', PROGRAM, *map(str, arguments)]
                closed = subprocess.run(shell, capture_output=True, text=True)
                self.assertEqual(closed.returncode, 1, closed.stderr)
                self.assertIn("standard output: cannot be written", closed.stderr)
        self.assertTrue((self.folder / "full.json").exists())  # files are delivered all the same

    def test_a_reader_that_leaves_ends_nothing(self):
        report = self.folder / "pipe-left.json"
        read_end, write_end = os.pipe()
        os.close(read_end)
        self.refused("track", self.video, "--out", self.folder / "piped", "--json", report, stdout=write_end,
                     says="Broken pipe")
        os.close(write_end)
        self.assertTrue(report.exists())

    def test_closed_descriptors_are_not_given_to_files(self):
        out = self.folder / "all-closed"
        shell = ["/bin/sh", "-c", 'exec "$0" "$@" <&- >&- 2>&-', PROGRAM, "track", str(self.video), "--out", str(out)]
        self.assertEqual(subprocess.run(shell).returncode, 1)
        for table in out.glob("*.csv"):
            self.assertNotIn("frames/s", table.read_text())

    def test_limits_of_the_system(self):
        out = self.folder / "limited"
        self.refused("track", self.video, "--out", out, limits=[(resource.RLIMIT_FSIZE, 2000)])
        for megabytes in (300, 200, 150):
            version = self.program.run(["--version"], limits=[(resource.RLIMIT_AS, megabytes << 20)])
            self.assertLess(version.seconds, 10)
            self.assertEqual(version.violations(), [])

    def test_more_threads_than_there_are(self):
        outcome = self.program.run(["track", self.video, "--out", self.folder / "threads", "--threads", "1024",
                                    "--no-report"], limits=[(resource.RLIMIT_AS, 4 << 30)])
        self.assertEqual(outcome.status, 0, outcome.errors)
        # Few calls start a thread: each may be the one that fails.
        arguments = ["track", self.video, "--out", self.folder / "threads", "--threads", "4"]
        for n in range(1, self.program.run(arguments, count=True).calls["thread"] + 1):
            outcome = self.program.run(arguments, fault=f"thread:{n}+:11")
            self.assertEqual(outcome.violations(), [], f"thread {n}: {outcome.errors[-300:]}")

    def test_signals_end_a_job_with_a_sentence(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            process = subprocess.Popen(
                [PROGRAM, "synthesize", "--out", self.folder / "stopped", "--seconds", "600"],
                stderr=subprocess.PIPE, text=True)
            for _ in range(300):  # until the job has begun
                if (self.folder / "stopped").exists():
                    break
                time.sleep(0.1)
            process.send_signal(number)
            _, errors = process.communicate(timeout=30)
            self.assertEqual(process.returncode, 1, errors)
            self.assertIn(f"stopped by {number.name}", errors)
            left = [str(path) for path in (self.folder / "stopped").glob("**/*") if path.is_file()]
            self.assertEqual(left, [])

    def test_long_and_odd_names_stay_one_sentence(self):
        for name in ("x" * 4000, "a\nb\x1b[31m", "\u00e4" * 2000):
            for arguments in (["detect", name], ["track", name, "--out", self.folder / "odd"],
                              ["score", self.tracked, "--trials", name], ["score", self.tracked, "--preset", name],
                              ["score", self.tracked, "--set", f"{name}=1"], ["model", "inspect", name]):
                outcome = self.refused(*arguments)
                self.assertNotIn("\x1b", outcome.errors)
                self.assertNotIn("\ufffd", outcome.errors)  # no character is cut

    def test_upsampling_is_bounded(self):
        picture = self.folder / "large.pgm"
        picture.write_bytes(b"P5 4000 3000 255\n" + bytes(12_000_000))
        self.refused("detect", picture, "--detector", "hog", "--upsample", "4", says="after upsampling")


if __name__ == "__main__":
    unittest.main(verbosity=2)
