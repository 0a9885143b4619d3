# SPDX-License-Identifier: MIT
"""A conditioning session as the tables that track leaves, for tests."""
import random


def movement(t):
    t = min(1.0, max(0.0, t))
    return t ** 3 * (10 + t * (6 * t - 15))


def write_session(folder, trials=40, seed=1, learned_from=0.0, learned_to=1.0):
    """frames.csv and trials.csv of a session at 250 frames/s, 2 s a trial."""
    folder.mkdir(parents=True, exist_ok=True)
    rng, fps, isi = random.Random(seed), 250, 0.4
    count = int((2 * trials + 2) * fps)
    fec = [0.01] * count

    def close(onset, duration, hold, opening, amplitude):
        for i in range(max(0, int(onset * fps)), min(count, int((onset + duration + hold + opening) * fps) + 1)):
            t = i / fps
            share = amplitude * movement((t - onset) / duration) * (1 - movement((t - onset - duration - hold) / opening))
            fec[i] = 1 - (1 - fec[i]) * (1 - share)

    with open(folder / "trials.csv", "w") as file:
        file.write("trial,cs_onset_s,us_onset_s,type\n")
        for k in range(trials):
            cs = 1 + 2 * k
            kind = "cs_only" if k % 10 == 9 else "us_only" if k % 10 == 4 else "paired"
            learned = learned_from + (learned_to - learned_from) * k / max(1, trials - 1)
            if kind != "us_only" and rng.random() < 0.1 + 0.85 * learned:
                close(cs + rng.uniform(0.12, 0.22), 0.17, 0.04, 0.25, min(1, 0.2 + 0.7 * learned))
            if kind != "us_only" and rng.random() < 0.2:
                close(cs + 0.02, 0.025, 0.0, 0.04, 0.15)
            if kind != "cs_only":
                close(cs + isi + 0.04, 0.07, 0.03, 0.2, 1)
            if k % 13 == 12:
                close(cs - 0.15, 0.07, 0.02, 0.2, 0.9)  # a blink into the CS: rejected
            file.write(f"{k + 1},{'' if kind == 'us_only' else cs},{'' if kind == 'cs_only' else cs + isi},{kind}\n")
    with open(folder / "frames.csv", "w") as file:
        file.write("frame,time_s,fec_right,fec_left,fec\n")
        for i, value in enumerate(fec):
            right, left = value + rng.gauss(0, 0.008), 0.97 * value + rng.gauss(0, 0.008)
            file.write(f"{i},{i / fps:.6f},{right:.5f},{left:.5f},{(right + left) / 2:.5f}\n")
