#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`eyelid score` as a user meets it: files, JSON, bad trial files, labels, sessions, calibration, sync LED.

usage: score_command_test.py EYELID   (unittest options may follow)
"""
import csv
import json
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import unittest

from conditioning_session import write_session

EYELID = pathlib.Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else None


def score(*arguments):
    return subprocess.run([EYELID, "score", *map(str, arguments)], capture_output=True, text=True, timeout=240)


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


class Session(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="eyelid-score-"))
        self.session = self.folder / "session"
        write_session(self.session, 20)

    def tearDown(self):
        shutil.rmtree(self.folder)

    def ok(self, *arguments):
        done = score(*arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def refused(self, *arguments):
        done = score(*arguments)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        return done.stderr

    def trials(self, text):
        path = self.folder / "bad.csv"
        path.write_text("trial,cs_onset_s,us_onset_s,type\n" + text)
        return path

    def test_leaves_every_promised_file(self):
        self.ok(self.session, "--json", self.folder / "score.json")
        for name in ("trial_scores.csv", "conditioning.html", "sessions.csv", "learning_blocks.csv"):
            self.assertTrue((self.session / name).stat().st_size > 100, name)
        self.assertEqual(len(rows(self.session / "trial_scores.csv")), 60)

    def test_json_has_the_keys_of_the_contract(self):
        self.ok(self.session, "--json", self.folder / "score.json", "--no-report")
        document = json.loads((self.folder / "score.json").read_text())
        self.assertEqual(document["command"], "score")
        self.assertEqual(document["preset"], "human")
        self.assertEqual(len(document["trials"]), 60)
        for key in ("trial", "type", "eye", "verdict", "reason", "baseline", "cr_amplitude", "cr_onset_ms",
                    "cr_onset_error_ms", "cr_crossing_ms", "cr_grade", "flags", "cr_peak_latency_ms", "ur_peak", "amplitude_at_us"):
            self.assertIn(key, document["trials"][0])
        for session in document["sessions"]:
            self.assertLessEqual(session["percent_cr"], session["percent_cr_any"])
        verdicts = {t["verdict"] for t in document["trials"]}
        self.assertLessEqual(verdicts, {"cr", "no_cr", "rejected", "not_applicable"})
        self.assertGreaterEqual(verdicts, {"cr", "no_cr", "rejected"})
        self.assertFalse((self.session / "conditioning.html").exists())

    def test_same_input_gives_the_same_bytes(self):
        self.ok(self.session)
        first = [(self.session / n).read_bytes() for n in ("trial_scores.csv", "conditioning.html")]
        self.ok(self.session)
        self.assertEqual(first, [(self.session / n).read_bytes() for n in ("trial_scores.csv", "conditioning.html")])

    def test_every_preset_scores_every_trial(self):
        names = [line.split()[0] for line in self.ok("--list-presets").stdout.splitlines() if line[:1].isalpha()]
        self.assertIn("heiney2014", names)
        for name in names:
            with self.subTest(name):
                self.ok(self.session, "--preset", name, "--no-report", "--json", self.folder / "p.json")
                document = json.loads((self.folder / "p.json").read_text())
                self.assertEqual(document["preset"], name)
                self.assertEqual(len(document["trials"]), 60)

    def test_a_preset_of_ones_own(self):
        path = self.folder / "ours.json"
        path.write_text(self.ok("--show-preset", "human").stdout.replace('"above": 0.1', '"above": 2.0'))
        self.ok(self.session, "--preset", path, "--no-report")
        self.assertNotIn("cr", {r["verdict"] for r in rows(self.session / "trial_scores.csv")})
        self.assertIn("expected one of", self.refused(self.session, "--preset", "nobody"))
        self.assertIn("unknown key", self.refused(self.session, "--set", "criterion.abov=1"))

    def test_bad_rows_are_each_named(self):
        text = self.refused(self.session, "--trials", self.trials("1,,1.4,paired\n2,3.0,3.4,paired\n2,5,5.4,paired\n4,7,7.4,both\n"))
        for place in (":2:", ":4:", ":5:"):
            self.assertIn(place, text)
        self.assertNotIn(":3:", text)

    def test_unsorted_and_doubled_rows_are_refused(self):
        text = self.refused(self.session, "--trials", self.trials("1,5,5.4,paired\n2,3,3.4,paired\n3,3,3.4,paired\n"))
        self.assertIn(":3: trial 2", text)
        self.assertIn(":4: trial 3", text)

    def test_milliseconds_are_recognized(self):
        text = self.refused(self.session, "--trials", self.trials("1,1000,1400,paired\n2,3000,3400,paired\n"))
        self.assertIn("milliseconds", text)
        self.assertIn(":2:", text)

    def test_trials_outside_and_overlapping_are_rejected_and_said(self):
        done = self.ok(self.session, "--no-report", "--trials", self.trials("1,3,3.4,paired\n2,3.3,3.7,paired\n3,9,9.4,paired\n4,900,900.4,paired\n"))
        self.assertIn("outside of the recording", done.stderr)
        self.assertIn("within trial 1", done.stderr)
        verdicts = {r["trial"]: r["verdict"] for r in rows(self.session / "trial_scores.csv") if r["eye"] == "mean"}
        self.assertEqual(len(verdicts), 4)
        self.assertEqual([verdicts[n] for n in "124"], ["rejected"] * 3)
        self.assertNotEqual(verdicts["3"], "rejected")

    def test_a_trace_full_of_gaps_is_rejected_with_the_share(self):
        lines = (self.session / "frames.csv").read_text().splitlines()
        for i in range(1, len(lines)):
            if i % 2:
                lines[i] = ",".join(lines[i].split(",")[:2]) + ",,,"
        (self.session / "frames.csv").write_text("\n".join(lines) + "\n")
        done = self.ok(self.session, "--no-report")
        self.assertIn("rejected", done.stderr)
        for row in rows(self.session / "trial_scores.csv"):
            self.assertEqual(row["verdict"], "rejected")
            self.assertIn("% of the closure", row["reason"])

    def test_labels_overrule_and_stay_apart(self):
        self.ok(self.session, "--no-report")
        before = {(r["trial"], r["eye"]): r["verdict"] for r in rows(self.session / "trial_scores.csv")}
        (self.session / "labels.csv").write_text("trial,eye,label,comment\n1,,rejected,moved\n")
        self.ok(self.session, "--no-report")
        for row in rows(self.session / "trial_scores.csv"):
            self.assertEqual(row["verdict"], before[row["trial"], row["eye"]])
            self.assertEqual(row["final"], "rejected" if row["trial"] == "1" else row["verdict"])
        (self.session / "labels.csv").write_text("trial,eye,label\n99,,cr\n")
        self.assertIn("labels.csv:2:", self.refused(self.session))

    def test_sessions_give_a_learning_curve_with_subjects_as_the_unit(self):
        table = ["folder,subject,phase,group"]
        for subject in range(3):
            for number, level in enumerate((0.0, 0.9)):
                name = f"{subject}{number}"
                write_session(self.folder / name, 12, 7 * subject + number, level, level)
                table.append(f"{name},S{subject},acquisition,g")
        (self.folder / "study.csv").write_text("\n".join(table) + "\n")
        self.ok("--sessions", self.folder / "study.csv", "--out", self.folder / "study", "--json", self.folder / "s.json")
        curve = rows(self.folder / "study" / "learning_curve.csv")
        self.assertEqual([r["subjects"] for r in curve], ["3", "3"])
        self.assertGreater(float(curve[1]["percent_cr_mean"]), float(curve[0]["percent_cr_mean"]) + 30)
        sessions = [r for r in rows(self.folder / "study" / "sessions.csv") if r["eye"] == "mean"]
        percents = [float(r["percent_cr"]) for r in sessions if r["session"] == "2"]
        mean = sum(percents) / 3
        sem = (sum((p - mean) ** 2 for p in percents) / 2 / 3) ** 0.5
        self.assertAlmostEqual(float(curve[1]["percent_cr_sem"]), sem, places=1)
        document = json.loads((self.folder / "s.json").read_text())
        self.assertEqual(len(document["learning"]["subjects"]), 3)

    def study(self, count):
        """The folders of many short sessions: links to one."""
        write_session(self.folder / "short", 2)
        folders = [self.folder / f"many_{i:03}" for i in range(count)]
        for folder in folders:
            folder.mkdir()
            for name in ("frames.csv", "trials.csv"):
                (folder / name).hardlink_to(self.folder / "short" / name)
        return folders

    def test_a_study_needs_no_open_file_per_session(self):
        folders = self.study(60)
        done = subprocess.run([EYELID, "score", *folders, "--out", self.folder / "all", "--no-report"], capture_output=True,
                              text=True, timeout=240, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40)))
        self.assertEqual(done.returncode, 0, done.stderr[-500:])
        self.assertEqual(len(rows(self.folder / "all" / "trials_long.csv")), 60 * 2 * 3)

    def test_a_faulty_session_costs_none_before_it(self):
        folders = self.study(3)
        (folders[2] / "trials.csv").unlink()
        (folders[2] / "trials.csv").write_text("trial,cs_onset_s,us_onset_s,type\n1,900,901,paired\n1,950,951,paired\n")
        self.assertIn("many_002", self.refused(*folders, "--out", self.folder / "all"))
        for folder in folders[:2]:
            self.assertEqual(len(rows(folder / "trial_scores.csv")), 6)
        self.assertFalse((folders[2] / "trial_scores.csv").exists())
        self.assertFalse((self.folder / "all").exists())

    def test_the_study_may_lie_in_any_of_its_sessions(self):
        folders = self.study(3)
        self.ok(*folders, "--out", folders[1])
        self.assertEqual([row["folder"] for row in rows(folders[1] / "sessions.csv") if row["eye"] == "mean"],
                         [str(folder) for folder in folders])
        for folder in folders:
            self.assertTrue((folder / "trial_scores.csv").exists())

    def test_wrong_usage_and_missing_folders(self):
        self.assertEqual(score().returncode, 2)
        self.assertIn("is not a folder", self.refused(self.folder / "nothing"))
        self.assertIn("no.csv: cannot be read", self.refused(self.session, "--trials", self.folder / "no.csv"))
        self.assertIn("expected --sync-region", self.refused(self.session, "--events", self.session / "trials.csv"))


class Lamp(unittest.TestCase):
    """A sync LED in a film made by ffmpeg; the log runs 80 ppm slow and started 1234.5 s earlier."""

    @classmethod
    def setUpClass(cls):
        if not shutil.which("ffmpeg"):
            raise unittest.SkipTest("ffmpeg is absent")
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="eyelid-led-"))
        cls.session = cls.folder / "session"
        write_session(cls.session, 20)
        cls.trials = rows(cls.session / "trials.csv")
        lit = "+".join(f"between(t,{float(t['cs_onset_s']):.4f},{float(t['cs_onset_s']) + 0.1:.4f})" for t in cls.trials if t["cs_onset_s"])
        film = cls.folder / "film.mkv"
        subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=0x303030:s=64x48:r=250:d=42", "-vf",
                        f"drawbox=x=50:y=4:w=10:h=10:color=white:t=fill:enable='{lit}'", "-c:v", "ffv1", film], check=True)
        (cls.session / "session.json").write_text(json.dumps({"format": "eyelid session", "format_version": 1, "input": {"path": str(film), "kind": "video"}}))
        with open(cls.folder / "log.csv", "w") as file:
            file.write("time_s,event\n")
            for trial in cls.trials:
                for name, key in (("cs", "cs_onset_s"), ("us", "us_onset_s")):
                    if trial[key]:
                        file.write(f"{1234.5 + float(trial[key]) / (1 + 80e-6):.6f},{name}\n")
                file.write(f"{1234.5 + 2 * int(trial['trial']) - 0.2:.6f},note\n")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def test_a_log_is_placed_by_the_led(self):
        done = score(self.session, "--sync-region", "52,6,6,6", "--events", self.folder / "log.csv")
        self.assertEqual(done.returncode, 0, done.stderr)
        placed = rows(self.session / "trials_placed.csv")
        self.assertEqual(len(placed), len(self.trials))
        for found, true in zip(placed, self.trials):
            self.assertEqual(found["type"], true["type"])
            for key in ("cs_onset_s", "us_onset_s"):
                if true[key]:
                    self.assertLess(abs(float(found[key]) - float(true[key])), 0.010)
        page = (self.session / "conditioning.html").read_text()
        self.assertIn("residual", page)
        self.assertIn("turned on 18 times", page)

    def test_regions_outside_and_dark_ones_are_refused(self):
        for region, word in (("60,40,10,10", "extends beyond"), ("2,2,5,5", "expected an LED"), ("1,2,3", "expected x,y")):
            done = score(self.session, "--sync-region", region, "--events", self.folder / "log.csv")
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertIn(word, done.stderr)

    def test_the_led_alone_gives_trials_when_the_isi_is_known(self):
        (self.session / "trials.csv").rename(self.folder / "aside.csv")
        try:
            done = score(self.session, "--sync-region", "52,6,6,6", "--set", "isi_ms=400", "--no-report")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(len(rows(self.session / "trials_placed.csv")), 18)
            self.assertEqual(score(self.session, "--sync-region", "52,6,6,6").returncode, 1)
        finally:
            (self.folder / "aside.csv").rename(self.session / "trials.csv")


if __name__ == "__main__":
    unittest.main()
