# SPDX-License-Identifier: MIT
"""dlib: its HOG face detector and a 68-point shape predictor, EAR of each eye."""
import dlib

from openings import EYES, aspect_ratio

FIRST_LID = {"right": 36, "left": 42}


class Dlib:
    def __init__(self, model):
        self.detect = dlib.get_frontal_face_detector()
        self.predict = dlib.shape_predictor(str(model))

    def faces_in(self, gray):
        """[{eye: (six points in pixels, EAR)}], best face first."""
        boxes, _, _ = self.detect.run(gray, 0, 0.0)
        faces = []
        for box in boxes:
            shape = self.predict(gray, box)
            face = {}
            for eye in EYES:
                lids = [(shape.part(FIRST_LID[eye] + i).x, shape.part(FIRST_LID[eye] + i).y) for i in range(6)]
                face[eye] = (lids, aspect_ratio(lids))
            faces.append(face)
        return faces


def openings_of_film(frames, model):
    """{eye: [EAR]} of gray frames, None where no face was found."""
    found = Dlib(model)
    ears = {eye: [] for eye in EYES}
    for gray in frames:
        faces = found.faces_in(gray)
        for eye in EYES:
            ears[eye].append(faces[0][eye][1] if faces else None)
    return ears
