# SPDX-License-Identifier: MIT
"""MediaPipe's face landmarker: EAR of its lid points and its eyeBlink scores, of pictures or of a film."""
import contextlib

import mediapipe
from mediapipe.tasks.python import BaseOptions, vision

from openings import EYES, aspect_ratio

# The six points of the 478 that stand where iBUG's 36..41 and 42..47 do.
LIDS = {"right": (33, 160, 158, 133, 153, 144), "left": (362, 385, 387, 263, 373, 380)}
BLINK = {"right": "eyeBlinkRight", "left": "eyeBlinkLeft"}


@contextlib.contextmanager
def landmarker(model, is_film, max_faces=1):
    mode = vision.RunningMode.VIDEO if is_film else vision.RunningMode.IMAGE
    options = vision.FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(model)), running_mode=mode, num_faces=max_faces,
        output_face_blendshapes=True)
    with vision.FaceLandmarker.create_from_options(options) as found:
        yield found


def faces_of(result, width, height):
    """[{eye: (six points in pixels, EAR, eyeBlink)}] of a result."""
    faces = []
    for points, scores in zip(result.face_landmarks, result.face_blendshapes):
        score_of = {score.category_name: score.score for score in scores}
        face = {}
        for eye in EYES:
            lids = [(points[i].x * width - 0.5, points[i].y * height - 0.5) for i in LIDS[eye]]
            face[eye] = (lids, aspect_ratio(lids), score_of[BLINK[eye]])
        faces.append(face)
    return faces


def faces_in(found, rgb, time_ms=None):
    """Faces of one RGB picture; with a time, of the next frame of a film."""
    picture = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=rgb)
    result = found.detect(picture) if time_ms is None else found.detect_for_video(picture, time_ms)
    return faces_of(result, rgb.shape[1], rgb.shape[0])


def openings_of_film(frames, fps, model, is_film):
    """({eye: [EAR]}, {eye: [1 - eyeBlink]}) of RGB frames, None where no face was found."""
    ears, lids_apart = {eye: [] for eye in EYES}, {eye: [] for eye in EYES}
    with landmarker(model, is_film) as found:
        for index, rgb in enumerate(frames):
            faces = faces_in(found, rgb, round(index * 1000 / fps) if is_film else None)
            for eye in EYES:
                ears[eye].append(faces[0][eye][1] if faces else None)
                lids_apart[eye].append(1 - faces[0][eye][2] if faces else None)
    return ears, lids_apart
