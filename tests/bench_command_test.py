#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every subcommand of `eyelid bench` as a user meets it, on tiny sizes: figures, files, refusals.

usage: bench_command_test.py EYELID   (unittest options may follow)
"""
import html.parser
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

EYELID = pathlib.Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else None
TIMEOUT_S = 240
ROW_KEYS = ("stage", "device", "precision", "threads", "batch", "landmarks", "ms_per_image", "ms_p50", "ms_p95",
            "ms_p99", "images_per_s", "images_per_s_per_w", "fma_peak_fraction")
VOID = {"meta", "link", "br", "img", "input", "hr", "path", "circle", "rect"}


def eyelid(*arguments):
    return subprocess.run([EYELID, *map(str, arguments)], capture_output=True, text=True, timeout=TIMEOUT_S)


class Page(html.parser.HTMLParser):
    """Complains of tags that do not pair; keeps the text of the data script."""

    def __init__(self, path):
        super().__init__()
        self.open, self.data = [], ""
        self.feed(path.read_text())
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag, attributes):
        if tag not in VOID:
            self.open.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open and self.open[-1][0] == tag, f"</{tag}> after {self.open[-1:]}"
        self.open.pop()

    def handle_data(self, text):
        if self.open and self.open[-1][1].get("type") == "application/json":
            self.data += text


class BenchTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="eyelid-bench-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def bench(self, name, *arguments):
        """(JSON, printed text) of one command, its page checked as well."""
        out, page = self.folder / f"{name}.json", self.folder / f"{name}.html"
        done = eyelid("bench", name, *arguments, "--json", out, "--html", page)
        self.assertEqual(done.returncode, 0, done.stderr)
        result = json.loads(out.read_text())
        self.assertEqual(result["command"], f"bench {name}")
        self.assertIn("machine", result)
        text = page.read_text()
        self.assertIsNone(re.search(r"\{\{[\w.]+\}\}", text.split("<script", 1)[0]))
        self.assertNotIn("http://", re.sub(r"<script.*?</script>", "", text, flags=re.S))
        inside = json.loads(Page(page).data)
        self.assertEqual(inside["command"], result["command"])
        self.assertIn("source", inside["study"])
        return result, done.stdout

    def refused(self, status, *arguments):
        """The one sentence of a refusal."""
        done = eyelid("bench", *arguments)
        self.assertEqual(done.returncode, status, (arguments, done.stdout, done.stderr))
        if status == 1:
            self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        self.assertTrue(done.stderr.strip())
        return done.stderr


class Tables(BenchTest):
    def assert_rows(self, result, stages):
        self.assertEqual({row["stage"] for row in result["rows"]}, set(stages))
        for row in result["rows"]:
            for key in ROW_KEYS:
                self.assertIn(key, row)
            self.assertGreater(row["ms_per_image"], 0.0)
            if row["images_per_s"] is not None:  # the parts of a frame have times only
                self.assertAlmostEqual(row["images_per_s"] * row["ms_per_image"], 1e3, delta=1.0)

    def test_detector_by_batch_beside_the_study(self):
        result, text = self.bench("detector", "--threads", 1, "--batches", "1,2,4,...,16", "--images", 20)
        self.assert_rows(result, ["detector"])
        self.assertEqual([row["batch"] for row in result["rows"]], [1, 2, 4, 8, 16])
        self.assertGreater(result["conditions"]["read_bandwidth_gb_per_s"], 0.0)
        for word in ("speed-up", "mk1 im/s", "399", "study, serial BlazeFace"):
            self.assertIn(word, text)

    def test_latency_has_percentiles_that_rise(self):
        result, text = self.bench("latency", "--threads", "1,2", "--batches", "1,2", "--images", 40)
        self.assert_rows(result, ["detector"])
        self.assertEqual([(row["threads"], row["batch"]) for row in result["rows"]], [(1, 1), (1, 2), (2, 1), (2, 2)])
        for row in result["rows"]:
            self.assertLessEqual(row["ms_p50"], row["ms_p95"])
            self.assertLessEqual(row["ms_p95"], row["ms_p99"])
        self.assertIn("v100 ms", text)

    def test_landmarks_of_both_kinds(self):
        for points in (12, 68):
            result, text = self.bench("landmarks", "--threads", "1,2", "--landmarks", points, "--images", 20)
            self.assert_rows(result, ["landmarks"])
            self.assertEqual([row["landmarks"] for row in result["rows"]], [points, points])
            self.assertIn("study: ", text)

    def test_pipeline_has_every_stage_from_file_to_closure(self):
        result, _ = self.bench("pipeline", "--threads", 1, "--images", 20)
        self.assert_rows(result, ["loading", "decoding", "pre_processing", "detection", "post_processing", "landmarks_ear", "detector",
                                  "landmarks", "whole_frame", "sum_without_overlap", "video_without_overlap", "video_with_overlap"])
        result, _ = self.bench("pipeline", "--threads", 1, "--images", 20, "--memory-only")
        self.assertNotIn("loading", {row["stage"] for row in result["rows"]})

    def test_a_constant_power_is_marked_as_given(self):
        result, _ = self.bench("detector", "--threads", 1, "--batches", 1, "--images", 20, "--power-watts", 50)
        self.assertFalse(result["conditions"]["power_is_reading"])
        row = result["rows"][0]
        self.assertAlmostEqual(row["images_per_s_per_w"], row["images_per_s"] / 50.0, delta=1e-3 * row["images_per_s"])

    def test_realtime_counts_what_the_clock_did(self):
        out = self.folder / "realtime.json"
        done = eyelid("bench", "realtime", "--fps", 100, "--seconds", 1, "--threads", 1, "--json", out)
        self.assertEqual(done.returncode, 0, done.stderr)
        result = json.loads(out.read_text())
        for key in ("fps", "frames", "lost", "deadline_misses", "latency_ms_p50", "latency_ms_p95", "latency_ms_p99", "latency_ms_max"):
            self.assertIn(key, result)
        self.assertEqual((result["fps"], result["frames"]), (100, 100))
        self.assertLessEqual(result["latency_ms_p50"], result["latency_ms_max"])


class Refusals(BenchTest):
    def test_lists_that_are_none(self):
        for batches in ("0", "-1", "1,x", "4,2", "1,1", "1.5", "...", "1,...,...", "1,,2", "2000000", "1,2;4"):
            with self.subTest(batches=batches):
                self.assertIn("--batches", self.refused(2, "detector", f"--batches={batches}", "--images", 20))
        self.assertIn("--threads", self.refused(2, "landmarks", "--threads", "two"))

    def test_inputs_and_models_that_are_none(self):
        text = self.folder / "notes.mp4"
        text.write_text("no video\n" * 40)
        for name in ("detector", "landmarks", "pipeline", "latency", "realtime"):
            with self.subTest(name=name):
                self.assertIn("notes.mp4", self.refused(1, name, "--input", text))
                self.assertIn("absent.dat", self.refused(1, name, "--landmark-model", self.folder / "absent.dat"))
                self.assertIn("absent/out", self.refused(1, name, "--json", self.folder / "absent/out.json", *(
                    ("--seconds", 1) if name == "realtime" else ("--images", 20))))

    def test_usage_that_is_wrong(self):
        self.refused(2)
        self.refused(2, "speed")
        self.refused(2, "detector", "--images", "1")
        self.refused(2, "realtime", "--fps", "0")
        self.refused(2, "compare")

    def test_programs_and_devices_that_are_absent(self):
        cuda = ("detector", "--device", "cuda", "--images", 20, "--batches", 1)
        if eyelid("bench", *cuda).returncode != 0:
            self.assertIn("cuda", self.refused(1, *cuda))
        if not (EYELID.parent / "eyelid-train").exists() and not any(
                (pathlib.Path(folder) / "eyelid-train").exists() for folder in ("/usr/bin", "/usr/local/bin")):
            self.assertIn("eyelid-train", self.refused(1, "training"))


class Compare(BenchTest):
    def machine(self, name, images_per_s, cpu=None):
        """A file as bench detector --json writes it, with these images/s by batch."""
        path = self.folder / f"{name}.json"
        rows = [{"stage": "detector", "batch": batch, "threads": 1, "ms_p50": 1e3 * batch / rate, "images_per_s": rate,
                 "images_per_s_per_w": None} for batch, rate in images_per_s.items()]
        path.write_text(json.dumps({"command": "bench detector", "machine": {"cpu": cpu or name}, "rows": rows}))
        return path

    def test_curves_cross_where_they_should(self):
        slow_start = self.machine("slow_start", {1: 100, 4: 400})
        steady = self.machine("steady", {1: 200, 4: 200})
        result, text = self.bench("compare", slow_start, steady)
        names = [machine["name"] for machine in result["machines"]]
        self.assertEqual(names[:2], ["slow_start", "steady"])
        self.assertEqual(len([name for name in names if name.startswith("study: ")]), 3)
        crossing = next(row for row in result["break_even"] if row["figure"] == "throughput" and
                        (row["machine"], row["against"]) == ("slow_start", "steady"))
        # Half and twice: in the middle between 1 and 4 on a logarithmic axis.
        self.assertAlmostEqual(crossing["break_even_batch"], 2.0, places=6)
        self.assertEqual((crossing["first_batch_ahead"], crossing["last_batch_ahead"], crossing["batches_compared"]), (4, 4, 2))
        self.assertIn("ahead at batch 4", text)

    def test_files_of_one_machine_are_one_curve(self):
        result, _ = self.bench("compare", self.machine("few", {1: 100}, "same"), self.machine("many", {8: 300}, "same"))
        ours = [machine for machine in result["machines"] if not machine["name"].startswith("study")]
        self.assertEqual([machine["images_per_s"] for machine in ours], [[[1, 100.0], [8, 300.0]]])

    def test_what_bench_wrote_is_read(self):
        measured, _ = self.bench("detector", "--threads", 1, "--batches", "1,2", "--images", 20)
        result, _ = self.bench("compare", self.folder / "detector.json")
        self.assertEqual(result["machines"][0]["images_per_s"], [[row["batch"], row["images_per_s"]] for row in measured["rows"]])

    def test_files_that_are_none(self):
        good = self.machine("good", {1: 100})
        cases = {"text": "no JSON", "cut": good.read_text()[:-9], "list": "[]", "empty": "", "rowless": '{"command": "bench detector"}',
                 "landmarks": '{"command": "bench landmarks", "rows": [{"stage": "landmarks", "batch": 1}]}',
                 "words": '{"command": "bench detector", "rows": [{"stage": "detector", "batch": "one"}, 7, null]}',
                 "huge": '{"command": "bench detector", "rows": [{"stage": "detector", "batch": 1e300}, {"stage": "detector", "batch": -3}]}',
                 "numbers": '{"command": "bench detector", "rows": [{"stage": 3, "batch": 1}]}'}
        for name, content in cases.items():
            with self.subTest(name=name):
                path = self.folder / f"{name}.json"
                path.write_text(content)
                self.assertIn(f"{name}.json", self.refused(1, "compare", good, path))
        self.assertIn("absent.json", self.refused(1, "compare", self.folder / "absent.json"))
        self.refused(1, "compare", self.folder)


if __name__ == "__main__":
    unittest.main()
