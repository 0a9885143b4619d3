# SPDX-License-Identifier: MIT
"""Other packages: what they hand out, and what they take. Each test is skipped where its package is absent."""

import numpy as np
import pytest

import eyelid


def same(array, recording, **options):
    sample = eyelid.Tracker(**options).update(array)
    assert sample.ear_right == recording.columns["ear_right"][0]
    assert sample.ear_left == recording.columns["ear_left"][0]


def test_opencv(session, recording):
    cv2 = pytest.importorskip("cv2")
    film = cv2.VideoCapture(str(session.video))
    ok, frame = film.read()
    assert ok and frame.shape == (480, 640, 3)
    same(frame, recording, color="bgr")
    same(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), recording)


def test_imageio(session, recording):
    imageio = pytest.importorskip("imageio.v3")
    pytest.importorskip("imageio_ffmpeg")
    for frame in imageio.imiter(session.video, plugin="FFMPEG"):
        same(frame, recording)
        break


def test_pyav(session, recording):
    av = pytest.importorskip("av")
    with av.open(str(session.video)) as film:
        frame = next(film.decode(video=0))
        same(frame.to_ndarray(format="gray"), recording)
        same(frame.to_ndarray(format="rgb24"), recording)


def test_pillow(pictures, recording):
    image = pytest.importorskip("PIL.Image")
    picture = image.fromarray(pictures[0])
    same(np.asarray(picture), recording)
    assert len(eyelid.detect(picture)) == 1


def test_torch(pictures, recording):
    torch = pytest.importorskip("torch")
    same(torch.from_numpy(pictures[0]), recording)
    same(torch.from_numpy(pictures[0]).expand(3, -1, -1).permute(1, 2, 0), recording)


def test_polars(recording, session):
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({name: recording.columns[name] for name in ("time_s", "fec_right", "fec_left")})
    assert len(eyelid.score(frame, session.trials).trials) == 6


def test_xarray(recording):
    pytest.importorskip("xarray")
    dataset = recording.to_xarray()
    assert dataset["fec"].sel(time_s=0.5, method="nearest") == recording.columns["fec"][50]
    assert dataset["landmarks"].shape == (300, 12, 2)


def test_mne(recording):
    pytest.importorskip("mne")
    annotations = recording.to_mne(offset=10.0)
    assert len(annotations) == len(recording.blink_columns["eye"])
    assert annotations.onset[0] == pytest.approx(recording.blink_columns["onset_s"][0] + 10.0)


def test_pynwb(recording, session, tmp_path):
    pynwb = pytest.importorskip("pynwb")
    pytest.importorskip("ndx_pose")
    eyelid.score(recording, session.trials).save(tmp_path / "out", report=False, export=["nwb"])
    with pynwb.NWBHDF5IO(tmp_path / "out" / "session.nwb", "r", load_namespaces=True) as file:
        closure = file.read().processing["behavior"]["eyelid_closure"]
        np.testing.assert_allclose(closure.data[:, 2], recording.columns["fec"], atol=1e-5)
