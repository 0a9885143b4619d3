# SPDX-License-Identifier: MIT
"""All figures of a tool from what was measured, as plain dictionaries for the page and the JSON file."""
import math
import statistics

import figures
import labels
import material
import rendered
import splice_plan
from measured import EYELID
from openings import EYES

BLINKS, FULL_BLINKS = "eyelid `blinks.csv`", "eyelid `blinks.csv`, kind full"


def _count(count):
    return {"found": count.found, "false": count.false, "missed": count.missed, "f1": count.f1}


def _events(films):
    """Leave-one-film-out F1 of {film: [(closures, states)]}."""
    counts, thresholds = figures.leave_one_film_out(films)
    return {**_count(figures.total(counts.values())), "thresholds": thresholds,
            "films": {film: _count(count) for film, count in counts.items()}}


def of_films(measured, tool, states_of):
    """states_of: {film: {eye: states}}"""
    closures = {film: measured.closures(tool, film) for film in states_of}
    each = {film: [(closures[film][eye], states_of[film][eye]) for eye in EYES] for film in states_of}
    both = {film: [(figures.joint_closures(closures[film]), labels.joint_states(states_of[film]))] for film in states_of}
    high, low, by_eye, noises = [], [], {}, []
    for film, traces in each.items():
        for eye, (values, states) in zip(EYES, traces):
            closed, opened = figures.closed_and_open(values, states)
            high, low = high + closed, low + opened
            if closed and opened:
                by_eye[f"{film} {eye}"] = {"auc": figures.auc(closed, opened), "closed_frames": len(closed)}
            noise = figures.rest_noise(values, states)
            noises += [noise] if noise else []
    all_values = [value for traces in each.values() for values, _ in traces for value in values]
    joint = [figures.closed_and_open(values, states) for traces in both.values() for values, states in traces]
    return {"each_eye": _events(each), "both_eyes": _events(both), "auc": figures.auc(high, low), "auc_by_eye": by_eye,
            "auc_both_eyes": figures.auc([v for c, _ in joint for v in c], [v for _, o in joint for v in o]),
            "noise_sd": statistics.fmean(sd for sd, _ in noises), "noise_bends": statistics.fmean(sd for _, sd in noises),
            "unmeasured": sum(value is None for value in all_values) / len(all_values)}


def of_blinks(measured, states_of, only_full):
    """Rows of blinks.csv against the labels, each eye."""
    counts = {}
    for film, states in states_of.items():
        blinks = measured.blinks(film, only_full)
        counts[film] = figures.total(
            figures.count_events([(first, last) for eye, first, last in blinks if eye == wanted], states[wanted]) for wanted in EYES)
    return {**_count(figures.total(counts.values())), "films": {film: _count(count) for film, count in counts.items()}}


def of_rendered(measured, folder, tool, sessions):
    """RMSE of each session's two eyes together, levels fitted."""
    found = {}
    for name, _, options in sessions:
        truth, openings = rendered.truth(folder, name), measured.openings(tool, name)
        errors = [figures.fitted_rmse(openings[eye], truth[eye]) for eye in EYES]
        if None not in errors:
            found[name] = (bool(options), math.sqrt(statistics.fmean(error ** 2 for error in errors)))
    group = lambda is_hard: [rmse for hard, rmse in found.values() if hard == is_hard]
    summary = lambda values: {"sessions": len(values), "mean": statistics.fmean(values), "max": max(values)} if values else None
    return {"plain": summary(group(False)), "hard": summary(group(True)), "sessions": {name: rmse for name, (_, rmse) in found.items()}}


def of_spliced(measured, tool, splices_of, thresholds):
    """splices_of: {film: (name of the spliced film, [Splice])}; thresholds: {film: threshold of the other films}."""
    found = silent = 0
    for film, (name, splices) in splices_of.items():
        closures = measured.closures(tool, name)
        events = {eye: figures.detections(closures[eye], thresholds[film]) for eye in EYES}
        one, other = splice_plan.count(splices, events)
        found, silent = found + one, silent + other
    return {"closures": sum(len(splices) for _, splices in splices_of.values()), "found": found, "silent": silent}


def of_spliced_blinks(measured, splices_of, only_full):
    found = silent = 0
    for name, splices in splices_of.values():
        events = {eye: [(a, b) for each, a, b in measured.blinks(name, only_full) if each == eye] for eye in EYES}
        one, other = splice_plan.count(splices, events)
        found, silent = found + one, silent + other
    return {"closures": sum(len(splices) for _, splices in splices_of.values()), "found": found, "silent": silent}


def of_close_up(measured):
    """Share of the frames of the film without a face in which a tool gives an opening of either eye."""
    film, found = material.WITHOUT_FACE.name, {}
    for tool in measured.tools:
        closures = measured.closures(tool, film)
        pairs = list(zip(*(closures[eye] for eye in EYES)))
        found[tool] = sum(pair != (None, None) for pair in pairs) / len(pairs)
    return found


def of_all(measured, states_of, photographs, sessions, truth_folder, splices_of):
    first_table = {film: states_of[film] for film in material.FIRST_TABLE}
    tools = {}
    for tool in measured.tools:
        films = of_films(measured, tool, states_of)
        tools[tool] = {"version": measured.versions[tool], "films": films,
                       "first_table": of_films(measured, tool, first_table), **photographs.get(tool, {})}
        if sessions and tool in measured.tools_but_dlib:
            tools[tool]["rendered"] = of_rendered(measured, truth_folder, tool, sessions)
        if tool in measured.tools_but_dlib:
            tools[tool]["spliced"] = of_spliced(measured, tool, splices_of, films["each_eye"]["thresholds"])
    blinks = {name: {"films": of_blinks(measured, states_of, only_full),
                     "first_table": of_blinks(measured, first_table, only_full),
                     "spliced": of_spliced_blinks(measured, splices_of, only_full)}
              for name, only_full in ((BLINKS, False), (FULL_BLINKS, True))}
    return {"tools": tools, "blinks": blinks, "close_up": of_close_up(measured), "program": measured.versions[EYELID]}
