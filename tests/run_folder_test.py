#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A result folder is one run: reruns, failures, stale files, other recordings, outputs in the way.

usage: run_folder_test.py EYELID   (unittest options may follow)
"""
import csv
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

EYELID = pathlib.Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else None
TRIALS = "trial,cs_onset_s,us_onset_s,type\n1,0.4,0.6,paired\n"


def eyelid(*arguments, **options):
    return subprocess.run([EYELID, *map(str, arguments)], capture_output=True, text=True, timeout=240, **options)


def files_in(folder):
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


class Runs(unittest.TestCase):
    """Two short rendered recordings of different lengths."""

    @classmethod
    def setUpClass(cls):
        cls.films = pathlib.Path(tempfile.mkdtemp(prefix="eyelid-runs-"))
        for name, seed, seconds in (("a", 1, 1.0), ("b", 2, 1.5)):
            done = eyelid("synthesize", "--out", cls.films / name, "--seed", seed, "--seconds", seconds, "--trials", 0,
                          "--fps", 50)
            assert done.returncode == 0, done.stderr
        cls.a, cls.b = cls.films / "a/video.mkv", cls.films / "b/video.mkv"

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.films)

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="eyelid-run-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.out = self.folder / "o"

    def ok(self, *arguments, **options):
        done = eyelid(*arguments, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def refused(self, *arguments, **options):
        done = eyelid(*arguments, **options)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        return done.stderr

    def write_trials(self, folder=None):
        ((folder or self.out) / "trials.csv").write_text(TRIALS)

    def expect_one_run(self):
        session = json.loads((self.out / "session.json").read_text())
        for name, sha256 in session["run"]["sha256"].items():
            self.assertEqual(hashlib.sha256((self.out / name).read_bytes()).hexdigest(), sha256, name)
        return session

    def test_session_json_knows_every_file_of_the_run_and_the_recording(self):
        self.ok("track", self.a, "--out", self.out, "--save-landmarks", "--overlay")
        session = self.expect_one_run()
        self.assertEqual(sorted([*session["run"]["sha256"], "session.json"]), sorted(files_in(self.out)))
        recording = session["run"]["recording"]
        data = self.a.read_bytes()
        self.assertEqual((recording["size"], recording["frames"]), (len(data), 50))
        ends = data if len(data) <= 1 << 21 else data[:1 << 20] + data[-(1 << 20):]
        self.assertEqual(recording["sha256_ends"], hashlib.sha256(ends).hexdigest())
        self.write_trials()
        self.ok("score", self.out, "--export", "dlc,sleap,nwb", "--session-start", "2026-01-01T00:00:00Z")
        scored = self.expect_one_run()
        self.assertEqual(scored["run"]["id"], session["run"]["id"])
        self.assertEqual(sorted([*scored["run"]["sha256"], "session.json", "trials.csv"]), sorted(files_in(self.out)))

    def test_a_rerun_removes_what_it_does_not_write(self):
        self.ok("track", self.a, "--out", self.out, "--save-landmarks", "--overlay")
        self.write_trials()
        (self.out / "notes.txt").write_text("mine")
        self.ok("score", self.out, "--export", "dlc,sleap,nwb")
        self.ok("track", self.b, "--out", self.out, "--no-report")
        self.assertEqual(sorted(files_in(self.out)), ["blinks.csv", "frames.csv", "notes.txt", "session.json", "trials.csv"])
        self.assertIn("landmarks.csv: is missing", self.refused("score", self.out, "--export", "dlc", "--no-report"))
        self.ok("score", self.out, "--export", "nwb")
        self.ok("score", self.out, "--no-report")
        for name in ("session.nwb", "conditioning.html"):
            self.assertFalse((self.out / name).exists(), name)
        self.expect_one_run()

    def test_tables_of_another_run_are_refused_by_name(self):
        other = self.folder / "other"
        self.ok("track", self.a, "--out", self.out, "--no-report")
        self.ok("track", self.b, "--out", other, "--save-landmarks", "--no-report")
        self.write_trials()
        shutil.copy(other / "landmarks.csv", self.out)
        self.assertIn("landmarks.csv: is not of the run", self.refused("score", self.out, "--export", "dlc", "--no-report"))
        self.assertFalse((self.out / "trial_scores.csv").exists())
        mine = (self.out / "blinks.csv").read_bytes()
        (self.out / "blinks.csv").write_bytes(mine + b"\n")
        self.assertIn("blinks.csv: is not of the run", self.refused("score", self.out, "--no-report"))
        (self.out / "blinks.csv").write_bytes(mine)
        shutil.copy(other / "frames.csv", self.out)
        self.assertIn("frames.csv: is not of the run", self.refused("score", self.out, "--no-report"))
        self.assertIn("frames.csv: is not of the run",
                      self.refused("evaluate", "closure", "--truth", self.films / "b/truth.csv", "--frames", self.out / "frames.csv"))

    def test_labels_of_another_recording_are_refused_and_kept(self):
        self.ok("track", self.a, "--out", self.out, "--no-report")
        (self.out / "labels.csv").write_text("trial,eye,label,comment\n")
        self.ok("track", self.a, "--out", self.out, "--no-report")
        self.assertIn("labels.csv", self.refused("track", self.b, "--out", self.out, "--no-report"))
        self.assertTrue((self.out / "labels.csv").exists())

    def test_a_failed_rerun_leaves_the_older_result(self):
        self.ok("track", self.a, "--out", self.out, "--save-landmarks")
        before = files_in(self.out)
        levels = self.folder / "levels.json"
        levels.mkdir()
        self.refused("track", self.b, "--out", self.out, "--save-calibration", levels)
        # SIGXFSZ is ignored and inherited: too small for every table, as on a full disk.
        for blocks in (1, 2, 8, 40):
            limited = ["bash", "-c", f"trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"", "-", EYELID, "track", self.b, "--out", self.out,
                       "--overlay", "--save-landmarks"]
            done = subprocess.run(limited, capture_output=True, text=True, timeout=240)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertEqual(files_in(self.out), before, blocks)
        self.assertEqual([p.name for p in self.out.iterdir() if p.is_dir()], [])

    def test_a_full_disk_during_an_export_is_one_sentence(self):
        self.ok("track", self.a, "--out", self.out, "--save-landmarks", "--no-report")
        self.write_trials()
        before = files_in(self.out)
        for form, blocks in (("nwb", 20), ("nwb", 100), ("sleap", 8), ("sleap", 20)):
            done = subprocess.run(["bash", "-c", f"trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"", "-", EYELID, "score", self.out,
                                   "--no-report", "--export", form, "--session-start", "2026-01-01T00:00:00Z"],
                                  capture_output=True, text=True, timeout=240)
            self.assertEqual(done.returncode, 1, (form, blocks, done.stderr))
            self.assertEqual(files_in(self.out), before)

    def test_a_killed_rerun_leaves_the_older_result(self):
        self.ok("track", self.a, "--out", self.out)
        before = files_in(self.out)
        for delay_s in (0.02, 0.1, 0.3):
            running = subprocess.Popen([EYELID, "track", self.b, "--out", self.out, "--threads", "1"], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            time.sleep(delay_s)
            running.send_signal(signal.SIGKILL)
            if running.wait() != 0:
                self.assertEqual(files_in(self.out), before)
        self.ok("track", self.a, "--out", self.out, "--no-report")
        self.assertEqual(sorted(p.name for p in self.out.iterdir()), ["blinks.csv", "frames.csv", "session.json"])

    def test_two_writers_never_both_write(self):
        expected = {}
        for film in (self.a, self.b):
            self.ok("track", film, "--out", self.folder / "one", "--no-report", "--save-landmarks")
            expected[(self.folder / "one/frames.csv").read_bytes()] = (self.folder / "one/landmarks.csv").read_bytes()
        for _ in range(4):
            running = [subprocess.Popen([EYELID, "track", film, "--out", self.out, "--no-report", "--save-landmarks"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for film in (self.a, self.b)]
            sentences = [r.communicate()[1] for r in running]
            self.assertIn(0, [r.returncode for r in running], sentences)
            for process, sentence in zip(running, sentences):
                if process.returncode != 0:
                    self.assertIn("another run is writing", sentence)
            frames = (self.out / "frames.csv").read_bytes()
            self.assertEqual((self.out / "landmarks.csv").read_bytes(), expected[frames])
            self.expect_one_run()

    def test_a_recording_is_found_from_the_folder_and_known_by_content(self):
        for name, film in (("s1", self.a), ("s2", self.b)):
            (self.folder / name).mkdir()
            shutil.copy(film, self.folder / name / "video.mkv")
        s1, s2 = self.folder / "s1", self.folder / "s2"
        self.ok("track", "video.mkv", "--out", "out", "--no-report", cwd=s1)
        self.write_trials(s1 / "out")

        def pictures_from(place):
            self.ok("score", os.path.relpath(s1 / "out", place), "--pictures", cwd=place)
            return (s1 / "out/conditioning.html").read_bytes()
        at_home = pictures_from(s1)
        self.assertIn(b"data:image/jpeg", at_home)
        self.assertEqual(pictures_from(s2).count(b"data:image/jpeg"), at_home.count(b"data:image/jpeg"))
        # Another file of that name in its place is not taken; the recording beside the results is.
        shutil.copy(s2 / "video.mkv", s1 / "video.mkv")
        done = self.refused("score", s1 / "out", "--sync-region", "2,2,8,8", "--set", "isi_ms=200", "--no-report")
        self.assertIn("another recording than the one tracked", done)
        shutil.copy(self.a, s1 / "out/video.mkv")
        self.assertIn("expected an LED", self.refused("score", s1 / "out", "--sync-region", "2,2,8,8", "--set", "isi_ms=200", "--no-report"))

    def test_an_overlay_of_pictures_of_one_size(self):
        pictures = self.folder / "pictures"
        pictures.mkdir()
        for i in range(3):
            (pictures / f"{i}.pgm").write_bytes(b"P5 320 240 255\n" + bytes([90 + i]) * (320 * 240))
        self.ok("track", pictures, "--overlay", "--out", self.out)
        self.assertGreater((self.out / "overlay.mp4").stat().st_size, 500)
        before = files_in(self.out)
        (pictures / "3.pgm").write_bytes(b"P5 160 120 255\n" + bytes(160 * 120))
        self.assertIn("160 x 120", self.refused("track", pictures, "--overlay", "--out", self.out))
        self.assertEqual(files_in(self.out), before)

    def test_no_output_replaces_an_input(self):
        film = self.folder / "overlay.mp4"
        shutil.copy(self.a, film)
        data = film.read_bytes()
        for arguments in (("--out", self.out, "--json", film), ("--out", self.out, "--save-calibration", film),
                          ("--out", self.folder, "--overlay"), ("--out", self.folder)):
            with self.subTest(arguments=arguments):
                self.assertIn("input", self.refused("track", film, "--no-report", *arguments))
                self.assertEqual(film.read_bytes(), data)
                self.assertFalse(self.out.exists())
        pictures = self.folder / "pictures"
        pictures.mkdir()
        (pictures / "0.pgm").write_bytes(b"P5 32 24 255\n" + bytes(32 * 24))
        self.assertIn("input", self.refused("detect", pictures, "--json", pictures / "0.pgm"))
        mine = self.folder / "mine"
        mine.mkdir()
        shutil.copy(self.a, mine / "video.mkv")
        self.assertIn("not of an earlier rendering", self.refused("synthesize", "--out", mine, "--seconds", 0.5, "--fps", 10, "--trials", 0))
        self.assertEqual((mine / "video.mkv").read_bytes(), data)

    def test_scoring_replaces_no_recording_and_no_file_of_any_session(self):
        film, other = self.folder / "film.mkv", self.folder / "p"
        shutil.copy(self.a, film)
        for out in (self.out, other):
            self.ok("track", film, "--out", out, "--no-report")
            self.write_trials(out)
        trials, link = self.folder / "t.csv", self.folder / "link.mkv"
        trials.write_text(TRIALS)
        (other / "notes.txt").write_text("mine")
        os.link(film, link)
        table = self.folder / "sessions.csv"
        table.write_text(f"folder,trials,subject\n{self.out},{trials},a\n{other},,a\n")
        before = {path: path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}
        one, two = ("score", self.out, "--trials", trials, "--no-report"), ("score", "--sessions", table, "--no-report")
        for arguments in ((*one, "--json", film), (*one, "--json", link), (*one, "--save-calibration", film),
                          (*one, "--json", self.out / "session.json"), (*two, "--json", trials),
                          (*two, "--json", other / "frames.csv"), (*two, "--json", other / "session.json"),
                          (*two, "--save-calibration", other / "notes.txt"), (*two, "--json", table),
                          (*two, "--out", self.folder)):
            with self.subTest(arguments=arguments):
                self.assertIn("input", self.refused(*arguments))
                self.assertEqual({path: path.read_bytes() for path in before}, before)
        self.assertIn("is an input", self.refused("score", "o", "--trials", "t.csv", "--json", "film.mkv", cwd=self.folder))
        # What such an option wrote may be replaced.
        for _ in range(2):
            self.ok(*one, "--json", self.out / "score.json", "--save-calibration", self.out / "levels.json")
            self.ok(*two, "--out", self.folder / "study", "--json", other / "study.json")

    def test_pictures_that_were_asked_for_and_are_not_there(self):
        film, document = self.folder / "film.mkv", self.folder / "score.json"
        shutil.copy(self.a, film)
        self.ok("track", film, "--out", self.out, "--no-report")
        self.write_trials()
        film.unlink()
        done = self.ok("score", self.out, "--pictures", "--json", document)
        self.assertIn("warning: No pictures: ", done.stderr)
        self.assertIn("recording not found", " ".join(json.loads(document.read_text())["warnings"]))
        shutil.copy(self.b, film)
        sentence = self.ok("score", self.out, "--pictures").stderr
        self.assertEqual(sentence.count("another recording than the one tracked"), 1, sentence)
        sentence = self.refused("score", self.out, "--sync-region", "2,2,8,8", "--set", "isi_ms=200", "--no-report")
        self.assertEqual(sentence.count("another recording than the one tracked"), 1, sentence)

    def test_no_output_replaces_a_link_a_pipe_or_a_folder(self):
        (self.folder / "precious").write_text("precious")
        (self.folder / "link").symlink_to("precious")
        os.mkfifo(self.folder / "pipe")
        (self.folder / "folder").mkdir()
        for name, kind in (("link", "is a link"), ("pipe", "is a pipe"), ("folder", "is a folder"), ("/dev/null", "is a device")):
            with self.subTest(name=name):
                self.assertIn(kind, self.refused("doctor", "--json", self.folder / name))
        self.assertEqual((self.folder / "precious").read_text(), "precious")
        self.out.mkdir()
        (self.out / "report.html").symlink_to("../precious")
        self.assertIn("report.html: is a link", self.refused("track", self.a, "--out", self.out, "--no-report"))
        (self.folder / "via").symlink_to("real")
        (self.folder / "real").mkdir()
        self.ok("track", self.a, "--out", self.folder / "via", "--no-report")
        self.assertIn("frames.csv", files_in(self.folder / "real"))

    def test_an_impossible_output_is_refused_before_the_work(self):
        for path in (str(self.out) + "/", "/nowhere/j.json", self.out / "deeper/j.json"):
            with self.subTest(path=path):
                self.refused("track", self.a, "--out", self.out, "--json", path)
                self.assertFalse(self.out.exists())
        self.assertIn("another output", self.refused("track", self.a, "--out", self.out, "--json", self.out / "frames.csv"))
        self.ok("track", self.a, "--out", self.out, "--no-report", "--json", self.out / "track.json")
        self.assertEqual(json.loads((self.out / "track.json").read_text())["command"], "track")
        self.ok("track", self.a, "--out", self.out, "--no-report", "--json", self.out / "track.json")

    def test_a_session_is_scored_once(self):
        self.ok("track", self.a, "--out", self.out, "--no-report")
        self.write_trials()
        self.assertIn("given twice", self.refused("score", self.out, self.folder / "." / "o"))


if __name__ == "__main__":
    unittest.main()
