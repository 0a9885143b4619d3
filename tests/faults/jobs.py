# SPDX-License-Identifier: MIT
"""The jobs that are broken: an older result, and the arguments of a newer run over it."""
import random
from dataclasses import dataclass
from pathlib import Path

from results import Reference, fresh_copy

MODELS = Path(__file__).resolve().parents[2] / "models"


@dataclass
class Job:
    name: str
    template: Path  # the folder with the older result
    reference: Reference
    arguments: list  # of the newer run, in the folder "work"
    calls: dict  # of each class in an undisturbed run


def must_run(program, arguments):
    outcome = program.run(arguments)
    assert outcome.status == 0, (arguments, outcome.errors)


def track_arguments(session):
    def older(folder):
        return ["track", session / "video.mkv", "--out", folder / "out", "--save-landmarks", "--overlay",
                "--subject", "OLDER", "--fps", "77", "--trials", session / "trials.csv",
                "--save-calibration", folder / "side/levels.json", "--json", folder / "side/track.json"]

    def newer(folder):
        return ["track", session / "video.mkv", "--out", folder / "out", "--save-landmarks",
                "--subject", "NEWER", "--trials", session / "trials.csv",
                "--save-calibration", folder / "side/levels.json", "--json", folder / "side/track.json"]
    return older, newer


def score_arguments(session):
    def command(folder, preset, exports, year):
        return ["score", folder / "out", "--trials", session / "trials.csv", "--preset", preset,
                "--export", exports, "--no-pictures", "--session-start", f"{year}-01-01T00:00:00Z",
                "--json", folder / "side/score.json"]
    return (lambda folder: command(folder, "dutch5pct", "dlc,sleap,nwb", 2020),
            lambda folder: command(folder, "human", "dlc,nwb", 2021))


def synthesize_arguments(_):
    def command(folder, seed, seconds):
        return ["synthesize", "--out", folder / "out", "--seconds", seconds, "--fps", "10", "--trials", "0",
                "--seed", seed, "--json", folder / "side/synthesize.json"]
    return lambda folder: command(folder, 3, 0.5), lambda folder: command(folder, 4, 0.6)


def convert_arguments(_):
    def command(folder):
        return ["model", "convert", "--kind", "blazeface", MODELS / "blazeface_gray.safetensors",
                "--to", folder / "out/model.safetensors"]
    return None, command


ARGUMENTS = {"track": track_arguments, "score": score_arguments, "synthesize": synthesize_arguments,
             "convert": convert_arguments}


def make_session(program, scratch):
    """A rendered session of 40 frames with one trial; made once."""
    session = scratch / "session"
    if not session.exists():
        must_run(program, ["synthesize", "--out", session, "--seconds", "0.8", "--fps", "50", "--trials", "0"])
        (session / "trials.csv").write_text("trial,cs_onset_s,us_onset_s,type\n1,0.300000,0.600000,paired\n")
    return session


def make_job(program, scratch, name):
    session = make_session(program, scratch)
    older, newer = ARGUMENTS[name](session)
    template = scratch / f"{name}-older"
    start = scratch / f"{name}-start"
    (start / "out").mkdir(parents=True)
    (start / "side").mkdir()
    if name == "score":  # works in a folder that track left
        must_run(program, ["track", session / "video.mkv", "--out", start / "out", "--save-landmarks"])
    work = scratch / "work"  # always the same: files may name their folder

    def left_by(begin, arguments, folder):
        fresh_copy(begin, work)
        must_run(program, arguments)
        fresh_copy(work, folder)
        return folder

    if older:
        left_by(start, older(work), template)
    else:
        fresh_copy(start, template)
        (template / "out/model.safetensors").write_bytes(random.Random(1).randbytes(300_000))
    newest = [left_by(template, newer(work), scratch / f"{name}-{which}") for which in ("newer", "again")]
    fresh_copy(template, work)
    calls = program.run(newer(work), count=True).calls
    return Job(name, template, Reference.of(template, *newest), newer(work), calls)
