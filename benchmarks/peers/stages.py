# SPDX-License-Identifier: MIT
"""Tasks of peers.py on one stage at a time, one thread: detectors, and dlib's ensembles of trees."""
import ctypes

import numpy as np

import blazeface as networks
from blazeface_peers import MediaPipe, OpenCv, OpenVino, Torch
from contest import HEIGHT, WIDTH, Task, iou, version_of

LEAVES = {"f32": "leaves as in the file", "f16": "compact leaves of 2 bytes", "i16": "compact leaves of 2 bytes, a step per cascade"}


def blazeface_task(options, library, pictures):
    task = Task("blazeface", 1, 1)
    layers = networks.load_layers(options.model)
    ours = networks.Eyelid(options.library, options.model, False)
    with_boxes = networks.Eyelid(options.library, options.model, True)
    middle = pictures.frames[0][:, 80:560]
    small = np.zeros((128, 128), np.uint8)
    small[5:123, 5:123] = middle[4::4, 4::4][:118, :118]
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
            scores = engine.outputs()[0]
            task.add("eyelid", engine.name, precision, engine.run, int(np.argmax(scores)) == best,
                     f"best anchor; its logit {scores[best]:.2f}, in f32 {logits[best]:.2f}")
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
    add("ncnn", lambda: networks.Ncnn(layers, 3))
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


def hog_task(library, pictures):
    task = Task("hog", 1, 1)
    session = library.frames("hog", None, "f32", 12, 1)
    box = library.run(session, pictures.address, 1, False)[0][0]
    task.add("eyelid", f"with the filters of dlib {library.c.eyelid_dlib_version().decode()}", "f32",
             lambda: library.run(session, pictures.address, 1, False), True)

    def dlib_hog():
        import dlib
        detector = dlib.get_frontal_face_detector()
        found = detector(pictures.frames[0], 0)
        overlap = max((iou((r.left(), r.top(), r.width(), r.height()), box) for r in found), default=0.0)
        task.add("dlib", dlib.__version__, "f32", lambda: detector(pictures.frames[0], 0), overlap > 0.8, f"box overlap {overlap:.2f}")
    task.attempt("dlib", dlib_hog)
    return task


def mtcnn_task(options, library, pictures):
    task = Task("mtcnn", 1, 1)

    def ours():
        session = library.frames("mtcnn", options.mtcnn, "f32", 12, 1)
        task.box = library.run(session, pictures.address, 1, False)[0][0]
        task.add("eyelid", "", "f32", lambda: library.run(session, pictures.address, 1, False), True)
    task.box = None
    task.attempt("eyelid", ours)

    def facenet():
        import facenet_pytorch
        import torch
        torch.set_num_threads(1)
        detector = facenet_pytorch.MTCNN(keep_all=True, device="cpu")
        color = np.repeat(pictures.frames[0][:, :, None], 3, axis=2)
        found = detector.detect(color)[0]
        if task.box is None:
            raise RuntimeError("nothing of ours to compare with")
        overlap = 0.0
        if found is not None:
            overlap = max(iou((b[0], b[1], b[2] - b[0], b[3] - b[1]), task.box) for b in found)
        task.add("facenet-pytorch", version_of("facenet_pytorch"), "f32", lambda: detector.detect(color), overlap > 0.8,
                 f"box overlap {overlap:.2f}")
    task.attempt("facenet-pytorch", facenet)
    return task


def ert_task(points, library, pictures, predictor):
    """The ensemble `predictor` on 16 pictures; ours with each kind of leaf that it can keep."""
    task = Task(f"ert{points}", 1, 16)
    boxes = [(220 + i % 5, 140 - i % 5, 200) for i in range(16)]
    expected = None

    def ours(leaves):
        nonlocal expected
        session = library.open(library.c.eyelid_ensemble_open, str(predictor).encode(), leaves.encode())
        found = np.zeros((16, points, 2), np.float32)

        def run():
            for i, (left, top, side) in enumerate(boxes):
                library.c.eyelid_ensemble_run(session, ctypes.c_void_p(pictures.frames[i].ctypes.data), WIDTH, HEIGHT, left, top, side,
                                              ctypes.c_void_p(found[i].ctypes.data))
        run()
        expected = found if expected is None else expected
        apart = np.linalg.norm(found - expected, axis=2)
        # Rounded leaves may turn a test of a random ensemble the other way: judged by the middle, not by the largest.
        note = "" if leaves == "f32" else f"differs by {np.median(apart):.3f} px, at most {apart.max():.2f}"
        task.add("eyelid", LEAVES[leaves], leaves, run, np.median(apart) < 0.1, note)
    for leaves in LEAVES:
        task.attempt(f"eyelid {leaves}", lambda: ours(leaves))

    def dlib_ert():
        import dlib
        ensemble = dlib.shape_predictor(str(predictor))
        rectangles = [dlib.rectangle(left, top, left + side - 1, top + side - 1) for left, top, side in boxes]

        def run():
            for i in range(16):
                ensemble(pictures.frames[i], rectangles[i])
        largest = 0.0
        for i in range(16):
            shape = ensemble(pictures.frames[i], rectangles[i])
            theirs = np.array([(p.x, p.y) for p in shape.parts()])
            largest = max(largest, float(np.abs(theirs - expected[i]).max()))
        # dlib rounds to whole pixels on the way out.
        task.add("dlib", dlib.__version__, "f32", run, largest <= 0.51, f"differs by {largest:.2f} px, rounded by dlib")
    task.attempt("dlib", dlib_ert)
    return task
