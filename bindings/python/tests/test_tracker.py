# SPDX-License-Identifier: MIT
"""Tracker: the numbers of track, any array, any abuse."""

import gc
import math
import threading

import numpy as np
import pytest

import eyelid

MEASURED = ("valid", "valid_right", "valid_left", "ear_right", "ear_left")


def test_is_what_track_measures(pictures, recording):
    tracker = eyelid.Tracker(fps=100)
    for i, picture in enumerate(pictures):
        sample = tracker.update(picture)
        assert sample.frame == i and sample.time_s == pytest.approx(i / 100)
        for name in MEASURED:
            assert getattr(sample, name) == pytest.approx(recording.columns[name][i], nan_ok=True, abs=0), name
    np.testing.assert_array_equal(tracker.landmarks, recording.landmarks[-1])
    assert tracker.face[:4] == pytest.approx([recording.columns[f"face_{n}_px"][-1] for n in ("x", "y", "width", "height")])


def test_calibrated_has_fec_from_the_first_frame(pictures, recording):
    sample = eyelid.Tracker(fps=100, calibration=recording).update(pictures[0])
    # Without the filter of track, which looks ahead.
    assert sample.fec == pytest.approx(recording.columns["fec"][0], abs=0.1)
    assert math.isnan(eyelid.Tracker(fps=100).update(pictures[0]).fec)


def padded(picture):
    wide = np.zeros((picture.shape[0], picture.shape[1] + 13), np.uint8)
    wide[:, 5 : 5 + picture.shape[1]] = picture
    return wide[:, 5 : 5 + picture.shape[1]]


def at_the_end_of_a_page(picture):
    """The last pixel is the last byte of a page: the library must not look behind it."""
    memory = np.zeros(picture.size + 8192, np.uint8)
    begin = -(memory.ctypes.data + picture.size) % 4096
    place = memory[begin : begin + picture.size].reshape(picture.shape)
    place[:] = picture
    return place


def read_only(picture):
    copy = picture.copy()
    copy.flags.writeable = False
    return copy


FORMS = {
    "same": lambda p: p,
    "padded": padded,
    "upside down": lambda p: p[::-1].copy()[::-1],
    "mirrored": lambda p: p[:, ::-1].copy()[:, ::-1],
    "fortran": np.asfortranarray,
    "one channel": lambda p: p[..., None],
    "rgb": lambda p: np.repeat(p[..., None], 3, axis=2),
    "rgba": lambda p: np.dstack([p, p, p, np.zeros_like(p)]),
    "planar": lambda p: np.stack([p, p, p]).transpose(1, 2, 0),
    "sixteen": lambda p: p.astype(np.uint16) << 8,
    "sixteen strided": lambda p: np.repeat(p.astype(np.uint16) << 8, 2, axis=1)[:, ::2],
    "end of a page": at_the_end_of_a_page,
    "read only": read_only,
    "memoryview": lambda p: memoryview(p.copy()),
}


@pytest.mark.parametrize("form", FORMS)
def test_any_layout_gives_the_same(form, pictures):
    expected = eyelid.Tracker().update(pictures[0])
    assert eyelid.Tracker().update(FORMS[form](pictures[0])) == pytest.approx(expected, nan_ok=True, abs=0)


@pytest.mark.parametrize(
    "frame",
    [
        np.zeros((480, 640)),
        np.zeros((480, 640, 2), np.uint8),
        np.zeros((480, 640, 5), np.uint8),
        np.zeros((0, 640), np.uint8),
        np.zeros((480, 0), np.uint8),
        np.zeros((2, 480, 640, 3), np.uint8),
        np.zeros(640, np.uint8),
        np.zeros((480, 640), np.int16),
        np.zeros((480, 640), bool),
        np.zeros((480, 640), np.float16),
        np.zeros((1, 20000), np.uint8),
        np.broadcast_to(np.uint8(7), (16000, 16000)),
        np.broadcast_to(np.uint8(7), (2**33, 2**20)),
    ],
    ids=lambda a: f"{a.dtype}{a.shape}",
)
def test_other_arrays_are_refused_and_do_not_count(frame, pictures):
    tracker = eyelid.Tracker()
    with pytest.raises(eyelid.InputError, match="^frame: .*expected"):
        tracker.update(frame)
    assert tracker.update(pictures[0]).frame == 0


def test_the_other_byte_order_is_not_misread(pictures):
    swapped = (pictures[0].astype(np.uint16) << 8).astype(">u2")
    try:
        sample = eyelid.Tracker().update(swapped)
    except (TypeError, eyelid.InputError):
        return
    assert sample == pytest.approx(eyelid.Tracker().update(pictures[0]), nan_ok=True)


@pytest.mark.parametrize("frame", ["frame.png", 5, [[1, 2], [3, 4]], object()])
def test_what_is_no_array_is_a_type_error(frame):
    with pytest.raises(TypeError):
        eyelid.Tracker().update(frame)


def test_times_increase():
    tracker = eyelid.Tracker()
    gray = np.zeros((48, 64), np.uint8)
    assert tracker.update(gray, time=5.0).time_s == 5.0
    for wrong in (5.0, 4.0, math.nan, math.inf):
        with pytest.raises(eyelid.InputError, match="^time"):
            tracker.update(gray, time=wrong)
    assert tracker.update(gray, time=5.5).frame == 1


def test_lost_frames(pictures):
    tracker = eyelid.Tracker()
    tracker.update(pictures[0])
    lost = tracker.update(None)
    assert not lost.valid and lost.frame == 1
    assert tracker.update(pictures[0]).valid


def test_options_are_checked():
    for options in ({"fps": 0}, {"bits": 4}, {"device": "cuda"}, {"color": "hsv"}, {"face_box": (1, 2)}):
        with pytest.raises(eyelid.InputError):
            eyelid.Tracker(**options)


def test_sizes_may_change(pictures):
    tracker = eyelid.Tracker()
    for rows in (480, 100, 1, 479):
        tracker.update(pictures[0][:rows])


def test_several_threads_share_one(pictures):
    tracker = eyelid.Tracker()
    numbers = []

    def work():
        for _ in range(25):
            numbers.append(tracker.update(pictures[0]).frame)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(100))


def resident_mib():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 2**20


def test_memory_is_flat(pictures):
    tracker = eyelid.Tracker()
    for _ in range(200):
        tracker.update(pictures[0])
    gc.collect()
    before = resident_mib()
    for i in range(1000):
        tracker.update(pictures[i % len(pictures)])
        eyelid.closure(np.full((50, 2), 0.3, np.float32), np.arange(50) / 50) if i % 20 == 0 else None
    gc.collect()
    assert resident_mib() - before < 4


def test_hypothesis_never_crashes():
    hypothesis = pytest.importorskip("hypothesis")
    from hypothesis import strategies
    from hypothesis.extra import numpy as arrays

    tracker = eyelid.Tracker()

    @hypothesis.settings(max_examples=150, deadline=None)
    @hypothesis.given(
        arrays.arrays(
            strategies.sampled_from([np.uint8, np.uint16, np.int8, np.float32, np.float64, np.bool_]),
            arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=70),
        ),
        strategies.lists(strategies.sampled_from([1, 2, -1, -3]), min_size=4, max_size=4),
    )
    def check(array, steps):
        view = array[tuple(slice(None, None, step) for step in steps[: array.ndim])]
        try:
            tracker.update(view)
            eyelid.detect(view)
            eyelid.landmarks(view, faces=[(0, 0, 50, 50)])
        except eyelid.InputError as error:
            assert "expected" in str(error)

    check()


def test_hypothesis_closure_never_crashes():
    hypothesis = pytest.importorskip("hypothesis")
    from hypothesis import strategies
    from hypothesis.extra import numpy as arrays

    @hypothesis.settings(max_examples=60, deadline=None)
    @hypothesis.given(
        arrays.arrays(
            np.float32,
            arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=300),
            elements=strategies.floats(width=32),
        ),
        arrays.arrays(np.float64, strategies.integers(0, 300), elements=strategies.floats(0, 1)),
    )
    def check(ear, steps):
        try:
            recording = eyelid.closure(ear, np.cumsum(steps))
            assert len(recording) == len(steps)
        except eyelid.InputError as error:
            assert "expected" in str(error) or "must be finite and increase" in str(error)

    check()
