# SPDX-License-Identifier: MIT
"""live: a film by the clock is what track measures of it; slow loops, ends, and cameras that are not there."""

import math
import time

import numpy as np
import pytest

import eyelid


def test_a_film_by_the_clock_is_what_track_measures(session, recording):
    columns = recording.columns
    with eyelid.live(f"paced:{session.video}@100", calibration=recording, waiting=100) as camera:
        assert (camera.info.width, camera.info.height) == (640, 480)
        assert camera.info.frames_per_second == 100
        for sample in camera:
            i = sample.frame
            assert sample.time_s == pytest.approx(i / 100, abs=1e-6)
            assert sample.ear_right == pytest.approx(float(columns["ear_right"][i]), nan_ok=True, abs=0)
            assert camera.picture.shape == (480, 640) and not camera.picture.flags.writeable
            assert camera.tracker.face is not None
            if i == 60:
                break
        assert camera.lost == 0


def test_seconds_are_those_of_the_camera(session):
    samples = list(eyelid.live(f"paced:{session.video}@100", seconds=0.3, waiting=100))
    assert [sample.frame for sample in samples] == list(range(30))


def test_a_slow_loop_loses_frames_and_says_so(session):
    with eyelid.live(f"paced:{session.video}@200", waiting=4, seconds=1.0) as camera:
        samples = []
        for sample in camera:
            samples.append(sample)
            if len(samples) == 3:
                time.sleep(0.5)
    # Every number once; a lost frame has no measurement.
    assert [sample.frame for sample in samples] == list(range(200))
    assert camera.lost > 20
    assert sum(not sample.valid for sample in samples) >= camera.lost
    assert all(math.isnan(sample.ear_right) for sample in samples if not sample.valid_right)


def test_pictures_that_are_kept_stay_as_they_are(session):
    kept, copies = [], []
    with eyelid.live(f"paced:{session.video}@100", waiting=50) as camera:
        for sample in camera:
            kept.append(camera.picture)
            copies.append(camera.picture.copy())
            if sample.frame == 20:
                break
    del camera
    for picture, copy in zip(kept, copies):
        np.testing.assert_array_equal(picture, copy)


def test_closed_it_ends(session):
    camera = eyelid.live(f"paced:{session.video}@100")
    next(camera)
    camera.close()
    assert len(list(camera)) <= 16 + 1


@pytest.mark.parametrize(
    ("camera", "options", "sentence"),
    [
        ("paced:/nowhere/film.mkv", {}, "/nowhere/film.mkv"),
        ("v4l2:/dev/video97", {}, "/dev/video97"),
        ("camera", {}, "camera"),
        ("synthetic:1", {"fps": -1.0}, "fps -1.0, expected a number above 0"),
        ("synthetic:1", {"waiting": 1}, "waiting 1, expected 2 to 10000"),
    ],
)
def test_what_is_not_there_is_named(camera, options, sentence):
    with pytest.raises(eyelid.InputError) as error:
        eyelid.live(camera, **options)
    assert sentence in str(error.value)
