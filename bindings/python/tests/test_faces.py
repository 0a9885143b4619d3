# SPDX-License-Identifier: MIT
"""detect and landmarks: against the command and the tracker."""

import json
import subprocess

import numpy as np
import pytest

import eyelid


def test_detect_is_the_command(pictures, program, tmp_path):
    picture = pictures[0]
    path = tmp_path / "face.pgm"
    path.write_bytes(f"P5 {picture.shape[1]} {picture.shape[0]} 255\n".encode() + picture.tobytes())
    subprocess.run([program, "detect", path, "--json", tmp_path / "faces.json"], check=True, capture_output=True)
    expected = json.loads((tmp_path / "faces.json").read_text())[0]["faces"]
    for image in (picture, path, str(path)):
        (face,) = eyelid.detect(image)
        assert face.box == pytest.approx([expected[0][n] for n in ("x", "y", "width", "height")], rel=1e-6)
        assert face.score == pytest.approx(expected[0]["score"], rel=1e-6)
        np.testing.assert_allclose(face.keypoints, expected[0]["keypoints"], rtol=1e-6)


def test_landmarks_are_those_of_track(pictures, recording):
    (eyes,) = eyelid.landmarks(pictures[0])
    np.testing.assert_array_equal(eyes.points, recording.landmarks[0])
    assert eyes.ear_right == recording.columns["ear_right"][0]
    (given,) = eyelid.landmarks(pictures[0], faces=[eyes.face])
    assert given.points.shape == (12, 2)
    (face,) = eyelid.landmarks(pictures[0], points=68)
    np.testing.assert_array_equal(face.points[36:48], eyes.points)


def test_no_face_is_an_empty_list():
    assert eyelid.detect(np.zeros((100, 100), np.uint8)) == []
    assert eyelid.landmarks(np.zeros((100, 100), np.uint8)) == []


def test_errors():
    with pytest.raises(eyelid.InputError, match="/missing.png"):
        eyelid.detect("/missing.png")
    with pytest.raises(eyelid.InputError, match="^image: float64 array of 4 x 4, expected"):
        eyelid.detect(np.zeros((4, 4)))
    with pytest.raises(eyelid.InputError, match="^face"):
        eyelid.landmarks(np.zeros((4, 4), np.uint8), faces=[(1, 2, 3)])
    with pytest.raises(eyelid.InputError, match="model.tflite"):
        eyelid.detect(np.zeros((4, 4), np.uint8), detector_model="/missing/model.tflite")
