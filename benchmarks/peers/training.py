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
import torch.nn as nn
import torch.nn.functional as F

BLOCKS = [(24, 24, 1), (24, 28, 1), (28, 32, 2), (32, 36, 1), (36, 42, 1), (42, 48, 2),
          (48, 56, 1), (56, 64, 1), (64, 72, 1), (72, 80, 1), (80, 88, 1), (88, 96, 2),
          (96, 96, 1), (96, 96, 1), (96, 96, 1), (96, 96, 1)]


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.stride, self.added = stride, outputs - inputs
        padding = 1 if stride == 1 else 0
        self.depthwise = nn.Conv2d(inputs, inputs, 3, stride, padding, groups=inputs, bias=False)
        self.pointwise = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x):
        shortcut = x
        if self.stride == 2:
            shortcut = F.max_pool2d(x, 2, 2)
            x = F.pad(x, (0, 1, 0, 1))
        if self.added > 0:
            shortcut = F.pad(shortcut, (0, 0, 0, 0, 0, self.added))
        return F.relu(self.norm(self.pointwise(self.depthwise(x))) + shortcut)


class BlazeFace(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(1, 24, 5, 2, bias=False)
        self.norm = nn.BatchNorm2d(24)
        self.front = nn.Sequential(*[Block(*shape) for shape in BLOCKS[:11]])
        self.back = nn.Sequential(*[Block(*shape) for shape in BLOCKS[11:]])
        self.scores_16, self.boxes_16 = nn.Conv2d(88, 2, 1), nn.Conv2d(88, 32, 1)
        self.scores_8, self.boxes_8 = nn.Conv2d(96, 6, 1), nn.Conv2d(96, 96, 1)

    def forward(self, x):
        x = F.relu(self.norm(self.stem(F.pad(x, (1, 2, 1, 2)))))
        map_16 = self.front(x)
        map_8 = self.back(map_16)

        def rows(y, per_anchor):
            return y.permute(0, 2, 3, 1).reshape(y.shape[0], -1, per_anchor)

        scores = torch.cat([rows(self.scores_16(map_16), 1), rows(self.scores_8(map_8), 1)], 1)
        boxes = torch.cat([rows(self.boxes_16(map_16), 16), rows(self.boxes_8(map_8), 16)], 1)
        return boxes, scores


def time_torch(batch, device, channels_last, seconds):
    torch.manual_seed(1)
    layout = torch.channels_last if channels_last else torch.contiguous_format
    network = BlazeFace().to(device=device, memory_format=layout)
    optimizer = torch.optim.AdamW(network.parameters(), lr=2.5e-3, weight_decay=1e-3)
    pixels = (torch.rand(batch, 1, 128, 128) * 2 - 1).to(device=device, memory_format=layout)
    faces = (torch.rand(batch, 896, 1) < 0.01).float().to(device)
    targets = torch.randn(batch, 896, 16).to(device)
    times, begin, cpu_begin, step = [], time.perf_counter(), 0.0, 0
    while len(times) < 3 or time.perf_counter() - begin < seconds:
        start = time.perf_counter()
        boxes, scores = network(pixels)
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
