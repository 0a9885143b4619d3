# SPDX-License-Identifier: MIT
"""Runs the tools on the photographs of eval/yale and eval/helen: {tool: figures}, cached as the films are."""
import sys
import tempfile

import eyelid_openings
import measured as films
import pictures
import stills
from openings import EYES


def _yale_of(faces_in, paths, place):
    """{eye: [value]}: item `place` of (points, EAR, eyeBlink) of the first face."""
    openings = {eye: [] for eye in EYES}
    for path in paths:
        faces = faces_in(path)
        for eye in EYES:
            value = faces[0][eye][place] if faces else None
            openings[eye].append(1 - value if place == 2 and value is not None else value)
    return openings


def of_mediapipe(measured, yale, helen):
    """Image mode: a photograph has no video mode."""
    import mediapipe_openings

    def compute():
        print("photographs: MediaPipe", file=sys.stderr)
        paths = stills.yale_pictures(yale)
        names = [path.name for path in paths]
        with mediapipe_openings.landmarker(measured.mediapipe_model, is_film=False, max_faces=5) as found:
            of_path = {path: mediapipe_openings.faces_in(found, pictures.picture(path)) for path in paths}
            return {films.EAR_IMAGE: {"yale": stills.wink_figures(names, _yale_of(of_path.get, paths, 1)),
                                      "helen": stills.helen_figures(helen, lambda path: mediapipe_openings.faces_in(found, pictures.picture(path)))},
                    films.BLINK_IMAGE: {"yale": stills.wink_figures(names, _yale_of(of_path.get, paths, 2))}}
    return stills.cached(measured.path(films.EAR_IMAGE, "photographs", "json"), compute)


def of_dlib(measured, yale, helen):
    import dlib_openings

    def compute():
        print("photographs: dlib", file=sys.stderr)
        found = dlib_openings.Dlib(measured.dlib_model)
        faces_in = lambda path: found.faces_in(pictures.picture(path, is_gray=True))
        paths = stills.yale_pictures(yale)
        return {films.DLIB: {"yale": stills.wink_figures([path.name for path in paths], _yale_of(faces_in, paths, 1)),
                             "helen": stills.helen_figures(helen, faces_in)}}
    return stills.cached(measured.path(films.DLIB, "photographs", "json"), compute)


def of_eyelid(measured, yale, helen):
    def compute():
        print("photographs: eyelid", file=sys.stderr)
        paths = stills.yale_pictures(yale)
        with tempfile.TemporaryDirectory() as out:
            eyelid_openings.track(measured.program, yale, out)
            openings = eyelid_openings.read_frames(f"{out}/frames.csv")
        if len(openings["right"]) != len(paths):
            sys.exit(f"{yale}: {len(openings['right'])} rows for {len(paths)} portraits; expected one each")
        return {films.EYELID: {"yale": stills.wink_figures([path.name for path in paths], openings),
                               "helen": stills.helen_figures_of_eyelid(measured.program, helen)}}
    return stills.cached(measured.path(films.EYELID, "photographs", "json"), compute)


def figures_of_all(measured, yale, helen):
    found = {**of_mediapipe(measured, yale, helen), **of_eyelid(measured, yale, helen)}
    if films.DLIB in measured.tools:
        found.update(of_dlib(measured, yale, helen))
    return found
