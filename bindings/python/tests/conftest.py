# SPDX-License-Identifier: MIT
"""What the tests share: one rendered session, tracked once by the package and once by the command."""

import os
import pathlib
import subprocess

import pytest

import eyelid


@pytest.fixture(scope="session")
def program():
    """The command, built beside the package."""
    path = os.environ.get("EYELID_PROGRAM", "")
    if not pathlib.Path(path).is_file():
        pytest.skip(f"no command {path!r}")
    return path


@pytest.fixture(scope="session")
def session(tmp_path_factory):
    return eyelid.synthesize(tmp_path_factory.mktemp("session"), seconds=3, trials=2, fps=100, seed=5)


@pytest.fixture(scope="session")
def recording(session):
    return eyelid.track(session.video, landmarks=True)


@pytest.fixture(scope="session")
def command_folder(session, program, tmp_path_factory):
    folder = tmp_path_factory.mktemp("command") / "out"
    subprocess.run(
        [program, "track", session.video, "--out", folder, "--save-landmarks", "--no-report"],
        check=True,
        capture_output=True,
        timeout=300,
    )
    return folder


@pytest.fixture(scope="session")
def pictures(session, tmp_path_factory):
    """The film's frames as arrays: as `video.mkv` holds them."""
    import numpy as np

    folder = tmp_path_factory.mktemp("pictures")
    subprocess.run(["ffmpeg", "-v", "error", "-i", session.video, folder / "%04d.pgm"], check=True, timeout=120)
    return np.stack([eyelid._native.read_image(path) for path in sorted(folder.iterdir())])
