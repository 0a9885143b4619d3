#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""eyelid beside its peers: same frames, same threads, taking turns; median of at least 20 rounds.

    peers.py LIBRARY [--model FILE.tflite] [--bundle face_landmarker.task] [--json FILE] [--table FILE.md]

LIBRARY is libeyelid_peers.so of a build with EYELID_BENCHMARKS. Every peer's result is compared with ours
before it is timed; a peer that is not installed, or cannot do a task, is listed with the reason.
"""
import argparse
import ctypes
import importlib
import json
import multiprocessing
import os
import pathlib
import statistics
import sys
import tempfile
import time
import zipfile

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
os.environ.setdefault("GLOG_minloglevel", "3")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

import blazeface as networks
from blazeface_peers import MediaPipe, OpenCv, OpenVino, Torch, iou

BEGIN, END = "<!-- peers: begin -->", "<!-- peers: end -->"
WIDTH, HEIGHT, FRAMES = 640, 480, 64


class Library:
    def __init__(self, path):
        self.path = path
        self.c = ctypes.CDLL(str(path))
        self.c.eyelid_frames_open.restype = self.c.eyelid_ensemble_open.restype = ctypes.c_void_p
        self.c.eyelid_write_random_dat.restype = ctypes.c_bool

    def open(self, function, *arguments):
        message = ctypes.create_string_buffer(256)
        session = function(*arguments, message)
        if not session:
            raise RuntimeError(message.value.decode())
        return ctypes.c_void_p(session) if session is not True else True

    def frames(self, detector, model, precision, landmarks, threads):
        return self.open(self.c.eyelid_frames_open, detector.encode(), str(model or "").encode(), precision.encode(),
                         landmarks, threads)

    def run(self, session, pixels, count, with_fec):
        boxes, fec = np.zeros((count, 4), np.float32), np.zeros(count, np.float32)
        self.c.eyelid_frames_run(session, ctypes.c_void_p(pixels), count, WIDTH, HEIGHT, ctypes.c_void_p(boxes.ctypes.data),
                                 ctypes.c_void_p(fec.ctypes.data if with_fec else None))
        return boxes, fec


def version_of(module):
    loaded = importlib.import_module(module)
    return str(getattr(loaded, "__version__", ""))


class Task:
    """Contestants of one task: (name, version, precision, function that does `images` images)."""

    def __init__(self, task, threads, images):
        self.task, self.threads, self.images = task, threads, images
        self.contestants, self.missing = [], []

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
        rows = []
        for (name, version, precision, _, agrees, note), column in zip(self.contestants, times):
            p10, p90 = np.percentile(column, [10, 90])
            rows.append({"task": self.task, "name": name, "version": version, "precision": precision, "threads": self.threads,
                         "batch": 1, "ms_per_image": statistics.median(column), "agrees": agrees, "rounds": rounds,
                         "ms_min": min(column), "ms_p10": p10, "ms_p90": p90, "note": note})
        return rows


def blazeface_task(options, library, pictures):
    task = Task("blazeface", 1, 1)
    layers = networks.load_layers(options.model)
    ours = networks.Eyelid(options.library, options.model, False)
    with_boxes = networks.Eyelid(options.library, options.model, True)
    picture = pictures[0][::1, 80:560].reshape(480, 480)
    picture = np.ascontiguousarray(picture[4::4, :][:, 4::4][:118, :118])
    small = np.zeros((128, 128), np.uint8)
    small[5:123, 5:123] = picture
    for engine in (ours, with_boxes):
        engine.prepare(small)
        engine.run()
    task.add("eyelid", ours.name, "f32", ours.run, True, "boxes where there is a face")
    task.add("eyelid", with_boxes.name, "f32", with_boxes.run, True, "all 896 boxes, as the peers")
    logits, numbers = with_boxes.outputs()

    def add_precision(precision, model):
        def attempt():
            engine = networks.Eyelid(options.library, model, False, precision)
            engine.prepare(small)
            engine.run()
            # Rounded numbers differ by what they are; the face must be the same.
            best = int(np.argmax(logits))
            difference = float(np.abs(engine.outputs()[0] - logits).max())
            same = int(np.argmax(engine.outputs()[0])) == best
            task.add("eyelid", engine.name, precision, engine.run, same, f"same best anchor; scores differ by {difference:.2f}")
        task.attempt(f"eyelid {precision}", attempt)
    add_precision("bf16", options.model)
    add_precision("int8", options.int8 or options.model)

    def add(name, make):
        def attempt():
            engine = make()
            engine.prepare(small)
            engine.run()
            scores, boxes = engine.outputs()
            difference = max(np.abs(scores - logits).max(), np.abs(boxes - numbers).max())
            task.add(name, engine.name, "f32", engine.run, difference <= networks.TOLERANCE, f"differs by {difference:.1e}")
        task.attempt(name, attempt)
    add("ncnn", lambda: networks.Ncnn(layers, 1))
    graph = None
    try:
        graph = networks.OnnxRuntime(layers)
    except ImportError as reason:
        task.missing.append(("ONNX Runtime", str(reason)))
    if graph:
        add("ONNX Runtime", lambda: graph)
        add("OpenVINO", lambda: OpenVino(graph.model_bytes))
        add("OpenCV DNN", lambda: OpenCv(graph.model_bytes))
    add("LiteRT", lambda: networks.LiteRt(options.model))
    add("PyTorch", lambda: Torch(layers))

    def mediapipe():
        engine = MediaPipe(options.bundle_model, small)
        engine.run()
        session = library.frames("blazeface", options.model, "f32", 12, 1)
        boxes = np.zeros((1, 4), np.float32)
        padded = np.concatenate([small.ravel(), np.zeros(64, np.uint8)])
        library.c.eyelid_frames_run(session, ctypes.c_void_p(padded.ctypes.data), 1, 128, 128, ctypes.c_void_p(boxes.ctypes.data), None)
        overlap = iou(engine.box(), boxes[0])
        task.add("MediaPipe", engine.name, "f32", engine.run, overlap > 0.8, f"box overlap {overlap:.2f}; with its decoding")
    task.attempt("MediaPipe", mediapipe)
    return task


def hog_task(library, pictures, pixels):
    task = Task("hog", 1, 1)
    session = library.frames("hog", None, "f32", 12, 1)
    box = library.run(session, pixels, 1, False)[0][0]
    task.add("eyelid", "dlib 19.24 inside", "f32", lambda: library.run(session, pixels, 1, False), True)

    def dlib_hog():
        import dlib
        detector = dlib.get_frontal_face_detector()
        found = detector(pictures[0], 0)
        overlap = max((iou((r.left(), r.top(), r.width(), r.height()), box) for r in found), default=0.0)
        task.add("dlib", dlib.__version__, "f32", lambda: detector(pictures[0], 0), overlap > 0.8, f"box overlap {overlap:.2f}")
    task.attempt("dlib", dlib_hog)
    return task


def mtcnn_task(library, pictures, pixels):
    task = Task("mtcnn", 1, 1)

    def ours():
        session = library.frames("mtcnn", os.environ.get("EYELID_MTCNN_MODEL", ""), "f32", 12, 1)
        task.box = library.run(session, pixels, 1, False)[0][0]
        task.add("eyelid", "", "f32", lambda: library.run(session, pixels, 1, False), True)
    task.box = None
    task.attempt("eyelid", ours)

    def facenet():
        import facenet_pytorch
        import torch
        torch.set_num_threads(1)
        detector = facenet_pytorch.MTCNN(keep_all=True, device="cpu")
        colour = np.repeat(pictures[0][:, :, None], 3, axis=2)
        found = detector.detect(colour)[0]
        if task.box is None:
            raise RuntimeError("nothing of ours to compare with")
        overlap = 0.0
        if found is not None:
            overlap = max(iou((b[0], b[1], b[2] - b[0], b[3] - b[1]), task.box) for b in found)
        task.add("facenet-pytorch", version_of("facenet_pytorch"), "f32", lambda: detector.detect(colour), overlap > 0.8,
                 f"box overlap {overlap:.2f}")
    task.attempt("facenet-pytorch", facenet)
    return task


def ert_task(points, library, pictures, folder):
    task = Task(f"ert{points}", 1, 16)
    path = folder / f"random_{points}.dat"
    library.open(library.c.eyelid_write_random_dat, points, str(path).encode())
    session = library.open(library.c.eyelid_ensemble_open, str(path).encode())
    found = np.zeros((16, points, 2), np.float32)
    boxes = [(220 + i % 5, 140 - i % 5, 200) for i in range(16)]

    def ours():
        for i, (left, top, side) in enumerate(boxes):
            library.c.eyelid_ensemble_run(session, ctypes.c_void_p(pictures[i].ctypes.data), WIDTH, HEIGHT, left, top, side,
                                          ctypes.c_void_p(found[i].ctypes.data))
    ours()
    task.add("eyelid", "leaves as in the file", "f32", ours, True)

    def dlib_ert():
        import dlib
        predictor = dlib.shape_predictor(str(path))
        rectangles = [dlib.rectangle(left, top, left + side - 1, top + side - 1) for left, top, side in boxes]

        def run():
            for i in range(16):
                predictor(pictures[i], rectangles[i])
        largest = 0.0
        for i in range(16):
            shape = predictor(pictures[i], rectangles[i])
            theirs = np.array([(p.x, p.y) for p in shape.parts()])
            largest = max(largest, float(np.abs(theirs - found[i]).max()))
        # dlib rounds to whole pixels on the way out.
        task.add("dlib", dlib.__version__, "f32", run, largest <= 0.51, f"differs by {largest:.2f} px, rounded by dlib")
    task.attempt("dlib", dlib_ert)
    return task


recipe = {}


def recipe_begin(model, predictor):
    import dlib
    recipe["detector"] = MediaPipe(model, None)
    recipe["predictor"] = dlib.shape_predictor(predictor)


def recipe_frame(index):
    """The study's steps on one frame: PIL, BlazeFace of MediaPipe, 68 points of dlib, EAR."""
    import dlib
    from PIL import Image
    picture = Image.fromarray(recipe["pictures"][index])
    detector = recipe["detector"]
    detector.set_picture(np.asarray(picture.convert("RGB")))
    detector.run()
    box = detector.box()
    left, top, width, height = (int(round(value)) for value in box)
    shape = recipe["predictor"](np.asarray(picture), dlib.rectangle(left, top, left + width - 1, top + height - 1))
    points = np.array([(p.x, p.y) for p in shape.parts()], float)

    def ear(p):
        return (np.linalg.norm(p[1] - p[5]) + np.linalg.norm(p[2] - p[4])) / max(1e-9, 2 * np.linalg.norm(p[0] - p[3]))
    return box, ear(points[36:42]), ear(points[42:48])


def whole_frame_task(options, library, pictures, pixels, folder, threads):
    task = Task("whole_frame", threads, FRAMES)
    boxes = None
    for precision in ("f32", "bf16", "int8"):
        def ours():
            nonlocal boxes
            session = library.frames("blazeface", None, precision, 12, threads)
            found = library.run(session, pixels, FRAMES, True)[0]
            boxes = found if boxes is None else boxes
            overlap = min(iou(a, b) for a, b in zip(found, boxes))
            task.add("eyelid", "own models, 12 points", precision, lambda: library.run(session, pixels, FRAMES, True), overlap > 0.8,
                     f"least box overlap with f32 {overlap:.2f}")
        task.attempt(f"eyelid {precision}", ours)

    def study():
        predictor = folder / "random_68.dat"
        recipe["pictures"] = pictures  # the processes inherit it
        pool = multiprocessing.get_context("fork").Pool(threads, recipe_begin, (str(options.bundle_model), str(predictor)))
        results = pool.map(recipe_frame, range(FRAMES))
        overlap = min(iou(result[0], ours) for result, ours in zip(results, boxes))
        task.pool = pool
        task.add("study's recipe", f"MediaPipe {version_of('mediapipe')}, dlib {version_of('dlib')}", "f32",
                 lambda: pool.map(recipe_frame, range(FRAMES)), overlap > 0.5,
                 f"least box overlap {overlap:.2f}; 68 points of a random ensemble of dlib's public size")
    task.attempt("study's recipe", study)
    return task


def table(rows, missing, machine):
    lines = [f"{machine}, {time.strftime('%Y-%m-%d')}; median ms per image of at least {min(r['rounds'] for r in rows)} interleaved rounds, "
             "p10 to p90; ratio to our first line of the task.", "",
             "| task | who | precision | threads | ms per image | p10 .. p90 | ratio | same result |", "|---|---|---|---|---|---|---|---|"]
    first = {}
    for row in rows:
        base = first.setdefault(row["task"], row["ms_per_image"])
        name, version = row["name"], row["version"]
        who = version if version.startswith(name) else f"{name} {version}".strip()
        lines.append(f"| {row['task']} | {who} | {row['precision']} | {row['threads']} | {row['ms_per_image']:.4f} | "
                     f"{row['ms_p10']:.4f} .. {row['ms_p90']:.4f} | {row['ms_per_image'] / base:.2f} | "
                     f"{'yes' if row['agrees'] else '**no**'}{' (' + row['note'] + ')' if row['note'] else ''} |")
    for task, name, reason in missing:
        lines.append(f"| {task} | {name} | - | - | - | - | - | not measured: {reason} |")
    return "\n".join(lines) + "\n"


def write_between_markers(path, text):
    page = path.read_text()
    if BEGIN not in page or END not in page:
        sys.exit(f"{path}: no {BEGIN} and {END}; expected both")
    head, tail = page[:page.index(BEGIN) + len(BEGIN)], page[page.index(END):]
    path.with_suffix(".new").write_text(f"{head}\n{text}{tail}")
    path.with_suffix(".new").replace(path)


def main():
    shared = pathlib.Path(os.environ.get("EYELID_SHARED", pathlib.Path(__file__).resolve().parents[2] / ".." / "shared"))
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("library", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--model", type=pathlib.Path, default=shared / "models/face_detection_short_range.tflite")
    parser.add_argument("--int8", type=pathlib.Path, help="the model with scales (eyelid model calibrate)")
    parser.add_argument("--bundle", type=pathlib.Path, default=shared / "models/face_landmarker.task")
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--tasks", default="blazeface,hog,mtcnn,ert68,ert12,whole_frame")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--table", type=pathlib.Path)
    options = parser.parse_args()
    if options.rounds < 20:
        parser.error("--rounds: at least 20")
    if not options.model.exists():
        sys.exit(f"{options.model}: missing; expected MediaPipe's face_detection_short_range.tflite (--model)")
    library = Library(options.library)
    block = np.zeros(FRAMES * WIDTH * HEIGHT + 64, np.uint8)
    pictures = block[:FRAMES * WIDTH * HEIGHT].reshape(FRAMES, HEIGHT, WIDTH)
    for i in range(FRAMES):
        library.c.eyelid_render(i, ctypes.c_void_p(pictures[i].ctypes.data))
    pixels = block.ctypes.data
    rows, missing = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        options.bundle_model = folder / "face_detector.tflite"
        if options.bundle.exists():
            # MediaPipe's tasks want the model with its metadata, which the bundle holds.
            options.bundle_model.write_bytes(zipfile.ZipFile(options.bundle).read("face_detector.tflite"))
        makers = {"whole_frame": lambda: whole_frame_task(options, library, pictures, pixels, folder, options.threads),
                  "blazeface": lambda: blazeface_task(options, library, pictures),
                  "hog": lambda: hog_task(library, pictures, pixels), "mtcnn": lambda: mtcnn_task(library, pictures, pixels),
                  "ert68": lambda: ert_task(68, library, pictures, folder), "ert12": lambda: ert_task(12, library, pictures, folder)}
        wanted = options.tasks.split(",")
        library.open(library.c.eyelid_write_random_dat, 68, str(folder / "random_68.dat").encode())
        # The processes of the study's recipe are forked before any peer has started threads.
        for task_name in sorted(makers, key=lambda key: key != "whole_frame"):
            if task_name not in wanted:
                continue
            task = makers[task_name]()
            is_short = task_name in ("blazeface", "ert68", "ert12")
            rows += task.measure(10 * options.rounds if is_short else options.rounds)
            missing += [(task_name, *entry) for entry in task.missing]
            if hasattr(task, "pool"):
                task.pool.terminate()
            print(f"{task_name}: done", file=sys.stderr)
    rows.sort(key=lambda row: wanted.index(row["task"]))
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown processor")
    text = table(rows, missing, f"{model}, {options.threads} processors")
    print(text)
    if options.json:
        options.json.write_text(json.dumps({
            "command": "bench-peers", "machine": {"cpu": model, "threads": options.threads}, "rows": rows,
            "missing": [{"task": t, "name": n, "reason": r} for t, n, r in missing]}, indent=1) + "\n")
    if options.table:
        write_between_markers(options.table, text)
    disagreeing = [row for row in rows if not row["agrees"]]
    for row in disagreeing:
        print(f"{row['task']}: {row['name']} does not give our result ({row['note']})", file=sys.stderr)
    sys.stdout.flush()
    os._exit(0)  # some peers crash in their own clean-up


if __name__ == "__main__":
    main()
