# SPDX-License-Identifier: MIT
"""The C++ part: bindings/python/*.cpp. Requests are those of src/eyelid/pipeline/."""

import enum
from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Optional, Union

import numpy as np
import numpy.typing as npt

from .tracker import Sample as _Sample

version: str

_Progress = Optional[Callable[[str, int, Optional[int]], object]]
# Paths are given as str or PathLike ("": none), and come back as Path.
_Path = Union[str, PathLike[str]]
_Box = tuple[float, float, float, float]

class Detector(enum.Enum):
    blazeface = 0
    hog = 1
    mtcnn = 2

class Device(enum.Enum):
    auto = 0
    cpu = 1
    cuda = 2

class Precision(enum.Enum):
    f32 = 0
    f16 = 1
    bf16 = 2
    int8 = 3

class Eye(enum.Enum):
    right = 0
    left = 1

class Pictures(enum.Enum):
    auto = 0
    always = 1
    never = 2

class SetupRequest:
    detector: Detector
    detector_model: _Path
    landmark_models: Sequence[_Path]
    device: Device
    precision: Precision | None
    threads: int | None
    batch: int | None
    detect_every: int | None
    upsampling: int
    score_threshold: float | None
    has_68_points: bool
    face_box: _Box | None
    eye_box: _Box | None
    def __init__(self) -> None: ...

class Conditions:
    subject: str
    glasses: str
    camera: str
    distance: str
    def __init__(self) -> None: ...

class SourceOptions:
    frames_per_second: float | None
    bits: int | None
    stream: int | None
    def set_times(self, times: npt.NDArray[np.float64]) -> None: ...

class TrackRequest:
    inputs: Sequence[_Path]
    folder: _Path
    setup: SetupRequest
    source: SourceOptions
    timestamps_file: _Path
    calibration_file: _Path
    conditions: Conditions
    eye: Eye | None
    save_landmarks: bool
    write_overlay: bool
    write_report: bool
    trials_file: _Path
    truth_file: _Path
    title: str
    def __init__(self) -> None: ...

class ExportDetails:
    formats: list[str]
    start_time: str
    species: str
    sex: str
    age: str
    def __init__(self) -> None: ...

class TraceOptions:
    columns: dict[str, str]
    frames_per_second: float
    lid_points: list[str]

class ScoreRequest:
    folder: _Path
    trace_file: _Path
    trace: TraceOptions
    trials_file: _Path
    labels_file: _Path
    events_file: _Path
    events_offset_s: float | None
    sync_region: str
    preset: str
    settings: list[str]
    calibration_file: _Path
    calibrate_from_trials: bool
    conditions: Conditions
    phase: str
    group: str
    session: int
    def __init__(self) -> None: ...
    def set_opening_levels(self, open: float, closed: float) -> None: ...

class SessionOptions:
    seed: int
    seconds: float
    trials: int
    frames_per_second: float
    isi_s: float
    width: int
    height: int
    with_pose: bool
    with_flicker: bool
    with_noise: bool
    with_glasses: bool
    def __init__(self) -> None: ...

class FrameByFrame:
    def __init__(
        self,
        request: SetupRequest,
        frames_per_second: float,
        calibration_file: _Path,
        used_bits: int,
        is_bgr: bool,
        sample_type: type[_Sample],
    ) -> None: ...
    def update(self, frame: Any | None, time_s: float | None) -> _Sample: ...
    @property
    def measuring_s(self) -> float: ...
    @property
    def face(self) -> tuple[float, float, float, float, float] | None: ...
    @property
    def points(self) -> npt.NDArray[np.float32] | None: ...

class CameraInfo:
    @property
    def address(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def pixel_format(self) -> str: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def frames_per_second(self) -> float: ...
    @property
    def exposure_us(self) -> float | None: ...
    @property
    def gain(self) -> float | None: ...
    @property
    def clock(self) -> str: ...
    @property
    def warnings(self) -> list[str]: ...

class CameraFeed:
    def next(self) -> tuple[npt.NDArray[np.uint8] | None, int, float | None] | None: ...
    def close(self) -> None: ...
    def notices(self) -> list[str]: ...
    @property
    def rate(self) -> float: ...
    @property
    def info(self) -> CameraInfo: ...

def open_camera(
    address: str,
    frames_per_second: float | None,
    exposure_us: float | None,
    gain: float | None,
    region: tuple[int, int, int, int] | None,
    packet_size: int | None,
    most_waiting: int,
) -> CameraFeed: ...

_Face = tuple[float, float, float, float, float, Optional[npt.NDArray[np.float32]]]

class PictureMeasurer:
    def __init__(self, request: SetupRequest) -> None: ...
    def detect(self, image: Any, is_bgr: bool, used_bits: int) -> list[_Face]: ...
    def locate(
        self, image: Any, is_bgr: bool, used_bits: int, boxes: Sequence[_Box] | None
    ) -> list[tuple[_Face, npt.NDArray[np.float32], float, float]]: ...

def prepare_fork() -> None: ...
def set_pictures(request: TrackRequest, arrays: Sequence[Any], is_bgr: bool, name: str) -> None: ...
def track(request: TrackRequest, commits: bool, on_progress: _Progress) -> dict[str, Any]: ...
def closure(
    name: str,
    folder: _Path,
    time_s: npt.NDArray[np.float64],
    right: npt.NDArray[np.float32] | None,
    left: npt.NDArray[np.float32] | None,
    calibration_file: _Path,
    filter_half_span_s: float | None,
    conditions: Conditions,
    on_progress: _Progress,
) -> dict[str, Any]: ...
def read(folder: _Path) -> dict[str, Any]: ...
def write(
    folder: _Path,
    frames: Mapping[str, Any],
    blinks: Mapping[str, Any],
    landmarks: npt.NDArray[np.float32] | None,
    session: str,
) -> None: ...
def calibration_text(session: str) -> str: ...
def read_image(path: _Path) -> npt.NDArray[np.uint8]: ...
def list_images(folder: _Path) -> list[Path]: ...
def score(
    request: ScoreRequest,
    commits: bool,
    with_report: bool,
    pictures: Pictures,
    exports: ExportDetails,
    on_progress: _Progress,
) -> dict[str, Any]: ...
def preset_names() -> list[str]: ...
def preset_text(name: str) -> str: ...
def render(options: SessionOptions, folder: _Path, on_progress: _Progress) -> None: ...
