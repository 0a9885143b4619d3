#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`eyelid batch` and `eyelid collect` as a user and a cluster meet them.

usage: batch_command_test.py EYELID   (unittest options may follow)
"""
import csv
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from program import EYELID, TIMEOUT_S, eyelid, rows

RETRY = 75
CLUSTER_VARIABLES = ("SLURM_ARRAY_TASK_ID", "SGE_TASK_ID", "LSB_JOBINDEX", "PBS_ARRAY_INDEX", "PBS_ARRAYID", "SLURM_CPUS_PER_TASK",
                     "NSLOTS", "LSB_DJOB_NUMPROC", "NCPUS")
for variable in CLUSTER_VARIABLES:
    os.environ.pop(variable, None)


def result_files(folder):
    """The tables of a session, by content. (session.json has times.)"""
    return {name: (folder / name).read_bytes() for name in ("frames.csv", "blinks.csv")}


class Batch(unittest.TestCase):
    """Two short rendered sessions under several names, one with trials; a broken film."""

    @classmethod
    def setUpClass(cls):
        cls.films = pathlib.Path(tempfile.mkdtemp(prefix="eyelid-batch-"))
        for seed in (1, 2):
            made = eyelid("synthesize", "--out", cls.films / str(seed), "--seed", seed, "--seconds", 1.5, "--trials", 1, "--isi", 0.25,
                          "--fps", 50)
            assert made.returncode == 0, made.stderr
        (cls.films / "broken.mkv").write_bytes(bytes(range(256)) * 8)
        done = eyelid("track", cls.films / "1/video.mkv", "--out", cls.films / "alone", "--no-report")
        assert done.returncode == 0, done.stderr

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.films)

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="eyelid-batch-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.root = self.folder / "root"
        self.manifest = self.folder / "manifest.csv"

    def write_manifest(self, *lines, header="id,video,trials,subject"):
        self.manifest.write_text("\n".join((header, *lines)) + "\n")

    def two_and_a_broken_one(self):
        self.write_manifest(f"s1,{self.films}/1/video.mkv,,anna", f"bad,{self.films}/broken.mkv,,", f"s2,{self.films}/2/video.mkv,{self.films}/2/trials.csv,otto")

    def batch(self, *arguments, status=0, **options):
        done = eyelid("batch", self.manifest, "--out", self.root, "--no-report", *arguments, **options)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def collected(self, *arguments):
        done = eyelid("collect", self.root, *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return {row["id"]: row for row in rows(self.root / "recordings.csv")}

    def state(self, name):
        return json.loads((self.root / name / "batch.json").read_text())["state"]

    def test_a_broken_film_does_not_stop_the_others(self):
        self.two_and_a_broken_one()
        done = self.batch("--json", self.folder / "b.json", status=1)
        self.assertIn("3 recordings: 2 done, 0 done before, 1 failed", done.stdout)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        self.assertIn("eyelid: bad: failed: ", done.stderr)
        self.assertIn("broken.mkv", done.stderr)
        self.assertEqual(result_files(self.root / "s1"), result_files(self.films / "alone"))
        self.assertTrue((self.root / "s2/trial_scores.csv").exists())
        self.assertEqual(sorted(p.name for p in (self.root / "bad").iterdir()), ["batch.json"])
        figures = json.loads((self.folder / "b.json").read_text())
        self.assertEqual(figures["command"], "batch")
        self.assertEqual([r["outcome"] for r in figures["recordings"]], ["done", "failed", "done"])

        # Only what is not whole, and nothing that failed for good.
        again = self.batch("--resume", status=1)
        self.assertIn("0 done, 2 done before, 0 failed, 1 failed before", again.stdout)
        self.assertIn("bad: failed before: ", again.stderr)
        (self.root / "s1/frames.csv").unlink()
        (self.root / "s2/blinks.csv").write_bytes(b"changed")
        self.assertIn("2 done, 0 done before", self.batch("--resume", status=1).stdout)
        self.assertIn("1 failed,", self.batch("--resume", "--retry-failed", status=1).stdout)
        # A film that was put right is another one.
        self.write_manifest(f"bad,{self.films}/1/video.mkv,,")
        self.assertIn("1 done, 0 done before", self.batch("--resume").stdout)

        table = self.collected()
        self.assertEqual({name: row["state"] for name, row in table.items()}, {"bad": "done", "s1": "done", "s2": "done"})
        self.assertEqual((table["s1"]["frames"], table["s1"]["subject"], table["s1"]["judged"]), ("75", "anna", ""))
        self.assertEqual((table["s2"]["subject"], table["s2"]["judged"]), ("otto", "1"))
        self.assertTrue((self.root / "recordings.html").stat().st_size > 10_000)

    def test_other_trials_are_scored_without_tracking_again(self):
        trials = self.folder / "trials.csv"
        shutil.copy(self.films / "2/trials.csv", trials)
        self.write_manifest(f"s2,{self.films}/2/video.mkv,{trials},otto")
        self.batch()
        before = json.loads((self.root / "s2/session.json").read_text())["run"]["id"]
        trials.write_text("trial,cs_onset_s,us_onset_s,type\n7,0.5,0.75,paired\n")
        self.assertIn("tracked before", self.batch("--resume").stdout)
        self.assertEqual({row["trial"] for row in rows(self.root / "s2/trial_scores.csv")}, {"7"})
        self.assertEqual(json.loads((self.root / "s2/session.json").read_text())["run"]["id"], before)
        self.assertIn("1 done before", self.batch("--resume").stdout)
        # Options of tracking are of the request too.
        self.assertIn("1 done, 0 done before", self.batch("--resume", "--save-landmarks").stdout)
        self.assertTrue((self.root / "s2/landmarks.csv").exists())
        trials.write_text("trial,cs_onset_s\n1,0.5\n")
        self.batch("--resume", "--save-landmarks", status=1)
        self.assertEqual(self.state("s2"), "failed")

    def test_results_of_track_are_taken_over(self):
        self.write_manifest(f"s1,{self.films}/1/video.mkv,,")
        shutil.copytree(self.films / "alone", self.root / "s1")
        self.assertIn("tracked before", self.batch_with_reports("--resume").stdout)
        self.assertIn("1 done before", self.batch_with_reports("--resume").stdout)

    def batch_with_reports(self, *arguments):
        done = eyelid("batch", self.manifest, "--out", self.root, *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def long_film(self):
        """So long that a signal comes amid the work."""
        film = self.folder / "long"
        made = eyelid("synthesize", "--out", film, "--seed", 3, "--seconds", 8, "--trials", 0, "--fps", 50)
        self.assertEqual(made.returncode, 0, made.stderr)
        self.write_manifest(f"long,{film}/video.mkv,,", f"s1,{self.films}/1/video.mkv,,")

    def start_and_send(self, which):
        running = subprocess.Popen([EYELID, "batch", self.manifest, "--out", self.root, "--no-report", "--threads", "1"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + TIMEOUT_S
        while not list(self.root.glob("long/.eyelid-run-*")) and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.1)
        running.send_signal(which)
        out, error = running.communicate(timeout=TIMEOUT_S)
        return running.returncode, out, error

    def test_a_signal_ends_cleanly_and_resume_goes_on(self):
        self.long_film()
        status, out, error = self.start_and_send(signal.SIGTERM)
        self.assertEqual(status, RETRY, out + error)
        self.assertIn("stopped by SIGTERM", error)
        self.assertIn("2 not begun", out)
        self.assertEqual(self.state("long"), "stopped")
        self.assertEqual(sorted(p.name for p in (self.root / "long").iterdir()), ["batch.json"])
        self.assertEqual(self.collected("--manifest", self.manifest)["s1"]["state"], "missing")
        self.assertIn("2 done, 0 done before", self.batch("--resume").stdout)

    def test_a_kill_leaves_no_half_result_and_resume_goes_on(self):
        self.long_film()
        status, _, _ = self.start_and_send(signal.SIGKILL)
        self.assertEqual(status, -signal.SIGKILL)
        self.assertEqual(self.state("long"), "started")
        self.assertFalse((self.root / "long/session.json").exists())
        self.assertEqual(self.collected()["long"]["state"], "unfinished")
        self.batch("--resume")
        self.assertEqual([p.name for p in (self.root / "long").iterdir() if p.is_dir()], [])
        alone = eyelid("track", self.folder / "long/video.mkv", "--out", self.folder / "alone", "--no-report")
        self.assertEqual(alone.returncode, 0, alone.stderr)
        self.assertEqual(result_files(self.root / "long"), result_files(self.folder / "alone"))

    def test_a_full_disk_is_worth_another_attempt(self):
        self.write_manifest(f"s1,{self.films}/1/video.mkv,,")
        # SIGXFSZ is ignored and inherited: batch.json fits, frames.csv does not, as on a full disk.
        limited = ["bash", "-c", "trap '' XFSZ; ulimit -f 4; exec \"$@\"", "-", EYELID, "batch", self.manifest, "--out", self.root, "--no-report"]
        done = subprocess.run(limited, capture_output=True, text=True, timeout=TIMEOUT_S)
        self.assertEqual(done.returncode, RETRY, done.stdout + done.stderr)
        self.assertEqual(self.state("s1"), "stopped")
        self.assertIn("1 done, 0 done before", self.batch("--resume").stdout)

    def test_a_machine_that_fails_all_is_not_asked_for_the_rest(self):
        self.write_manifest(*(f"s{i},{self.films}/1/video.mkv,," for i in range(5)))
        self.root.write_text("a file where the folder should be")
        done = self.batch(status=RETRY)
        self.assertIn("3 stopped, 2 not begun", done.stdout)
        self.assertIn("the other 2 are left", done.stderr)

    def test_tasks_of_every_engine(self):
        self.two_and_a_broken_one()
        done = self.batch("--task", "1")
        self.assertIn("task 1 of 3 (--task): recordings 1 to 1 of 3", done.stdout)
        self.assertEqual([p.name for p in self.root.iterdir()], ["s1"])
        for variable in ("SLURM_ARRAY_TASK_ID", "SGE_TASK_ID", "LSB_JOBINDEX", "PBS_ARRAY_INDEX"):
            with self.subTest(variable):
                self.assertIn(f"task 1 of 3 ({variable})", self.batch("--resume", env={**os.environ, variable: "1"}).stdout)
        # Outside an array.
        for variable, value in (("SGE_TASK_ID", "undefined"), ("LSB_JOBINDEX", "0")):
            self.assertIn("3 recordings", self.batch("--resume", status=1, env={**os.environ, variable: value}).stdout)
        self.assertIn("3 recordings", self.batch("--resume", "--task", "all", status=1, env={**os.environ, "SLURM_ARRAY_TASK_ID": "1"}).stdout)
        packed = self.batch("--resume", "--task", "2", "--per-task", "2")
        self.assertIn("task 2 of 2 (--task): recordings 3 to 3 of 3", packed.stdout)
        self.assertIn("expected 1 to 3", self.batch("--task", "4", status=1).stderr)
        self.assertIn("expected 1 to 3", self.batch(status=1, env={**os.environ, "SLURM_ARRAY_TASK_ID": "0"}).stderr)
        self.assertIn("SGE_TASK_ID", self.batch(status=1, env={**os.environ, "SGE_TASK_ID": "one"}).stderr)
        self.batch("--task", "-1", status=2)
        self.batch("--retry-failed", status=2)

    def test_threads_are_those_of_the_task(self):
        self.write_manifest(f"s1,{self.films}/1/video.mkv,,")

        def device(**environment):
            self.batch(env={**os.environ, **environment})
            return json.loads((self.root / "s1/session.json").read_text())["device"]
        self.assertIn(", 1 thread", device(SLURM_CPUS_PER_TASK="1"))
        self.assertIn(", 3 threads", device(NSLOTS="3"))

    def test_a_bad_manifest_is_one_sentence_before_any_work(self):
        film = self.films / "1/video.mkv"
        for lines, expected in (((f"../out,{film},,",), "column id"), ((f"a/b,{film},,",), "column id"), ((f"..,{film},,",), "column id"),
                                ((f"a,{film},,", f"A,{film},,"), "line 2 has it"), ((), "no recording"), (("a,,,",), "column video"),
                                (("a",), "expected 4 as in the header")):
            with self.subTest(lines=lines):
                self.write_manifest(*lines)
                done = self.batch(status=1)
                self.assertIn(expected, done.stderr)
                self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
                self.assertFalse(self.root.exists())
        self.write_manifest(f"a,{film},x", header="id,video,trails")
        self.assertIn('found the column "trails"', self.batch(status=1).stderr)
        self.manifest.unlink()
        self.batch(status=1)

    def test_help_names_the_engines_and_statuses(self):
        text = " ".join(eyelid("batch", "--help").stdout.split())
        for word in ("SLURM_ARRAY_TASK_ID", "SGE_TASK_ID", "LSB_JOBINDEX", "PBS_ARRAY_INDEX", "SLURM_CPUS_PER_TASK", "75", "--resume", "--per-task"):
            self.assertIn(word, text)


class Collect(unittest.TestCase):
    """Made-up sessions: only their records and tables in short."""
    COUNT = int(os.environ.get("EYELID_COLLECT_SESSIONS", 100))

    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="eyelid-collect-"))
        self.addCleanup(shutil.rmtree, self.root)

    def make_sessions(self, count):
        films = self.root / ".films"
        made = eyelid("synthesize", "--out", films, "--seed", 1, "--seconds", 1.5, "--trials", 1, "--isi", 0.25, "--fps", 50)
        self.assertEqual(made.returncode, 0, made.stderr)
        manifest = self.root / "manifest.csv"
        manifest.write_text(f"id,video,trials\ns0,{films}/video.mkv,{films}/trials.csv\n")
        done = eyelid("batch", manifest, "--out", self.root)
        self.assertEqual(done.returncode, 0, done.stderr)
        for i in range(1, count):
            (self.root / f"s{i}").mkdir()
            for file in (self.root / "s0").iterdir():
                os.link(file, self.root / f"s{i}" / file.name)

    def test_many_sessions_take_little_time_and_memory(self):
        self.make_sessions(self.COUNT)
        begin = time.monotonic()
        done = subprocess.run(["/usr/bin/env", "bash", "-c", 'ulimit -v "$0"; exec "$@"', "1500000", EYELID, "collect", self.root, "--json", self.root / "c.json"],
                              capture_output=True, text=True, timeout=TIMEOUT_S)
        seconds = time.monotonic() - begin
        self.assertEqual(done.returncode, 0, done.stderr)
        print(f"collect: {self.COUNT} sessions in {seconds:.2f} s")
        self.assertLess(seconds, max(5.0, 0.01 * self.COUNT))
        figures = json.loads((self.root / "c.json").read_text())
        self.assertEqual((figures["command"], figures["recordings"], figures["states"]["done"]), ("collect", self.COUNT, self.COUNT))
        table = rows(self.root / "recordings.csv")
        self.assertEqual([row["id"] for row in table], [f"s{i}" for i in range(self.COUNT)])
        self.assertEqual({row["state"] for row in table}, {"done"})
        self.assertEqual({(row["report"], row["trial_report"]) for row in table}, {("report.html", "conditioning.html")})

    def test_a_damaged_session_is_a_row_and_verify_reads_everything(self):
        self.make_sessions(3)
        (self.root / "s1/frames.csv").unlink()
        (self.root / "s2/frames.csv").unlink()
        (self.root / "s2/frames.csv").write_text("frame\n")
        for arguments, states in (((), ["done", "damaged", "done"]), (("--verify",), ["done", "damaged", "damaged"])):
            done = eyelid("collect", self.root, *arguments)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual([row["state"] for row in rows(self.root / "recordings.csv")], states)

    def test_other_folders_are_refused(self):
        for root in (self.root, self.root / "absent"):
            done = eyelid("collect", root)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)


if __name__ == "__main__":
    unittest.main()
