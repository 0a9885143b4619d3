#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Training speed of BlazeFace front in plain PyTorch, beside eyelid-train's.

Same network (gray input, batch normalization behind stem and pointwise convolutions), batch sizes,
threads and optimizer (AdamW); ready pictures, no loading; focal loss and smooth L1 on all anchors.
Runs are interleaved, several rounds; the fastest step of all rounds counts. Beside it: by the least
processor time of a round, which other programs on the machine disturb less.

usage: training.py [--eyelid-train build/bin/eyelid-train] [--batches 1,8,48] [--threads 1]
                   [--device cpu] [--seconds 3] [--rounds 3] [--json FILE]
"""
import argparse
import json
import statistics
import subprocess
import time

import torch
import torch.nn.functional as F

from torch_blazeface import BlazeFace, rows as rows_of


def time_torch(batch, device, channels_last, seconds):
    torch.manual_seed(1)
    layout = torch.channels_last if channels_last else torch.contiguous_format
    network = BlazeFace(is_normalized=True).to(device=device, memory_format=layout)
    optimizer = torch.optim.AdamW(network.parameters(), lr=2.5e-3, weight_decay=1e-3)
    pixels = (torch.rand(batch, 1, 128, 128) * 2 - 1).to(device=device, memory_format=layout)
    faces = (torch.rand(batch, 896, 1) < 0.01).float().to(device)
    targets = torch.randn(batch, 896, 16).to(device)
    times, begin, cpu_begin, step = [], time.perf_counter(), 0.0, 0
    while len(times) < 3 or time.perf_counter() - begin < seconds:
        start = time.perf_counter()
        scores_16, boxes_16, scores_8, boxes_8 = network(pixels)
        scores, boxes = rows_of((scores_16, scores_8), 1), rows_of((boxes_16, boxes_8), 16)
        entropy = F.binary_cross_entropy_with_logits(scores, faces, reduction="none")
        p = torch.sigmoid(scores)
        focal = 0.5 * (p * (1 - faces) + (1 - p) * faces) ** 2 * entropy
        regression = F.smooth_l1_loss(boxes, targets, beta=0.05, reduction="none") * faces
        loss = (focal.sum() + regression.sum()) / faces.sum().clamp(min=1)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        if device != "cpu":
            torch.cuda.synchronize()
        if step >= 2:
            times.append(1000 * (time.perf_counter() - start))
        step += 1
        if step == 2:
            begin, cpu_begin = time.perf_counter(), time.process_time()
    cpu_ms = 1000 * (time.process_time() - cpu_begin) / len(times)
    return {"best_ms": min(times), "median_ms": statistics.median(times), "cpu_ms": cpu_ms,
            "steps": len(times)}


def time_eyelid(program, batch, threads, seconds):
    result = subprocess.run(
        [program, "speed", "--json-lines", "--batches", str(batch), "--threads", str(threads), "--seconds",
         str(seconds)], check=True, capture_output=True, text=True)
    return json.loads(result.stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--eyelid-train", default="build/bin/eyelid-train")
    parser.add_argument("--batches", default="1,2,4,8,16,32,48,64,128")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    contenders = {
        "eyelid": lambda batch: time_eyelid(
            options.eyelid_train, batch, options.threads, options.seconds),
        "torch": lambda batch: time_torch(batch, options.device, False, options.seconds),
        "torch, channels last": lambda batch: time_torch(
            batch, options.device, True, options.seconds)}
    rows = []
    print(f"PyTorch {torch.__version__}, {options.threads} thread(s), images per second: "
          "fastest step (by processor time)")
    print(f"{'batch':>5} " + " ".join(f"{name:>24}" for name in contenders) + "   ratio")
    for batch in map(int, options.batches.split(",")):
        best = {}
        for _ in range(options.rounds):
            for name, measure in contenders.items():
                now = measure(batch)
                so_far = best.setdefault(name, now)
                best[name] = {key: min(now[key], so_far[key])
                              for key in ("best_ms", "median_ms", "cpu_ms")}
        ratio = {}
        for key in ("best_ms", "cpu_ms"):
            fastest = min(best[name][key] for name in best if name != "eyelid")
            ratio[key] = fastest / best["eyelid"][key]
        cells = [f"{1000 * batch / best[name]['best_ms']:12.1f} "
                 f"({1000 * batch * options.threads / best[name]['cpu_ms']:9.1f})"
                 for name in contenders]
        print(f"{batch:>5} " + " ".join(f"{cell:>24}" for cell in cells) +
              f"   {ratio['best_ms']:.2f} ({ratio['cpu_ms']:.2f})", flush=True)
        rows.append({"batch": batch, "threads": options.threads, "ratio": ratio["best_ms"],
                     "cpu_ratio": ratio["cpu_ms"], **best})
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"torch": torch.__version__, "rows": rows}, file, indent=1)


if __name__ == "__main__":
    main()
