#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs an exported BlazeFace in ONNX Runtime and compares it with our engine.

usage: onnx_test.py PROGRAM, where PROGRAM FOLDER writes model.onnx, images.bin (gray bytes of
128x128 pictures) and expected.bin (per picture 896 x 16 box numbers, then 896 logits, float32).
Exit code 77: no ONNX Runtime here.
"""
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy
    import onnxruntime
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    subprocess.run([sys.argv[1], name], check=True)
    images = numpy.fromfile(folder / "images.bin", numpy.uint8).reshape(-1, 1, 128, 128)
    expected = numpy.fromfile(folder / "expected.bin", numpy.float32).reshape(len(images), 896 * 17)
    session = onnxruntime.InferenceSession(
        str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    boxes, logits = session.run(["boxes", "logits"], {"image": images.astype(numpy.float32)})

assert boxes.shape == (len(images), 896, 16) and logits.shape == (len(images), 896)
found = numpy.concatenate([boxes.reshape(len(images), -1), logits], axis=1)
spread = expected.std()
difference = numpy.abs(found - expected).max()
print(f"ONNX Runtime {onnxruntime.__version__}: {len(images)} pictures, largest difference "
      f"{difference:.2e} where the numbers spread by {spread:.2f}")
assert spread > 0.1, "numbers that are all alike would prove nothing"
assert difference < 1e-4 * max(1.0, numpy.abs(expected).max())
