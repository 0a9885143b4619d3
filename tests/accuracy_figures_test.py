#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The figures of `make bench-accuracy` on numbers made by hand; without MediaPipe, dlib and films."""
import math
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "benchmarks" / "accuracy" / "peers"))

import agreement
import figures
import labels
import openings
import splice_plan
import stills

OPEN, CLOSED = labels.OPEN, labels.CLOSED


def states(frames, **stretches):
    """States of one eye: states(30, closed=(10, 11))."""
    of_eye = [OPEN] * frames
    for state, (first, last) in stretches.items():
        of_eye[first:last + 1] = [state] * (last - first + 1)
    return of_eye


def counts(found, of_eye):
    count = figures.count_events(found, of_eye)
    return count.found, count.false, count.missed


class Openings(unittest.TestCase):
    def test_aspect_ratio_of_a_diamond(self):
        self.assertAlmostEqual(openings.aspect_ratio([(0, 0), (3, 1), (7, 1), (10, 0), (7, -1), (3, -2)]), (3 + 2) / 20)
        self.assertIsNone(openings.aspect_ratio([(1, 1)] * 6))

    def test_closure_is_relative_to_the_usual_opening(self):
        self.assertEqual(openings.closures_of([0.4, None, 0.4, 0.1, 0.5]), [0.0, None, 0.0, 0.75, -0.25])
        self.assertEqual(openings.closures_of([None, None]), [None, None])

    def test_table_comes_back(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "tool" / "film.csv"
            openings.write(path, "film", {"right": [0.4, None, 0.2], "left": [None, 0.5, 0.5]})
            self.assertEqual(path.read_text().splitlines()[:4],
                             ["film,frame,eye,opening,closure", "film,0,right,0.40000,-0.33333", "film,1,right,,", "film,2,right,0.20000,0.33333"])
            self.assertEqual(openings.read(path), {"right": [-0.33333, None, 0.33333], "left": [None, 0.0, 0.0]})
            self.assertEqual(openings.read(path, "opening")["left"], [None, 0.5, 0.5])


class Events(unittest.TestCase):
    def test_detections_are_runs_over_the_threshold(self):
        self.assertEqual(figures.detections([0.6, 0.1, 0.5, 0.7, None, 0.9], 0.5), [(0, 0), (2, 3), (5, 5)])

    def test_found_false_missed(self):
        self.assertEqual(counts([(10, 11)], states(30, closed=(10, 11))), (1, 0, 0))
        self.assertEqual(counts([], states(30, closed=(10, 11))), (0, 0, 1))
        self.assertEqual(counts([(20, 21)], states(30, closed=(10, 11))), (0, 1, 1))

    def test_a_frame_beside_the_label_is_near_enough_two_are_not(self):
        self.assertEqual(counts([(12, 12)], states(30, closed=(10, 11))), (1, 0, 0))
        self.assertEqual(counts([(13, 14)], states(30, closed=(10, 11))), (0, 1, 1))

    def test_partial_and_hidden_count_for_nothing(self):
        self.assertEqual(counts([(5, 6), (20, 22)], states(30, partial=(5, 6), hidden=(20, 25))), (0, 0, 0))

    def test_one_detection_finds_one_closure(self):
        of_eye = states(30, closed=(10, 11))
        of_eye[14] = CLOSED
        self.assertEqual(counts([(9, 15)], of_eye), (1, 0, 1))

    def test_a_second_detection_of_a_closure_is_not_false(self):
        self.assertEqual(counts([(10, 11), (14, 15)], states(30, closed=(10, 15))), (1, 0, 0))

    def test_f1(self):
        self.assertAlmostEqual(figures.Count(3, 1, 2).f1, 6 / 9)
        self.assertIsNone(figures.Count().f1)


class Thresholds(unittest.TestCase):
    def film(self, shut, raised=0.0):
        """One closure of height `shut`, and a glance down of height `raised` that is none."""
        values = [0.0] * 40
        values[10] = shut
        values[25] = raised
        return [(values, states(40, closed=(10, 10)))]

    def test_middle_of_the_best(self):
        best = figures.best_index(figures.counts_by_threshold(self.film(0.8, 0.3)))
        self.assertAlmostEqual(figures.THRESHOLDS[best], 0.55)

    def test_own_film_has_no_say(self):
        # c alone would like a threshold below 0.40; at that of the others its closure is missed.
        films = {**{name: self.film(0.8, 0.5) for name in ("a", "b", "d")}, "c": self.film(0.4)}
        found, thresholds = figures.leave_one_film_out(films)
        self.assertGreater(thresholds["c"], 0.5)
        self.assertEqual(found["c"], figures.Count(0, 0, 1))
        self.assertEqual(found["a"], figures.Count(1, 0, 0))


class Ranks(unittest.TestCase):
    def test_auc(self):
        self.assertEqual(figures.auc([0.9, 0.8], [0.1, 0.2]), 1.0)
        self.assertEqual(figures.auc([0.1], [0.9]), 0.0)
        self.assertEqual(figures.auc([0.5], [0.5, 0.1]), 0.75)
        self.assertIsNone(figures.auc([], [0.1]))

    def test_unmeasured_closed_frame_counts_as_open(self):
        values = [0.0] * 30
        values[10] = None
        self.assertEqual(figures.closed_and_open(values, states(30, closed=(10, 10)))[0], [0.0])

    def test_frames_beside_a_label_are_not_open(self):
        self.assertEqual(figures.open_frames(states(12, partial=(5, 5))), [0, 10, 11])

    def test_quantile(self):
        self.assertAlmostEqual(figures.quantile([3.0, 1.0, 2.0], 0.75), 2.5)


class Noise(unittest.TestCase):
    def test_rest_noise(self):
        # +-0.1 in turn: every deviation is 0.1, every second difference 0.4.
        sd, bends = figures.rest_noise([0.1 * (-1) ** i for i in range(40)], states(40))
        self.assertAlmostEqual(sd, figures.MAD_TO_SD * 0.1)
        self.assertAlmostEqual(bends, figures.MAD_TO_SD * 0.4 / math.sqrt(6))

    def test_slow_drift_is_not_in_second_differences(self):
        self.assertAlmostEqual(figures.rest_noise([0.01 * i for i in range(40)], states(40))[1], 0.0)

    def test_both_eyes_trust_the_quieter_one(self):
        quiet = [0.0, 0.01] * 10
        loud = [0.0, 0.5] * 10
        quiet[6], loud[6] = 0.9, 0.1
        loud[9] = None
        joint = figures.joint_closures({"right": quiet, "left": loud})
        self.assertGreater(joint[6], 0.85)
        self.assertEqual(joint[9], quiet[9])

    def test_fitted_levels_leave_no_error_of_scale(self):
        truth = [0.0, 0.25, 0.5, 1.0] * 3
        self.assertAlmostEqual(figures.fitted_rmse([0.3 - 0.2 * fec for fec in truth], truth), 0.0)
        self.assertAlmostEqual(figures.fitted_rmse([0.3] * 12, truth), math.sqrt(0.13671875))


class Photographs(unittest.TestCase):
    def test_winks_above_the_others(self):
        names = [f"subject{i:02}_normal.png" for i in range(20)] + ["a_sleepy.png", "a_wink.png", "b_wink.png", "c_wink.png"]
        right = [0.3] * 20 + [0.03, 0.05, 0.29, None]
        left = [0.3] * 19 + [0.27, 0.03, 0.30, 0.30, 0.05]
        found = stills.wink_figures(names, {"right": right, "left": left})
        self.assertEqual((found["above"], found["winks"], found["others"]), (1, 3, 21))
        self.assertAlmostEqual(found["others_99"], 0.08)

    def test_ear_errors_by_annotated_ear(self):
        found = stills.ear_figures([(0.05, 0.08), (0.119, 0.129), (0.12, 0.10), (0.2, 0.25), (0.3, 0.2)], 3, 1)
        self.assertAlmostEqual(found["closed"], 0.02)
        self.assertAlmostEqual(found["half"], 0.02)
        self.assertAlmostEqual(found["open"], 0.075)
        self.assertEqual((found["auc"], found["faces"], found["missed"]), (1.0, 3, 1))


class Splices(unittest.TestCase):
    LABELS = [("both", 30, 31, "closed"), ("both", 32, 32, "partial"), ("both", 60, 61, "closed"), ("left", 90, 91, "closed"),
              ("both", 110, 140, "closed")]

    def test_short_closures_of_both_eyes_in_turns(self):
        splices = splice_plan.plan(self.LABELS, 200)
        self.assertEqual([(s.eye, s.closure, s.over) for s in splices], [("right", (30, 31), (28, 34)), ("left", (60, 61), (58, 63))])
        for splice in splices:
            self.assertEqual(splice.source[1] - splice.source[0], splice.over[1] - splice.over[0])
            self.assertFalse(any(a - figures.BORDER <= frame <= b + figures.BORDER for _, a, b, _ in self.LABELS
                                 for frame in range(splice.source[0], splice.source[1] + 1)))

    def test_without_rest_nearby_there_is_none(self):
        self.assertEqual(splice_plan.plan([("both", 0, 2, "hidden"), ("both", 6, 6, "closed"), ("both", 10, 14, "hidden")], 15), [])

    def test_other_found_spliced_silent(self):
        splices = splice_plan.plan(self.LABELS, 200)
        self.assertEqual(splice_plan.count(splices, {"right": [(61, 61)], "left": [(30, 32)]}), (2, 2))
        self.assertEqual(splice_plan.count(splices, {"right": [(30, 31)], "left": []}), (0, 1))


class Labels(unittest.TestCase):
    def test_states_of_intervals(self):
        of_eye = labels.states([("both", 2, 4, "partial"), ("left", 3, 3, "closed")], 6)
        self.assertEqual(of_eye["left"], [OPEN, OPEN, "partial", CLOSED, "partial", OPEN])
        self.assertEqual(of_eye["right"], [OPEN, OPEN, "partial", "partial", "partial", OPEN])
        self.assertEqual(labels.joint_states(of_eye), [OPEN, OPEN, "partial", CLOSED, "partial", OPEN])

    def test_kappa(self):
        self.assertAlmostEqual(agreement.kappa([("a", "a")] * 45 + [("a", "b")] * 15 + [("b", "a")] * 25 + [("b", "b")] * 15),
                               (0.60 - 0.54) / (1 - 0.54))

    def test_agreement_of_two_readings(self):
        first = {"film": [("both", 5, 6, "closed"), ("right", 12, 12, "closed")]}
        second = {"film": [("both", 6, 7, "closed")]}
        found = agreement.compare(first, second, {"film": 20})
        self.assertEqual((found["closures"], found["matched"]), ([3, 2], 2))

    def test_committed_labels_are_the_consensus_of_both_readings(self):
        first, second, frames_of = agreement.figures()
        committed = labels.read()
        for film, frames in frames_of.items():
            one, other, agreed = (labels.states(reading[film], frames) for reading in (first, second, committed))
            for eye in openings.EYES:
                self.assertEqual(agreed[eye], [agreement.consensus(a, b) for a, b in zip(one[eye], other[eye])])


if __name__ == "__main__":
    unittest.main()
