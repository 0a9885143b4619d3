#!/usr/bin/env python3
"""Mixed models and a learning curve from trials_long.csv, written beside it by `eyelid score`.

usage: python3 analysis.py [FOLDER]     (needs pandas, statsmodels, matplotlib)

A start. Copy it under another name to edit it: the next run of `eyelid score` replaces it. Judged trials of the mean trace; phase "acquisition", or no phase.
"""
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import pandas as pd
import statsmodels.api as sm
import statsmodels.formula.api as smf

folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent
names = ["subject", "group", "phase"]
trials = pd.read_csv(folder / "trials_long.csv", dtype={name: str for name in names}, keep_default_na=True)
trials[names] = trials[names].fillna("")
judged = trials[(trials.eye == "mean") & trials.is_cr.notna()].copy()

# One value per subject and session: the unit of every figure.
sessions = judged.groupby(names + ["session"]).agg(
    percent=("is_cr", lambda cr: 100 * cr.mean()), amplitude=("cr_amplitude", "mean"), trials=("is_cr", "size")).reset_index()
print("Sessions: mean and SEM over subjects")
print(sessions.groupby(["group", "phase", "session"]).percent.agg(["count", "mean", "sem"]).round(2).to_string(), "\n")

learning = judged[judged.phase.isin(["", "acquisition"])].copy()
terms = "session * group" if learning.group.nunique() > 1 else "session"
several = learning.subject.nunique() > 1 and learning.session.nunique() > 1
if several:
    print("Amplitude of all judged trials: linear mixed model, subjects as random intercepts")
    print(smf.mixedlm(f"cr_amplitude ~ {terms}", learning, groups=learning.subject).fit().summary(), "\n")
    print("CR or not: logistic model of the population (GEE), trials of a subject exchangeable")
    print(smf.gee(f"is_cr ~ {terms}", "subject", learning, family=sm.families.Binomial(),
                  cov_struct=sm.cov_struct.Exchangeable()).fit().summary(), "\n")


def edge(phase, which):
    """%CR of each subject's first or last session of a phase."""
    chosen = sessions[sessions.phase == phase].sort_values("session").groupby("subject").percent
    return chosen.first() if which == "first" else chosen.last()


for name, later, which in (("Savings: first session of reacquisition - of acquisition", "reacquisition", "first"),
                           ("Retention: first session of retention - last of acquisition", "retention", "last")):
    difference = (edge(later, "first") - edge("acquisition", which)).dropna()
    if len(difference):
        print(f"{name}: {difference.mean():.1f} % +- {difference.sem():.1f} (n = {len(difference)})")

figure, axes = plt.subplots(figsize=(7, 4))
for number, (group, rows) in enumerate(sessions[sessions.phase.isin(["", "acquisition"])].groupby("group")):
    color = f"C{number}"
    for _, one in rows.groupby("subject"):
        axes.plot(one.session, one.percent, color=color, alpha=0.25, linewidth=1)
    mean = rows.groupby("session").percent.agg(["mean", "sem"])
    axes.errorbar(mean.index, mean["mean"], yerr=mean["sem"], color=color, marker="o", capsize=3, label=group or "all")
axes.set(xlabel="session", ylabel="CRs (% of judged trials)", ylim=(0, 105))
axes.legend(frameon=False)
figure.savefig(folder / "analysis.png", dpi=200, bbox_inches="tight")
print(f"Plot: {folder / 'analysis.png'}")
