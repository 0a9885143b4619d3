# SPDX-License-Identifier: MIT
"""What the tasks of peers.py share: our library, the pictures, and contestants that take turns."""
import ctypes
import importlib
import statistics
import time

import numpy as np

WIDTH, HEIGHT, FRAMES = 640, 480, 64


def iou(a, b):
    """Of two boxes (x, y, width, height)."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    return float(width * height / (a[2] * a[3] + b[2] * b[3] - width * height))


def version_of(module):
    return str(getattr(importlib.import_module(module), "__version__", ""))


class Library:
    """libeyelid_peers.so."""

    def __init__(self, path):
        self.path = path
        self.c = ctypes.CDLL(str(path))
        for function in (self.c.eyelid_frames_open, self.c.eyelid_ensemble_open, self.c.eyelid_files_open):
            function.restype = ctypes.c_void_p
        self.c.eyelid_dlib_version.restype = ctypes.c_char_p
        self.c.eyelid_write_random_dat.restype = ctypes.c_bool

    def open(self, function, *arguments):
        message = ctypes.create_string_buffer(256)
        session = function(*arguments, message)
        if not session:
            raise RuntimeError(message.value.decode())
        return ctypes.c_void_p(session) if session is not True else True

    def setup(self, function, detector, model, precision, landmarks, threads):
        return self.open(function, detector.encode(), str(model or "").encode(), precision.encode(), landmarks, threads)

    def frames(self, *arguments):
        return self.setup(self.c.eyelid_frames_open, *arguments)

    def files(self, *arguments):
        return self.setup(self.c.eyelid_files_open, *arguments)

    def run(self, session, pixels, count, with_fec):
        boxes, fec = np.zeros((count, 4), np.float32), np.zeros(count, np.float32)
        self.c.eyelid_frames_run(session, ctypes.c_void_p(pixels), count, WIDTH, HEIGHT, ctypes.c_void_p(boxes.ctypes.data),
                                 ctypes.c_void_p(fec.ctypes.data if with_fec else None))
        return boxes, fec

    def run_files(self, session, folder, count):
        boxes = np.zeros((count, 4), np.float32)
        message = ctypes.create_string_buffer(256)
        done = self.c.eyelid_files_run(session, str(folder).encode(), ctypes.c_void_p(boxes.ctypes.data), count, message)
        if done != count:
            raise RuntimeError(message.value.decode() or f"{folder}: {done} frames, expected {count}")
        return boxes


class Pictures:
    """The rendered frames all are given, one after the other in memory with 64 readable bytes behind."""

    def __init__(self, library):
        self.block = np.zeros(FRAMES * WIDTH * HEIGHT + 64, np.uint8)
        self.frames = self.block[:-64].reshape(FRAMES, HEIGHT, WIDTH)
        for frame, index in zip(self.frames, range(FRAMES)):
            library.c.eyelid_render(index, ctypes.c_void_p(frame.ctypes.data))
        self.address = self.block.ctypes.data


class Task:
    """Contestants of one task: (name, version, precision, function that does `images` images)."""

    def __init__(self, task, threads, images):
        self.task, self.threads, self.images = task, threads, images
        self.contestants, self.missing, self.closing = [], [], []

    def add(self, name, version, precision, run, agrees, note=""):
        self.contestants.append((name, version, precision, run, bool(agrees), note))

    def attempt(self, name, make):
        """`make()` adds the contestant; what keeps it from that is listed."""
        try:
            make()
        except Exception as reason:  # a missing package, a model that cannot be read, a crash inside the peer
            first = (str(reason).splitlines() or [type(reason).__name__])[0]
            self.missing.append((name, first[:160]))

    def measure(self, rounds):
        times = [[] for _ in self.contestants]
        for run in (contestant[3] for contestant in self.contestants):
            run()
            run()
        for turn in range(rounds):
            for position in range(len(self.contestants)):
                index = (position + turn) % len(self.contestants)
                begin = time.perf_counter_ns()
                self.contestants[index][3]()
                times[index].append((time.perf_counter_ns() - begin) / 1e6 / self.images)
        for close in self.closing:
            close()
        rows = []
        for (name, version, precision, _, agrees, note), column in zip(self.contestants, times):
            p10, p90 = np.percentile(column, [10, 90])
            rows.append({"task": self.task, "name": name, "version": version, "precision": precision, "threads": self.threads,
                         "batch": 1, "ms_per_image": statistics.median(column), "agrees": agrees, "rounds": rounds,
                         "ms_min": min(column), "ms_p10": p10, "ms_p90": p90, "note": note})
        return rows
