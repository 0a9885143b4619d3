# SPDX-License-Identifier: MIT
"""Runs each tool once over each film and keeps the tables: FOLDER/TOOL VERSION/FILM.csv.

A tool of another version, or another build of eyelid, has another folder; what is there is not measured
again. Delete the folder to measure anew.
"""
import hashlib
import importlib.metadata
import pathlib
import sys

import eyelid_openings
import openings
import pictures

EAR_IMAGE, BLINK_IMAGE = "MediaPipe EAR, image mode", "MediaPipe eyeBlink, image mode"
EAR_VIDEO, BLINK_VIDEO = "MediaPipe EAR, video mode", "MediaPipe eyeBlink, video mode"
DLIB, EYELID = "dlib 68 points", "eyelid EAR"


class Measured:
    def __init__(self, folder, program, mediapipe_model, dlib_model=None):
        """Without a dlib model, its row is left out."""
        self.folder = pathlib.Path(folder)
        self.program, self.mediapipe_model, self.dlib_model = program, mediapipe_model, dlib_model
        build = hashlib.sha256(pathlib.Path(program).read_bytes()).hexdigest()[:12]
        mediapipe = importlib.metadata.version("mediapipe")
        self.versions = {tool: mediapipe for tool in (EAR_IMAGE, BLINK_IMAGE, EAR_VIDEO, BLINK_VIDEO)}
        if dlib_model:
            self.versions[DLIB] = importlib.metadata.version("dlib-bin")
        self.versions[EYELID] = build

    @property
    def tools(self):
        return list(self.versions)

    @property
    def tools_but_dlib(self):
        """For long material: dlib's detector alone takes longer than all others together."""
        return [tool for tool in self.tools if tool != DLIB]

    def path(self, tool, film, kind="csv"):
        return self.folder / f"{tool} {self.versions[tool]}".replace(" ", "_").replace(",", "") / f"{film}.{kind}"

    def missing(self, film, tools):
        return {tool for tool in tools if not self.path(tool, film).exists()}

    def forget(self, film):
        for tool in self.tools:
            self.path(tool, film).unlink(missing_ok=True)

    def measure(self, film, path, tools=None):
        """Fills in what is missing of a film; all tools unless some are named."""
        tools = tools or self.tools
        missing = self.missing(film, tools)
        for ear, blink, is_film in ((EAR_IMAGE, BLINK_IMAGE, False), (EAR_VIDEO, BLINK_VIDEO, True)):
            if missing & {ear, blink}:
                print(f"{film}: MediaPipe, {'video' if is_film else 'image'} mode", file=sys.stderr)
                # Here, because importing MediaPipe takes seconds and a cached run has no need of it.
                import mediapipe_openings
                ears, blinks = mediapipe_openings.openings_of_film(
                    pictures.frames_of(path), pictures.fps_of(path), self.mediapipe_model, is_film)
                openings.write(self.path(ear, film), film, ears)
                openings.write(self.path(blink, film), film, blinks)
        if DLIB in missing:
            print(f"{film}: dlib", file=sys.stderr)
            import dlib_openings
            found = dlib_openings.openings_of_film(pictures.frames_of(path, is_gray=True), self.dlib_model)
            openings.write(self.path(DLIB, film), film, found)
        if EYELID in missing:
            print(f"{film}: eyelid", file=sys.stderr)
            found = eyelid_openings.openings_of_film(self.program, path, self.path(EYELID, film, "blinks"))
            openings.write(self.path(EYELID, film), film, found)
        self._check(film, tools)

    def _check(self, film, tools):
        """All tools must have seen the same frames."""
        counts = {tool: len(self.closures(tool, film)["right"]) for tool in tools}
        if len(set(counts.values())) > 1:
            sys.exit(f"{film}: frames by tool {counts}; expected equal numbers")

    def frames(self, film):
        return len(self.closures(EYELID, film)["right"])

    def closures(self, tool, film):
        return openings.read(self.path(tool, film))

    def openings(self, tool, film):
        return openings.read(self.path(tool, film), "opening")

    def blinks(self, film, only_full=False):
        return eyelid_openings.read_blinks(self.path(EYELID, film, "blinks"), only_full)
