# SPDX-License-Identifier: MIT
"""track, read, save, closure: against the command, and against themselves."""

import csv
import json
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import threading

import numpy as np
import pytest

import eyelid

TABLES = ("frames.csv", "blinks.csv", "landmarks.csv")


def test_save_leaves_the_bytes_of_the_command(recording, command_folder, tmp_path):
    recording.save(tmp_path / "out")
    for name in TABLES:
        assert (tmp_path / "out" / name).read_bytes() == (command_folder / name).read_bytes(), name


def test_session_is_that_of_the_command(recording, command_folder):
    other = json.loads((command_folder / "session.json").read_text())
    for key in ("input", "decoding", "models", "options", "calibration", "counts", "warnings", "duration_s"):
        assert recording.session[key] == other[key], key
    assert os.path.isabs(recording.session["run"]["recording"]["paths"][0])


def test_out_leaves_what_the_command_leaves(session, command_folder, tmp_path):
    eyelid.track(session.video, out=tmp_path / "out", landmarks=True, report=False)
    assert sorted(os.listdir(tmp_path / "out")) == sorted(os.listdir(command_folder))
    for name in TABLES:
        assert (tmp_path / "out" / name).read_bytes() == (command_folder / name).read_bytes(), name
    eyelid.track(session.video, out=tmp_path / "out", trials=session.trials_file, truth=session.folder / "truth.csv")
    assert "<html" in (tmp_path / "out" / "report.html").read_text()
    assert not (tmp_path / "out" / "landmarks.csv").exists()


def test_columns_are_those_of_the_files(recording, command_folder):
    with open(command_folder / "frames.csv") as file:
        assert next(csv.reader(file)) == list(recording.columns)
    with open(command_folder / "blinks.csv") as file:
        assert next(csv.reader(file)) == list(recording.blink_columns)
    assert all(len(values) == 300 for values in recording.columns.values())
    assert recording.columns["valid_right"].dtype == bool
    assert (recording.columns["valid_right"] == np.isfinite(recording.columns["ear_right"])).all()
    assert recording.landmarks.shape == (300, 12, 2)


def test_read_has_the_digits_of_the_files(recording, command_folder, tmp_path):
    again = eyelid.read(command_folder)
    for name, values in recording.columns.items():
        np.testing.assert_allclose(values, again.columns[name], atol=0.00501 if name.endswith("_px") else 0.0000501)
    again.save(tmp_path / "a" / "b")
    for name in TABLES:
        assert (tmp_path / "a" / "b" / name).read_bytes() == (command_folder / name).read_bytes(), name
    assert again.session["run"]["recording"]["paths"] == recording.session["run"]["recording"]["paths"]


def test_the_command_scores_what_was_saved(recording, session, program, tmp_path):
    recording.save(tmp_path)
    done = subprocess.run(
        [program, "score", tmp_path, "--trials", session.trials_file, "--no-report"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_closure_follows_the_truth(recording, session):
    truth = np.asarray(session.truth["fec_right"])
    assert np.sqrt(np.nanmean((recording.columns["fec_right"] - truth) ** 2)) < 0.1


def test_frames_are_a_data_frame(recording):
    pandas = pytest.importorskip("pandas")
    assert isinstance(recording.frames, pandas.DataFrame) and len(recording.frames) == len(recording) == 300
    assert list(recording.blinks.columns) == list(recording.blink_columns)
    assert set(recording.blinks["kind"]) <= {"full", "partial"}


def test_frames_without_pandas(tmp_path):
    (tmp_path / "pandas.py").write_text("raise ImportError('hidden')")
    code = "import eyelid; f = eyelid.example(4).frames; assert type(f) is dict and f['fec'].shape == (2000,), f"
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONPATH": path})


def test_columns_are_not_copied(recording):
    column = recording.columns["fec"]
    assert not column.flags.owndata and column.flags.writeable and column.flags.c_contiguous


def test_pickle(recording, tmp_path):
    again = pickle.loads(pickle.dumps(recording))
    again.save(tmp_path)
    recording.save(tmp_path / "other")
    assert (tmp_path / "frames.csv").read_bytes() == (tmp_path / "other" / "frames.csv").read_bytes()


def test_changed_columns_are_saved(recording, tmp_path):
    changed = pickle.loads(pickle.dumps(recording))
    changed.columns["fec"][:] = 0.25
    changed.save(tmp_path)
    assert set(np.asarray(eyelid.read(tmp_path).columns["fec"])) == {0.25}


@pytest.mark.parametrize("form", ["gray", "list", "rgb", "bgr view", "sixteen", "strided"])
def test_arrays_give_what_the_film_gives(form, recording, pictures):
    source, options = pictures, {}
    if form == "list":
        source = list(pictures)
    elif form == "rgb":
        source = np.repeat(pictures[..., None], 3, axis=3)
    elif form == "bgr view":
        source, options = np.repeat(pictures[..., None], 3, axis=3)[..., ::-1], {"color": "bgr"}
    elif form == "sixteen":
        source, options = pictures.astype(np.uint16) << 8, {"bits": 16}
    elif form == "strided":
        wide = np.zeros((*pictures.shape[:2], 2 * pictures.shape[2]), np.uint8)
        wide[..., ::2] = pictures
        source = wide[..., ::2]
    tracked = eyelid.track(source, fps=100, **options)
    for name in ("ear_right", "ear_left", "fec"):
        np.testing.assert_array_equal(tracked.columns[name], recording.columns[name])
    np.testing.assert_allclose(tracked.columns["time_s"], recording.columns["time_s"], atol=1e-9)
    assert tracked.session["input"]["kind"] == "arrays"


def test_arrays_without_a_rate_warn_and_times_count(pictures):
    assert "25 frames/s are assumed" in eyelid.track(pictures[:3]).warnings[0]
    times = 7.0 + np.arange(3) / 50
    np.testing.assert_allclose(eyelid.track(pictures[:3], times=times).columns["time_s"], times - 7.0)


def test_pictures_and_folders(pictures, tmp_path, recording):
    for i, picture in enumerate(pictures[:20]):
        header = f"P5 {picture.shape[1]} {picture.shape[0]} 255\n".encode()
        (tmp_path / f"{i:03}.pgm").write_bytes(header + picture.tobytes())
    from_folder = eyelid.track(tmp_path, fps=100)
    from_files = eyelid.track(sorted(tmp_path.iterdir()), fps=100)
    for name in ("ear_right", "ear_left"):
        np.testing.assert_array_equal(from_folder.columns[name], recording.columns[name][:20])
        np.testing.assert_array_equal(from_files.columns[name], recording.columns[name][:20])


def test_closure_repeats_track(recording):
    ear = np.stack([recording.columns["ear_right"], recording.columns["ear_left"]], axis=1)
    again = eyelid.closure(ear, recording.columns["time_s"])
    for name in ("fec_right", "fec_left", "fec"):
        np.testing.assert_allclose(again.columns[name], recording.columns[name], atol=2e-5)
    calibrated = eyelid.closure(ear, recording.columns["time_s"], calibration=recording)
    assert calibrated.session["calibration"]["right"]["open"]["source"] == "given"


def test_closure_of_one_eye():
    recording = eyelid.example(8)
    left = eyelid.closure(recording.columns["ear_left"], recording.columns["time_s"], eye="left")
    assert np.isnan(left.columns["fec_right"]).all() and set(left.blink_columns["eye"]) == {"left"}


def test_eye_and_boxes(session):
    right = eyelid.track(session.video, eye="right")
    assert np.isnan(right.columns["ear_left"]).all() and np.isfinite(right.columns["ear_right"]).any()
    boxed = eyelid.track(session.video, face_box=(170, 90, 300, 300))
    assert boxed.columns["face_x_px"][0] == 170


def test_calibration_file(recording, session, tmp_path):
    file = recording.save_calibration(tmp_path / "levels.json")
    given = eyelid.track(session.video, calibration=file)
    assert given.session["calibration"]["left"]["closed"]["source"] == "given"


def test_other_threads_run_meanwhile(session):
    count = 0
    done = threading.Event()

    def tick():
        nonlocal count
        while not done.wait(0.001):
            count += 1

    thread = threading.Thread(target=tick)
    thread.start()
    eyelid.track(session.video)
    done.set()
    thread.join()
    assert count > 20


def test_tracks_in_several_threads(session, recording):
    found = []
    threads = [threading.Thread(target=lambda: found.append(eyelid.track(session.video, threads=1))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    for one in found:
        np.testing.assert_array_equal(one.columns["fec"], recording.columns["fec"])


def test_ctrl_c_stops_soon_and_leaves_nothing(session, tmp_path):
    # Counted in processor time of the child: the machine may be busy.
    code = textwrap.dedent(
        """
        import signal, sys, time, eyelid
        first = []
        def progress(phase, done, total):
            if done > 0 and not first:
                first.append(1); print("started", flush=True)
        def interrupt(*_):
            global begin
            begin = time.process_time()
            raise KeyboardInterrupt
        signal.signal(signal.SIGINT, interrupt)
        try:
            while True:
                eyelid.track(sys.argv[1], out=sys.argv[2], threads=1, progress=progress)
        except KeyboardInterrupt:
            print("stopped", time.process_time() - begin, flush=True)
        """
    )
    out = tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, "-c", code, session.video, out], stdout=subprocess.PIPE, text=True, env=os.environ
    )
    assert process.stdout.readline() == "started\n"
    process.send_signal(signal.SIGINT)
    word, seconds = process.stdout.readline().split()
    assert word == "stopped" and process.wait(120) == 0
    assert float(seconds) < 0.2
    assert not (out / "session.json").exists() or eyelid.read(out)


def test_progress_is_told_and_its_errors_come_through(session):
    phases = []
    eyelid.track(session.video, threads=1, progress=lambda *told: phases.append(told))
    assert phases[-1][0] == "closure" and phases[-1][1] == 300

    def fail(*told):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        eyelid.track(session.video, progress=fail)


def test_progress_by_tqdm(session, capsys):
    pytest.importorskip("tqdm")
    eyelid.track(session.video, progress=True)
    assert "closure" in capsys.readouterr().err


@pytest.mark.parametrize("source", ["/nonexistent.mkv", ["/a.mkv", "/b.mkv"]])
def test_errors_have_the_sentence_of_the_command(source, program, tmp_path):
    with pytest.raises(eyelid.InputError) as found:
        eyelid.track(source)
    inputs = [source] if isinstance(source, str) else source
    done = subprocess.run([program, "track", *inputs, "--out", tmp_path / "o"], capture_output=True, text=True)
    assert done.stderr.strip() == f"eyelid: {found.value}"
    assert isinstance(found.value, (eyelid.EyelidError, ValueError))


def test_names_that_are_not_utf8():
    with pytest.raises(eyelid.InputError, match="missing"):
        eyelid.track(os.fsdecode(b"/missing\xff.mkv"))


@pytest.mark.parametrize(
    "options, sentence",
    [
        ({"threads": 0}, "threads 0, expected 1 to 1024"),
        ({"detector": "cascade"}, "detector 'cascade', expected blazeface, hog or mtcnn"),
        ({"points": 22}, "points 22, expected 12 or 68"),
        ({"fps": -1}, "fps -1, expected a number above 0"),
        ({"eye": "third"}, "eye 'third', expected right or left"),
        ({"face_box": (0, 0, 0, 5)}, "face_box"),
        ({"face_box": (0, 0, float("nan"), 5)}, "face_box"),
        ({"times": [0.0, float("nan")]}, "times"),
        ({"color": "yuv"}, "color 'yuv', expected rgb or bgr"),
        ({"precision": "f16"}, "precision f16"),
        ({"subject": {"age": "9"}}, "condition 'age'"),
    ],
)
def test_options_are_checked(options, sentence, pictures):
    with pytest.raises((eyelid.InputError, eyelid.DeviceError)) as found:
        eyelid.track(pictures[:2], **options)
    assert str(found.value).startswith(sentence)


def test_unknown_options_and_iterators_are_type_errors(session, pictures):
    with pytest.raises(TypeError, match="unknown option thread; expected detector"):
        eyelid.track(session.video, thread=1)
    with pytest.raises(TypeError, match="more than once"):
        eyelid.track(iter(pictures))


def test_repr_html_and_plot(recording):
    page = recording._repr_html_()
    assert page.count("<svg") == 1 and "open EAR" in page and "300 frames" in page
    assert "300 frames" in repr(recording)
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    assert len(recording.plot().lines) == 2
