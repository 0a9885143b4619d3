#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`eyelid model fetch` against a local HTTP server that behaves and misbehaves.

usage: model_fetch_test.py EYELID   (unittest options may follow)
"""
import hashlib
import http.server
import json
import os
import pathlib
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

EYELID = pathlib.Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else None
BODY = random.Random(3).randbytes(300_000)


class Misbehaving(http.server.BaseHTTPRequestHandler):
    """The first part of the path says how to answer."""

    protocol_version = "HTTP/1.1"
    requests = []  # (way, Range header)
    files = {}

    def log_message(self, *_):
        pass

    def do_GET(self):
        way = self.path.split("/")[1]
        Misbehaving.requests.append((way, self.headers.get("Range")))
        try:
            getattr(self, "answer_" + way)()
        except (BrokenPipeError, ConnectionResetError):
            pass

    def whole(self, body=BODY, status=200, declared=None, extra=()):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if declared is None else declared))
        for name, value in extra:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def ranged(self, body=BODY):
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or "")
        if not match:
            return body, 200, ()
        begin = int(match[1])
        place = ("Content-Range", f"bytes {begin}-{len(body) - 1}/{len(body)}")
        return body[begin:], 206, (place,)

    def answer_good(self):
        body, status, extra = self.ranged()
        self.whole(body, status, extra=extra)

    def answer_file(self):
        self.whole(Misbehaving.files[self.path.split("/")[2]])

    def answer_noranges(self):
        self.whole()

    def answer_truncated(self):
        """A third of what is left, then the line goes dead."""
        body, status, extra = self.ranged()
        self.whole(body[:len(body) // 3], status, len(body), extra)
        self.close_connection = True

    def answer_truncated_norange(self):
        self.whole(BODY[:1000], declared=len(BODY))
        self.close_connection = True

    def answer_short(self):
        """Ends early and calls it the whole."""
        self.whole(BODY[:1000])

    def answer_altered(self):
        body, status, extra = self.ranged(BODY[:-1] + bytes([BODY[-1] ^ 1]))
        self.whole(body, status, extra=extra)

    def answer_toolong(self):
        self.whole(BODY + b"more")

    def answer_wrongrange(self):
        if self.headers.get("Range"):
            self.whole(BODY[5:], 206, extra=(("Content-Range", f"bytes 5-{len(BODY) - 1}/{len(BODY)}"),))
        else:
            self.whole()

    def answer_missing(self):
        self.whole(b"<html>not here, but with a body</html>", 404)

    def answer_broken(self):
        self.whole(b"", 503)

    def answer_once(self):
        """Broken the first time."""
        if sum(way == "once" for way, _ in Misbehaving.requests) == 1:
            self.whole(b"", 503)
        else:
            self.answer_good()

    def answer_redirect(self):
        self.whole(b"", 302, extra=(("Location", "/good/x"),))

    def answer_circle(self):
        self.whole(b"", 302, extra=(("Location", "/circle/x"),))

    def answer_elsewhere(self):
        self.whole(b"", 302, extra=(("Location", "file:///etc/passwd"),))

    def answer_silent(self):
        body, status, extra = self.ranged()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in extra:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[:2000])
        self.wfile.flush()
        time.sleep(8)
        self.close_connection = True

    def answer_slow(self):
        """Slow, but alive."""
        body, status, extra = self.ranged()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        for begin in range(0, len(body), 75_000):
            self.wfile.write(body[begin:begin + 75_000])
            self.wfile.flush()
            time.sleep(0.4)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """The program hangs up on answers it does not want."""


class ModelFetch(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(("127.0.0.1", 0), Misbehaving)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.port = cls.server.server_address[1]

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.server.server_close()

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="eyelid-fetch-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.models = self.folder / "data/eyelid/models"
        Misbehaving.requests.clear()

    def fetch(self, way, *arguments, port=None, **entry):
        manifest = self.folder / "list.json"
        file = {"file": "net.bin", "address": f"http://127.0.0.1:{port or self.port}/{way}/net.bin",
                "bytes": len(BODY), "sha256": hashlib.sha256(BODY).hexdigest(), **entry}
        manifest.write_text(json.dumps({"models": [
            {"name": "net", "what": "bytes", "license": "none", "files": [file]}]}))
        environment = {**os.environ, "XDG_DATA_HOME": str(self.folder / "data"),
                       "EYELID_MODEL_MANIFEST": str(manifest), "no_proxy": "*"}
        return subprocess.run([EYELID, "model", "fetch", "net", *map(str, arguments)],
                              capture_output=True, text=True, timeout=120, env=environment)

    @property
    def target(self):
        return self.models / "net.bin"

    @property
    def part(self):
        return self.models / "net.bin.part"

    def expect_fetched(self, done):
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.target.read_bytes(), BODY)
        self.assertEqual([p.name for p in self.models.iterdir()], ["net.bin"])

    def expect_refused(self, done, *words, kept=0):
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        errors = [line for line in done.stderr.splitlines() if line.startswith("eyelid: ")]
        self.assertEqual(len(errors), 1, done.stderr)
        for word in words:
            self.assertIn(word, errors[0])
        self.assertFalse(self.target.exists())
        self.assertEqual(self.part.stat().st_size if self.part.exists() else 0, kept)

    def test_fetched_verified_and_put_into_the_users_folder(self):
        self.expect_fetched(self.fetch("good"))

    def test_a_file_that_is_there_is_not_fetched_again(self):
        self.expect_fetched(self.fetch("good"))
        done = self.fetch("missing")
        self.expect_fetched(done)
        self.assertIn("already present", done.stdout)
        self.assertEqual(len(Misbehaving.requests), 1)

    def test_a_file_that_was_changed_is_replaced_and_only_by_the_right_one(self):
        self.models.mkdir(parents=True)
        self.target.write_bytes(BODY[::-1])
        self.assertEqual(self.fetch("altered").returncode, 1)
        self.assertEqual(self.target.read_bytes(), BODY[::-1])
        self.expect_fetched(self.fetch("good"))

    def test_goes_on_where_an_earlier_run_ended(self):
        self.models.mkdir(parents=True)
        self.part.write_bytes(BODY[:123_456])
        done = self.fetch("good")
        self.expect_fetched(done)
        self.assertIn("resuming", done.stdout)
        self.assertEqual(Misbehaving.requests, [("good", "bytes=123456-")])

    def test_a_whole_part_needs_no_net(self):
        self.models.mkdir(parents=True)
        self.part.write_bytes(BODY)
        self.expect_fetched(self.fetch("missing"))
        self.assertEqual(Misbehaving.requests, [])

    def test_a_damaged_part_is_thrown_away(self):
        for damaged in (b"x" * 1000, b"x" * len(BODY), BODY + b"x"):
            with self.subTest(size=len(damaged)):
                shutil.rmtree(self.models, ignore_errors=True)
                self.models.mkdir(parents=True)
                self.part.write_bytes(damaged)
                self.expect_fetched(self.fetch("good"))

    def test_a_server_without_ranges(self):
        self.models.mkdir(parents=True)
        self.part.write_bytes(BODY[:123_456])
        self.expect_fetched(self.fetch("noranges"))

    def test_a_server_that_sends_another_range(self):
        self.models.mkdir(parents=True)
        self.part.write_bytes(BODY[:123_456])
        self.expect_fetched(self.fetch("wrongrange"))

    def test_truncated_answers_keep_what_came_and_later_runs_finish(self):
        came = 100_000 + 66_666 + 44_444  # a third of the rest, three times
        self.expect_refused(self.fetch("truncated"), f"{came} of 300000 bytes were kept", kept=came)
        begins = [header for _, header in Misbehaving.requests]
        self.assertEqual(begins[0], None)
        self.assertEqual(begins[1], "bytes=100000-")
        self.assertEqual(len(begins), 3)
        self.expect_fetched(self.fetch("good"))

    def test_truncated_without_ranges(self):
        self.expect_refused(self.fetch("truncated_norange"), "1000 of 300000", kept=1000)

    def test_short_answers_that_claim_to_be_whole(self):
        self.expect_refused(self.fetch("short"), "expected 300000", kept=1000)

    def test_altered_answers(self):
        self.expect_refused(self.fetch("altered"), "SHA-256", hashlib.sha256(BODY).hexdigest())

    def test_an_altered_rest_of_a_good_part(self):
        self.models.mkdir(parents=True)
        self.part.write_bytes(BODY[:1000])
        self.expect_refused(self.fetch("altered"), "SHA-256")

    def test_too_long_answers(self):
        self.expect_refused(self.fetch("toolong"), "more than the 300000 bytes")

    def test_absent_files_are_asked_for_once(self):
        self.expect_refused(self.fetch("missing"), "HTTP status 404")
        self.assertEqual(len(Misbehaving.requests), 1)

    def test_a_server_in_trouble_is_asked_again(self):
        self.expect_refused(self.fetch("broken"), "HTTP status 503")
        self.assertEqual(len(Misbehaving.requests), 3)
        self.expect_fetched(self.fetch("once"))

    def test_redirects(self):
        self.expect_fetched(self.fetch("redirect"))

    def test_redirects_that_lead_nowhere(self):
        self.expect_refused(self.fetch("circle"), "circle")
        self.expect_refused(self.fetch("elsewhere"), "elsewhere")

    def test_a_silent_server_ends_the_wait(self):
        start = time.monotonic()
        self.expect_refused(self.fetch("silent", "--timeout", 1), "too long", kept=6000)
        self.assertLess(time.monotonic() - start, 60)

    def test_a_slow_server_is_waited_for(self):
        self.expect_fetched(self.fetch("slow", "--timeout", 5))

    def test_nobody_answers(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            self.expect_refused(self.fetch("good", port=unused.getsockname()[1]), "127.0.0.1")

    def test_insecure_addresses_and_names_outside_are_refused(self):
        self.expect_refused(self.fetch("good", address="http://example.org/net.bin"), "https://")
        self.expect_refused(self.fetch("good", file="../../net.bin"), "plain file name")

    def test_a_folder_that_cannot_be_written(self):
        (self.folder / "data").write_text("a file in the way")
        done = self.fetch("good")
        self.assertEqual(done.returncode, 1)
        self.assertIn("expected a folder", done.stderr)

    def test_two_at_once_end_with_one_whole_file(self):
        results = []
        threads = [threading.Thread(target=lambda: results.append(self.fetch("slow")))
                   for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(self.target.read_bytes(), BODY)
        self.assertIn(0, [done.returncode for done in results])
        for done in results:
            if done.returncode != 0:
                self.assertIn("another process", done.stderr)

    def test_mtcnn_is_ready_for_its_detector(self):
        shared = pathlib.Path(os.environ.get("EYELID_SHARED",
                                             pathlib.Path(__file__).parents[2] / "shared"))
        if not (shared / "models/pnet.pt").exists():
            self.skipTest(f"{shared / 'models/pnet.pt'} is absent")
        files = []
        for name in ("pnet.pt", "rnet.pt", "onet.pt"):
            body = (shared / "models" / name).read_bytes()
            Misbehaving.files[name] = body
            files.append({"file": f"mtcnn/{name}", "bytes": len(body),
                          "address": f"http://127.0.0.1:{self.port}/file/{name}",
                          "sha256": hashlib.sha256(body).hexdigest()})
        manifest = self.folder / "list.json"
        manifest.write_text(json.dumps({"models": [
            {"name": "mtcnn", "what": "w", "license": "MIT", "convert": "mtcnn", "files": files}]}))
        environment = {**os.environ, "XDG_DATA_HOME": str(self.folder / "data"), "no_proxy": "*"}
        done = subprocess.run([EYELID, "model", "fetch", "mtcnn", "--manifest", manifest],
                              capture_output=True, text=True, timeout=120, env=environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        picture = self.folder / "flat.pgm"
        picture.write_bytes(b"P5\n160 120\n255\n" + bytes(160 * 120))
        done = subprocess.run([EYELID, "detect", picture, "--detector", "mtcnn"],
                              capture_output=True, text=True, timeout=120, env=environment)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_unknown_names_and_lists(self):
        for arguments in (("other",), ("--manifest", self.folder / "absent.json")):
            done = self.fetch("good", *arguments)
            self.assertEqual(done.returncode, 1, done.stdout)
        done = subprocess.run([EYELID, "model", "fetch", "--list"], capture_output=True, text=True,
                              timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        for word in ("mtcnn", "blazeface-short-range", "face-landmarker", "https://", "sha256"):
            self.assertIn(word, done.stdout)
        done = subprocess.run([EYELID, "model", "fetch"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 2)


if __name__ == "__main__":
    if EYELID is None:
        sys.exit(__doc__)
    unittest.main()
