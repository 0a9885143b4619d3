#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The program as a user meets it: commands, exit status, files left behind.

usage: command_line_test.py EYELID   (unittest options may follow)
"""
import json
import os
import pathlib
import random
import shutil
import tempfile
import unittest

from program import eyelid, rows


class RenderedSession(unittest.TestCase):
    """One short rendered session, tracked; shared by the tests below."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="eyelid-cli-"))
        cls.session = cls.folder / "session"
        made = eyelid("synthesize", "--out", cls.session, "--seconds", 3, "--trials", 2, "--seed", 5)
        assert made.returncode == 0, made.stderr
        cls.tracked = cls.folder / "tracked"
        done = eyelid("track", cls.session / "video.mkv", "--out", cls.tracked, "--threads", 2,
                      "--save-landmarks", "--overlay", "--trials", cls.session / "trials.csv",
                      "--truth", cls.session / "truth.csv", "--json", cls.folder / "track.json")
        assert done.returncode == 0, done.stderr

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def test_synthesize_leaves_its_three_files(self):
        self.assertEqual(sorted(p.name for p in self.session.iterdir()),
                         ["trials.csv", "truth.csv", "video.mkv"])
        self.assertEqual(len(rows(self.session / "truth.csv")), 1500)
        self.assertEqual(len(rows(self.session / "trials.csv")), 2)

    def test_track_leaves_every_promised_file_and_no_other(self):
        self.assertEqual(sorted(p.name for p in self.tracked.iterdir()),
                         ["blinks.csv", "frames.csv", "landmarks.csv", "overlay.mp4", "report.html",
                          "session.json"])

    def test_frames_have_the_columns_of_the_contract(self):
        table = rows(self.tracked / "frames.csv")
        self.assertEqual(list(table[0]),
                         ["frame", "time_s", "valid", "valid_right", "valid_left", "face_score",
                          "face_x_px", "face_y_px", "face_width_px", "face_height_px", "ear_right", "ear_left", "fec_right",
                          "fec_left", "fec", "interpolated", "suspect", "clip"])
        self.assertEqual([int(r["frame"]) for r in table], list(range(1500)))
        self.assertAlmostEqual(float(table[500]["time_s"]), 1.0, places=6)
        self.assertGreaterEqual(sum(r["valid"] == "1" for r in table), 1470)

    def test_session_json_names_input_models_and_stages(self):
        session = json.loads((self.tracked / "session.json").read_text())
        text = json.dumps(session)
        for word in ("video.mkv", "sha256", "calibration", "p99", "frames_per_second"):
            self.assertIn(word, text)
        track = json.loads((self.folder / "track.json").read_text())
        self.assertEqual(track["command"], "track")
        self.assertIn("machine", track)

    def test_any_number_of_threads_gives_the_same_bytes(self):
        expected = (self.tracked / "frames.csv").read_bytes()
        for threads in (1, 3):
            with self.subTest(threads=threads):
                out = self.folder / f"threads{threads}"
                done = eyelid("track", self.session / "video.mkv", "--out", out, "--threads",
                              threads, "--no-report")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual((out / "frames.csv").read_bytes(), expected)

    def test_evaluate_closure_writes_the_keys_of_the_contract(self):
        out = self.folder / "closure.json"
        done = eyelid("evaluate", "closure", "--truth", self.session / "truth.csv", "--frames",
                      self.tracked / "frames.csv", "--json", out)
        self.assertEqual(done.returncode, 0, done.stderr)
        figures = json.loads(out.read_text())
        for key in ("frames", "rmse", "mae", "correlation", "blink_precision", "blink_recall",
                    "blink_f1", "onset_error_ms_median"):
            self.assertIn(key, figures)
        self.assertLess(figures["rmse"], 0.12)

    def test_a_stored_calibration_reproduces_the_trace(self):
        levels = self.folder / "levels.json"
        first, second = self.folder / "first", self.folder / "second"
        video = self.session / "video.mkv"
        done = eyelid("track", video, "--out", first, "--no-report", "--save-calibration", levels,
                      "--subject", "S1", "--glasses", "no")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("S1", levels.read_text())
        done = eyelid("track", video, "--out", second, "--no-report", "--calibration", levels)
        self.assertEqual(done.returncode, 0, done.stderr)
        one, two = rows(first / "frames.csv"), rows(second / "frames.csv")
        self.assertAlmostEqual(float(one[10]["fec"]), float(two[10]["fec"]), places=3)

    def test_a_video_cut_anywhere_gives_frames_or_one_sentence(self):
        data = (self.session / "video.mkv").read_bytes()
        generator = random.Random(7)
        for share in [generator.random() for _ in range(4)] + [0.0]:
            with self.subTest(share=share):
                cut = self.folder / "cut.mkv"
                cut.write_bytes(data[:int(len(data) * share * 0.2)])
                out = self.folder / "cut"
                shutil.rmtree(out, ignore_errors=True)
                done = eyelid("track", cut, "--out", out, "--no-report")
                self.assertIn(done.returncode, (0, 1), done.stderr)
                if done.returncode == 1:
                    self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
                    self.assertFalse((out / "frames.csv").exists())


@unittest.skipUnless(shutil.which("ffmpeg"), "ffmpeg is absent")
class EvaluateDetector(unittest.TestCase):
    """Annotated sets that are whole, and such as users have."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="eyelid-sets-"))
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "images").mkdir()
        for name in ("1.pgm", "2.pgm"):
            (self.folder / "images" / name).write_bytes(b"P5\n160 120\n255\n" + bytes(160 * 120))

    def write_list(self, text):
        (self.folder / "wider_face_val_bbx_gt.txt").write_text(text)

    def evaluate(self, dataset, *arguments):
        return eyelid("evaluate", "detector", "--dataset", dataset, *arguments)

    def refused(self, dataset, *words):
        done = self.evaluate(dataset)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def test_detectors_side_by_side_with_the_keys_of_the_contract(self):
        self.write_list("1.pgm\n1\n20 20 60 60 0 0 0 0 0 0\n2.pgm\n0\n0 0 0 0 0 0 0 0 0 0\n")
        out, errors = self.folder / "out.json", self.folder / "errors"
        done = self.evaluate(f"wider:{self.folder}", "--detector", "hog", "--detector", "blazeface",
                             "--min-face", 0.1, "--iou", 0.4, "--json", out, "--errors", errors)
        self.assertEqual(done.returncode, 0, done.stderr)
        for word in ("2 pictures, 1 face; 0 pictures missing", "hog", "blazeface", "reference study",
                     "3425", "347.4"):
            self.assertIn(word, done.stdout)
        figures = json.loads(out.read_text())
        self.assertEqual(figures["command"], "evaluate detector")
        self.assertEqual([row["detector"] for row in figures["results"]], ["hog", "blazeface"])
        for row in figures["results"]:
            for key in ("model", "min_face", "iou", "faces", "tp", "fp", "fn", "recall", "precision",
                        "average_precision", "ms_per_image", "ms_per_image_p95", "f1"):
                self.assertIn(key, row)
            self.assertEqual((row["faces"], row["fn"], row["iou"]), (1, 1, 0.4))
            self.assertEqual(row["average_precision"], 0.0)
        self.assertTrue((errors / "hog" / "0001_1.jpg").exists())
        self.assertEqual(len(rows(errors / "errors.csv")), 2)

    def test_sets_of_one_face_per_picture_have_no_precision(self):
        (self.folder / "images" / "1.eye").write_text("#LX LY RX RY\n90 50 60 50\n")
        out = self.folder / "out.json"
        done = self.evaluate(f"bioid:{self.folder}", "--json", out)
        self.assertEqual(done.returncode, 0, done.stderr)
        row = json.loads(out.read_text())["results"][0]
        self.assertEqual((row["faces"], row["fp"], row["precision"], row["average_precision"]),
                         (1, None, None, None))

    def test_what_is_missing_or_impossible_is_counted_and_named(self):
        self.write_list("1.pgm\n2\n20 20 60 60 0 0 0 0 0 0\n200 20 60 60 0 0 0 0 0 0\n"
                        "absent.pgm\n1\n20 20 60 60 0 0 0 0 0 0\n")
        out = self.folder / "out.json"
        done = self.evaluate(f"wider:{self.folder}", "--json", out)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("1 picture missing", done.stdout)
        self.assertIn("absent.pgm is absent", done.stderr)
        self.assertIn("a face at 200, 20", done.stderr)
        figures = json.loads(out.read_text())
        self.assertEqual((figures["missing_images"], figures["boxes_outside"]), (1, 1))
        self.assertEqual(figures["results"][0]["faces"], 1)

    def test_no_output_replaces_a_picture_that_only_the_set_names(self):
        (self.folder / "a.jsonl").write_text(json.dumps({"image": "images/1.pgm", "faces": [{"box": [20, 20, 60, 60]}]}) + "\n")
        picture, other = self.folder / "images/1.pgm", self.folder / "other.pgm"
        (self.folder / "other").mkdir()
        for name in ("1.pts", "2.pts"):
            (self.folder / "other" / name).write_text("version: 1\nn_points: 68\n{\n" + "30 30\n60 40\n" * 34 + "}\n")
            (self.folder / "other" / name).with_suffix(".pgm").symlink_to(picture)
        os.link(picture, other)
        before = picture.read_bytes()
        dataset = f"jsonl:{self.folder / 'a.jsonl'}"
        landmarks = f"300w:{self.folder / 'other'}"
        for arguments in (("detector", "--dataset", dataset, "--json", picture), ("detector", "--dataset", dataset, "--json", other),
                          ("landmarks", "--dataset", landmarks, "--json", picture), ("presence", "--dataset", landmarks, "--json", other)):
            with self.subTest(arguments=arguments):
                done = eyelid("evaluate", *arguments)
                self.assertEqual(done.returncode, 1, done.stdout)
                self.assertIn("input", done.stderr)
                self.assertEqual(picture.read_bytes(), before)
        # A set made of the pictures of an earlier evaluation.
        errors = self.folder / "errors"
        (errors / "blazeface").mkdir(parents=True)
        face = errors / "blazeface/0001_1.jpg"
        face.write_bytes(before)
        (self.folder / "b.jsonl").write_text(json.dumps({"image": "errors/blazeface/0001_1.jpg", "faces": []}) + "\n")
        done = self.evaluate(f"jsonl:{self.folder / 'b.jsonl'}", "--errors", errors)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("0001_1.jpg: is an input", done.stderr)
        self.assertEqual(face.read_bytes(), before)
        done = eyelid("detect", self.folder / "other", "--json", picture)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertEqual(picture.read_bytes(), before)

    def test_sets_that_cannot_be_used_end_in_one_sentence(self):
        self.refused("wider:/nowhere", "/nowhere", "expected")
        self.refused("nonsense:/nowhere", "unknown format", "dlib")
        self.refused("wider", "unknown format")
        (self.folder / "empty").mkdir()
        for form in ("300w", "bioid", "yale", "aflw2000"):
            self.refused(f"{form}:{self.folder / 'empty'}", "empty")
        self.write_list("absent.pgm\n1\n20 20 60 60 0 0 0 0 0 0\n")
        self.refused(f"wider:{self.folder}", "absent.pgm is absent")
        (self.folder / "aflw.sqlite").write_bytes(b"SQLite format 3\0" + bytes(range(200)))
        self.refused(f"aflw:{self.folder}", "aflw.sqlite", "expected the database of AFLW")
        mat = self.folder / "images/1.mat"
        mat.write_bytes(b"MATLAB 5.0 MAT-file".ljust(124) + b"\0\1IM" + b"\x0f\0\0\0\xff\0\0\0x")
        self.refused(f"300w-lp:{self.folder / 'images'}", "1.mat: cut off")
        (self.folder / "faces.xml").write_text("<dataset><images><image file=")
        self.refused(f"dlib:{self.folder / 'faces.xml'}", "faces.xml", "expected an XML file")

    def test_models_belong_to_the_detector_before_them(self):
        self.write_list("1.pgm\n1\n20 20 60 60 0 0 0 0 0 0\n")
        foreign = self.folder / "foreign.safetensors"
        foreign.write_bytes(b"no model")
        dataset = f"wider:{self.folder}"
        done = self.evaluate(dataset, "--detector", "hog", "--detector", "blazeface",
                             "--detector-model", foreign)
        self.assertEqual(done.returncode, 1)
        self.assertIn("foreign.safetensors", done.stderr)
        done = self.evaluate(dataset, "--detector", "hog", "--detector-model", foreign)
        self.assertEqual(done.returncode, 1)
        self.assertIn("hog has no model file", done.stderr)
        done = self.evaluate(dataset, "--detector-model", foreign, "--detector-model", foreign)
        self.assertEqual(done.returncode, 2)


class BadInput(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="eyelid-cli-"))

    def tearDown(self):
        shutil.rmtree(self.folder)

    def expect_one_sentence(self, *arguments):
        done = eyelid(*arguments)
        self.assertEqual(done.returncode, 1, (arguments, done.stdout, done.stderr))
        lines = done.stderr.strip().splitlines()
        self.assertEqual(len(lines), 1, done.stderr)
        return lines[0]

    def test_inputs_that_are_no_videos(self):
        text = self.folder / "notes.mp4"
        text.write_text("not a video\n" * 50)
        noise = self.folder / "noise.mp4"
        noise.write_bytes(random.Random(1).randbytes(20000))
        empty = self.folder / "empty.mkv"
        empty.touch()
        bare = self.folder / "bare"
        bare.mkdir()
        for path in (text, noise, empty, bare, self.folder / "absent.mp4"):
            with self.subTest(path=path.name):
                out = self.folder / "out"
                sentence = self.expect_one_sentence("track", path, "--out", out)
                self.assertIn(path.name, sentence)
                self.assertFalse(out.exists() and any(out.iterdir()))

    def test_devices_and_precisions_that_are_absent(self):
        picture = self.folder / "gray.pgm"
        picture.write_bytes(b"P5 64 64 255\n" + bytes(64 * 64))
        self.assertIn("cuda", self.expect_one_sentence("detect", picture, "--device", "cuda"))
        self.assertIn("f16", self.expect_one_sentence("detect", picture, "--precision", "f16"))
        self.assertIn("int8", self.expect_one_sentence("detect", picture, "--detector", "hog", "--precision", "int8"))
        self.assertEqual(eyelid("detect", picture, "--precision", "auto").returncode, 0)
        # Whatever this processor can: there are no scalar kernels for bf16.
        scalar = {**os.environ, "EYELID_CPU": "scalar"}
        done = eyelid("detect", picture, "--precision", "bf16", env=scalar)
        self.assertEqual(done.returncode, 1, (done.stdout, done.stderr))
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        self.assertIn("bf16", done.stderr)

    def test_damaged_models(self):
        picture = self.folder / "gray.pgm"
        picture.write_bytes(b"P5 64 64 255\n" + bytes(64 * 64))
        for name, content in (("a.safetensors", b"\xff" * 64), ("b.dat", b"\x01\x02"),
                              ("c.tflite", b"    TFL3" + b"\xff" * 50), ("d.pth", b"PK\x03\x04abc"),
                              ("e.pth", b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.")):
            with self.subTest(name=name):
                path = self.folder / name
                path.write_bytes(content)
                self.assertIn(name, self.expect_one_sentence("model", "inspect", path))
                self.assertIn(name, self.expect_one_sentence("detect", picture, "--detector-model", path))

    def test_an_unwritable_output_folder(self):
        picture = self.folder / "gray.pgm"
        picture.write_bytes(b"P5 64 64 255\n" + bytes(64 * 64))
        file = self.folder / "file"
        file.touch()
        self.expect_one_sentence("track", picture, "--out", file / "out")

    def test_a_model_that_cannot_be_written_is_not_trained(self):
        (self.folder / "taken" / "eye_presence.safetensors").mkdir(parents=True)
        done = eyelid("train", "presence", "--rendered", "1", "--out", self.folder / "taken")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("eye_presence.safetensors", done.stderr)
        # Without anything to learn from: the folder is made first.
        self.expect_one_sentence("train", "landmarks", "--rendered", "0", "--out", self.folder / "new" / "models")
        self.assertTrue((self.folder / "new" / "models").is_dir())

    def test_wrong_usage_is_status_2(self):
        for arguments in ((), ("track",), ("track", "x.mp4"), ("fly",), ("track", "x", "--out", "o", "--threads", "-1"),
                          ("detect", "x", "--detector", "haar"), ("detect", "x", "--detector", "0"), ("detect", "x", "--threads", "0"),
                          ("detect", "x", "--landmarks", "1"), ("detect", "x", "--precision", "f64"), ("detect", "x", "--device", "tpu"),
                          ("score", "x", "--pictures", "--no-pictures")):
            with self.subTest(arguments=arguments):
                self.assertEqual(eyelid(*arguments).returncode, 2)


class Help(unittest.TestCase):
    def test_every_command_explains_itself(self):
        for command in ("demo", "track", "detect", "score", "synthesize", "evaluate", "bench", "train", "model",
                        "simulate", "live", "cameras", "batch", "collect", "doctor", "manual", "completion"):
            with self.subTest(command=command):
                done = eyelid(command, "--help")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn(command, done.stdout)

    def test_the_list_of_commands_says_that_demo_scores(self):
        self.assertIn("score its conditioned responses", " ".join(eyelid("--help").stdout.split()))

    def test_doctor_says_what_the_machine_can_do(self):
        done = eyelid("doctor")
        self.assertEqual(done.returncode, 0, done.stderr)
        for word in ("instruction sets", "GPU", "power", "landmarks", "sha256"):
            self.assertIn(word.lower(), done.stdout.lower())

    def test_an_absent_instruction_set_is_an_error(self):
        done = eyelid("doctor", env={**os.environ, "EYELID_CPU": "sse9"})
        self.assertEqual(done.returncode, 1)



class MachineModel(unittest.TestCase):
    def test_simulate_ipu_writes_what_the_contract_names(self):
        with tempfile.TemporaryDirectory() as folder:
            json_file, page = pathlib.Path(folder) / "ipu.json", pathlib.Path(folder) / "ipu.html"
            done = eyelid("simulate", "ipu", "--chip", "mk1", "--batch", 2, "--json", json_file, "--html", page)
            self.assertEqual(done.returncode, 0, done.stderr)
            figures = json.loads(json_file.read_text())
            self.assertEqual((figures["command"], figures["chip"], figures["batch"]), ("simulate ipu", "mk1", 2))
            self.assertIs(figures["fits_memory"], True)
            self.assertAlmostEqual(figures["device_ms"] + figures["host_ms"], figures["step_ms"], 9)
            total = sum(figures["cycles"][key] for key in ("compute", "exchange", "sync"))
            self.assertAlmostEqual(total / 1.6e6, figures["device_ms"], 4)
            self.assertIn("One step on the tiles", page.read_text())

    def test_simulate_ipu_names_what_is_wrong(self):
        for arguments, status in ((("--chip", "mk3"), 2), (("--io-tiles", 1400, "--chip", "mk1"), 1),
                                  (("--validate", "/nonexistent.csv"), 1), (("/nonexistent.png",), 1)):
            done = eyelid("simulate", "ipu", *arguments)
            self.assertEqual(done.returncode, status, arguments)
            self.assertTrue(done.stderr.strip())


if __name__ == "__main__":
    unittest.main()
