# SPDX-License-Identifier: MIT
"""Figures from closures and labels: events, thresholds, areas under the ROC curve, noise."""
import bisect
import dataclasses
import math
import statistics

from labels import CLOSED, OPEN, closures, runs

# Frames that a reader may be off by at an end of a closure.
LABEL_ERROR = 1
# Frames beside anything labeled that count neither as open nor as rest.
BORDER = 4
THRESHOLDS = [round(0.05 + 0.01 * step, 2) for step in range(91)]
MAD_TO_SD = 1.4826


@dataclasses.dataclass
class Count:
    found: int = 0
    false: int = 0
    missed: int = 0

    def __add__(self, other):
        return Count(self.found + other.found, self.false + other.false, self.missed + other.missed)

    @property
    def f1(self):
        """None without any event."""
        total = 2 * self.found + self.false + self.missed
        return 2 * self.found / total if total else None


def detections(of_frames, threshold):
    """[(first, last)] of the frames whose closure reaches the threshold; an unmeasured frame does not."""
    return runs(of_frames, lambda value: value is not None and value >= threshold)


def count_events(found, states):
    """Detections against the labeled closures of one eye (or of both together).

    A closure is found by one detection that meets it, give or take LABEL_ERROR, and a detection finds one
    closure. Others that touch anything labeled (partial, lookdown, hidden, a closure found already) count
    for nothing; the rest are false.
    """
    wanted, count = closures(states), Count()
    free = set(range(len(wanted)))
    for first, last in sorted(found):
        first, last = first - LABEL_ERROR, last + LABEL_ERROR
        hit = next((i for i in sorted(free) if wanted[i][0] <= last and first <= wanted[i][1]), None)
        if hit is not None:
            free.remove(hit)
            count.found += 1
        elif all(state == OPEN for state in states[max(first, 0):last + 1]):
            count.false += 1
    count.missed = len(free)
    return count


def total(counts):
    return sum(counts, Count())


def counts_by_threshold(traces):
    """Count of [(closures, states)] at each of THRESHOLDS."""
    return [total(count_events(detections(values, threshold), states) for values, states in traces)
            for threshold in THRESHOLDS]


def best_index(counts):
    """Place in THRESHOLDS of the best F1; of equally good ones the middle one."""
    scores = [count.f1 or 0.0 for count in counts]
    best = [index for index, score in enumerate(scores) if score >= max(scores) - 1e-9]
    return best[(len(best) - 1) // 2]


def leave_one_film_out(films):
    """{film: [(closures, states)]} -> ({film: Count}, {film: threshold}): the threshold is that of the others."""
    by_film = {film: counts_by_threshold(traces) for film, traces in films.items()}
    counts, thresholds = {}, {}
    for film in films:
        others = zip(*(of_other for other, of_other in by_film.items() if other != film))
        chosen = best_index([total(of_threshold) for of_threshold in others])
        thresholds[film], counts[film] = THRESHOLDS[chosen], by_film[film][chosen]
    return counts, thresholds


def open_frames(states):
    """Numbers of the frames that are open and farther than BORDER from anything labeled."""
    far = [True] * len(states)
    for index, state in enumerate(states):
        if state != OPEN:
            for near in range(max(0, index - BORDER), min(len(states), index + BORDER + 1)):
                far[near] = False
    return [index for index, is_far in enumerate(far) if is_far]


def closed_and_open(values, states):
    """Closures of the closed and of the open frames; an unmeasured frame counts as 0, an open eye."""
    value = lambda index: 0.0 if values[index] is None else values[index]
    return ([value(i) for i, state in enumerate(states) if state == CLOSED], [value(i) for i in open_frames(states)])


def auc(high, low):
    """Probability that one of `high` lies above one of `low`, ties half; None where either is empty."""
    if not high or not low:
        return None
    ordered = sorted(low)
    wins = sum(bisect.bisect_left(ordered, value) + bisect.bisect_right(ordered, value) for value in high)
    return wins / 2 / len(high) / len(low)


def robust_sd(values):
    middle = statistics.median(values)
    return MAD_TO_SD * statistics.median(abs(value - middle) for value in values)


def rest_noise(values, states):
    """(SD, SD from second differences) of the closure at rest, or None with too few frames.

    Both from medians of absolute values, so that a few outliers do not decide. Second differences leave out
    what changes slowly: the head, the gaze.
    """
    rest = set(open_frames(states))
    measured = [values[i] for i in sorted(rest) if values[i] is not None]
    bends = [abs(values[i - 1] - 2 * values[i] + values[i + 1]) for i in sorted(rest)
             if {i - 1, i + 1} <= rest and None not in values[i - 1:i + 2]]
    if len(measured) < 10 or len(bends) < 10:
        return None
    return robust_sd(measured), MAD_TO_SD * statistics.median(bends) / math.sqrt(6)


def joint_closures(of_eyes):
    """One closure of both eyes: their mean, each weighted by 1 / variance of its second differences.

    of_eyes: {eye: [closure or None]}. Where one eye is not measured, the other alone.
    """
    weights = {}
    for eye, values in of_eyes.items():
        bends = [values[i - 1] - 2 * values[i] + values[i + 1] for i in range(1, len(values) - 1)
                 if None not in values[i - 1:i + 2]]
        noise = MAD_TO_SD * statistics.median(map(abs, bends)) / math.sqrt(6) if bends else 0.0
        weights[eye] = 1 / max(noise, 1e-3) ** 2
    joint = []
    for values in zip(*of_eyes.values()):
        measured = [(weights[eye], value) for eye, value in zip(of_eyes, values) if value is not None]
        joint.append(sum(w * v for w, v in measured) / sum(w for w, _ in measured) if measured else None)
    return joint


def quantile(values, share):
    """Linear between order statistics."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def fitted_rmse(openings, truth):
    """RMSE of FEC with the levels fitted: FEC = a + b opening by least squares. None with too few frames."""
    pairs = [(opening, fec) for opening, fec in zip(openings, truth) if opening is not None]
    if len(pairs) < 10:
        return None
    mean_x, mean_y = (statistics.fmean(pair[i] for pair in pairs) for i in (0, 1))
    spread = sum((x - mean_x) ** 2 for x, _ in pairs)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in pairs) / spread if spread else 0.0
    return math.sqrt(statistics.fmean((mean_y + slope * (x - mean_x) - y) ** 2 for x, y in pairs))
