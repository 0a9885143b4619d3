#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""make bench-accuracy: eyelid and its peers on the same frames; the table of docs/accuracy.md.

  bench.py EYELID --shared FOLDER [--work FOLDER] [--seeds N] [--dlib-model FILE] [--table FILE] [--json FILE]

What was measured is kept in the work folder and not measured again; a new build of eyelid, another version of a
peer, and other labels of a spliced film are.
"""
import argparse
import datetime
import json
import pathlib

import agreement
import labels
import material
import measured
import measured_stills
import page
import rendered
import results
import splice_plan
import spliced

DEBIAN_DLIB_MODEL = pathlib.Path("/usr/share/dlib/shape_predictor_68_face_landmarks.dat")


def processor():
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown processor"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--shared", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("build/bench-accuracy"))
    parser.add_argument("--seeds", type=int, default=10, help="rendered people, plain and --hard each")
    parser.add_argument("--dlib-model", type=pathlib.Path, default=DEBIAN_DLIB_MODEL)
    parser.add_argument("--table", type=pathlib.Path, help="page to write into")
    parser.add_argument("--json", type=pathlib.Path)
    return parser.parse_args()


def splice_films(tools, shared, folder, intervals_of):
    """{film: (name of the spliced film, [Splice])}; the spliced films are measured."""
    splices_of = {}
    for film in material.FILMS:
        splices = splice_plan.plan(intervals_of[film.name], tools.frames(film.name)) if film.is_steady else []
        if splices:
            out, splices = spliced.make(film.path(shared), splices, tools.mediapipe_model, folder)
        if splices:
            tools.measure(out.stem, out, tools.tools_but_dlib)
            splices_of[film.name] = (out.stem, splices)
    return splices_of


def main():
    options = arguments()
    material.check(options.shared)
    dlib_model = options.dlib_model if options.dlib_model.exists() else None
    tools = measured.Measured(options.work / "closures", options.program, options.shared / "models" / "face_landmarker.task",
                              dlib_model)
    intervals_of = labels.of_all_films(options.shared)
    for film in (*material.FILMS, material.WITHOUT_FACE):
        tools.measure(film.name, film.path(options.shared))
    evaluation = options.shared / "data" / "eval"
    photographs = measured_stills.figures_of_all(tools, evaluation / "yale", evaluation / "helen")
    splices_of = splice_films(tools, options.shared, options.work / "spliced", intervals_of)
    sessions = rendered.sessions(options.seeds)
    for session in sessions:
        rendered.measure(tools, options.work / "truth", *session)

    states_of = {}
    for film in material.FILMS:
        states_of[film.name] = labels.states(intervals_of[film.name], tools.frames(film.name))
    found = results.of_all(tools, states_of, photographs, sessions, options.work / "truth", splices_of)
    found["date"], found["processor"] = datetime.date.today().isoformat(), processor()
    found["labels"] = {"agreement": agreement.compare(*agreement.figures()),
                       "closures": {film: sum(len(labels.closures(of_eye)) for of_eye in states.values())
                                    for film, states in states_of.items()}}
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(found, indent=1) + "\n")
    text = page.text(found)
    print(text)
    if options.table:
        page.write(options.table, text)


if __name__ == "__main__":
    main()
