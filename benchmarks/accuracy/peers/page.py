# SPDX-License-Identifier: MIT
"""The tables of docs/accuracy.md."""
import pathlib
import sys

import material
from measured import EYELID

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2]))
from marked_page import write_between_marks  # noqa: E402


def _figure(value, digits=3):
    return "-" if value is None else f"{value:.{digits}f}".replace("0.", ".", 1) if 0 <= value < 1 else f"{value:.{digits}f}"


def _events(events):
    return f"{_figure(events['f1'])} ({events['found']}, {events['false']}, {events['missed']})"


def _row(cells):
    return "| " + " | ".join(cells) + " |\n"


def _table(heads, rows):
    return _row(heads) + "|" + "---|" * len(heads) + "\n" + "".join(map(_row, rows))


def _films(found, which):
    rows = []
    for tool, figures in found["tools"].items():
        films = figures[which]
        worst = min(films["auc_by_eye"], key=lambda eye: films["auc_by_eye"][eye]["auc"])
        least = films["auc_by_eye"][worst]
        rows.append([tool, _events(films["each_eye"]), _events(films["both_eyes"]), _figure(films["auc"], 4),
                     _figure(films["auc_both_eyes"], 4), f"{_figure(least['auc'])} ({worst}, {least['closed_frames']} frames)",
                     f"{_figure(films['noise_sd'])} / {_figure(films['noise_bends'])}", f"{100 * films['unmeasured']:.1f} %"])
    rows += [[name, _events(figures[which])] + ["-"] * 6 for name, figures in found["blinks"].items()]
    return _table(["tool", "each eye alone: F1 (found, false, missed)", "both eyes: F1", "AUC", "AUC, both eyes", "least AUC of an eye",
                   "noise at rest: SD / second differences", "frames not measured"], rows)


def _rendered(summary):
    return f"{_figure(summary['mean'])} (max {_figure(summary['max'])}, n {summary['sessions']})" if summary else "-"


def _others(found):
    rows = []
    for tool, figures in {**found["tools"], **found["blinks"]}.items():
        yale, helen, spliced = figures.get("yale"), figures.get("helen"), figures.get("spliced")
        sessions = figures.get("rendered", {})
        rows.append([
            tool, f"{yale['above']} of {yale['winks']} ({_figure(yale['others_99'])})" if yale else "-",
            f"{_figure(helen['closed'])} / {_figure(helen['half'])} / {_figure(helen['open'])}" if helen else "-",
            _figure(helen["auc"], 4) if helen else "-", _rendered(sessions.get("plain")), _rendered(sessions.get("hard")),
            f"{spliced['found']} / {spliced['silent']} of {spliced['closures']}" if spliced else "-"])
    return _table(["tool", "Yale winks above the others' 99 %", "HELEN EAR error closed / half / open", "HELEN AUC",
                   "FEC RMSE at 500 frames/s", "the same, `--hard`", "spliced: other eye found / spliced eye silent"], rows)


def _by_film(found):
    tools = {**found["tools"], **found["blinks"]}
    cells = lambda count: f"{count['found']}, {count['false']}, {count['missed']}"
    rows = []
    for film in material.FILMS:
        rows.append([f"`{film.name}`: {film.shows}", "yes" if film.decided_rules else "watched", str(found["labels"]["closures"][film.name])] +
                    [cells(figures["films"].get("each_eye", figures["films"])["films"][film.name]) for figures in tools.values()])
    return _table(["film", "decided rules", "closed eyes", *tools], rows)


def text(found):
    versions = sorted({f"{tool.split()[0]} {figures['version']}" for tool, figures in found["tools"].items() if tool != EYELID})
    agreed = found["labels"]["agreement"]
    close_up = ", ".join(f"{tool} {100 * share:.0f} %" for tool, share in found["close_up"].items())
    return (f"{found['processor']}, {found['date']}; {', '.join(versions)}; eyelid with SHA-256 {found['program']}...\n\n"
            f"Films ({sum(found['labels']['closures'].values())} closed eyes in {len(material.FILMS)} films):\n\n{_films(found, 'films')}\n"
            f"The same of the {len(material.FIRST_TABLE)} public films that were labeled first, thresholds from the other five:\n\n"
            f"{_films(found, 'first_table')}\n"
            f"Photographs, rendered people, closures of one eye:\n\n{_others(found)}\n"
            f"Found, false, missed, each eye alone, film by film; `decided rules`: cases of the film decided rules of `blinks.csv`:\n\n{_by_film(found)}\n"
            f"Two readings of {agreed['films']} films ({agreed['frames']} frames, both eyes): Cohen's kappa of the five states "
            f"{_figure(agreed['kappa_states'])}, of closed or not {_figure(agreed['kappa_closed'])}; closures "
            f"{agreed['closures'][0]} and {agreed['closures'][1]}, {agreed['matched']} matched.\n\n"
            f"`{material.WITHOUT_FACE.name}` ({material.WITHOUT_FACE.shows}), frames in which a tool reports an eye: {close_up}.\n")


def write(path, page_text):
    write_between_marks(path, "accuracy", page_text)
