#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Trains the eye finder on what collect.py has gathered.

    train.py FACES.npz OUT.safetensors --version DATE [--steps 15000] [--seed 0] [--hold-out]

Writes OUT.safetensors.checkpoint beside it every 500 steps, and goes on from there. Every eighth group of photographs and
of rendered people is held out with --hold-out; the errors on those groups are printed either way.
"""
import argparse
import copy
import math
import os

import numpy as np
import torch
from torch.nn import functional

import augmentation as augment
from collect import EYE_DISTANCE as PICTURE_EYE_DISTANCE
from network import CORNERS, EYE_DISTANCE, HEIGHT, WIDTH, EyeFinder, both_aspect_ratios, save

TRAINING_DATA = ("photographs of HELEN, AFW, WFLW and YouTube Faces, and rendered people; corners averaged with those of "
                 "MediaPipe Face Landmarker")
VIEWS = 2            # of every face in a batch: their corners are to agree
FACES = 64           # in a batch
FAR = 0.15           # share of the starts that lie far off, as where a rim of glasses was taken for the eye
COVERED = 0.12       # share of the pictures with a hidden eye
CLOSED = 0.3         # share of the open faces whose lids are closed by augmentation.close_eyes
HIDDEN_WEIGHT = 0.15  # of an eye under a cover
RATE = 3e-3
#                       helen afw wflw rendered ytf
SOURCE_SHARE = torch.tensor([1.0, 1.0, 0.6, 0.35, 0.6])
SOURCE_TRUST = torch.tensor([1.0, 1.0, 0.6, 1.0, 0.5])


class Faces:
    def __init__(self, path, hold_out):
        file = np.load(path)
        self.pictures = torch.from_numpy(file["pictures"])
        self.points = torch.from_numpy(file["points"])
        self.source = torch.from_numpy(file["source"])
        group = torch.from_numpy(file["group"])
        ears = both_aspect_ratios(self.points)
        # Corners: of open eyes the mean of annotation and teacher, of closed ones the teacher's, which stay in place.
        taught = torch.from_numpy(file["corners"])
        share = torch.where(ears < 0.15, 1.0, 0.5).repeat_interleave(2, 1)[..., None]
        annotated = self.points[:, CORNERS]
        self.corners = torch.where(torch.isfinite(taught[:, :1, :1]),
                                   annotated + (torch.nan_to_num(taught) - annotated) * share, annotated)
        found = torch.from_numpy(file["keypoints"])
        self.is_found = torch.isfinite(found[:, 0, 0])
        self.keypoint_errors = torch.nan_to_num(found) - augment.eye_centers(self.points)
        self.mean_error = self.keypoint_errors[self.is_found].mean(0)
        self.error_deviation = self.keypoint_errors[self.is_found].std(0)
        is_usable = ears.max(1)[0] < 0.6
        is_held_out = (group % 8 == 0) & (self.source != 4)
        self.training = torch.where(is_usable & ~(is_held_out & hold_out))[0]
        self.held_out = torch.where(is_usable & is_held_out)[0]
        narrowest = ears.min(1)[0]
        weight = SOURCE_SHARE[self.source] * torch.where(narrowest < 0.12, 4.0, torch.where(narrowest < 0.2, 2.0, 1.0))
        weight[(self.source == 2) & (narrowest > 0.2)] *= 0.7
        weight[(self.source == 3) & (narrowest < 0.2)] *= 0.4
        self.weight = weight[self.training]

    def draw(self, count):
        return self.training[torch.multinomial(self.weight, count, replacement=True)]


ROWS, COLUMNS = torch.meshgrid(torch.arange(HEIGHT) - (HEIGHT - 1) / 2, torch.arange(WIDTH) - (WIDTH - 1) / 2, indexing="ij")
PIXELS = torch.stack([COLUMNS, ROWS], -1)


def place(faces, chosen, points, keypoint_errors):
    """Patch pixels -> picture pixels (a matrix and a middle) from eye centers that err as the detector's keypoints do."""
    count = len(chosen)
    noise = faces.mean_error + torch.randn(count, 2, 2).clamp(-2.5, 2.5) * faces.error_deviation * 1.2
    is_found = faces.is_found[chosen] & (torch.rand(count) < 0.5)
    start = augment.eye_centers(points) + torch.where(is_found[:, None, None], keypoint_errors, noise)
    start = start + 1.2 * torch.randn(count, 2, 2)
    middle = start.mean(1) + 2.0 * augment.normal(count, 2)
    is_far = (torch.rand(count, 1) < FAR).float()
    middle = middle + is_far * torch.tensor([0.06, 0.14]) * PICTURE_EYE_DISTANCE * augment.normal(count, 2)
    half = (start[:, 1] - start[:, 0]) / 2
    roll, scale = 0.04 * augment.normal(count), torch.exp(0.04 * augment.normal(count)) / (EYE_DISTANCE / 2)
    x = (half[:, 0] * torch.cos(roll) - half[:, 1] * torch.sin(roll)) * scale
    y = (half[:, 0] * torch.sin(roll) + half[:, 1] * torch.cos(roll)) * scale
    return torch.stack([torch.stack([x, -y], -1), torch.stack([y, x], -1)], 1), middle


def make_batch(faces, chosen, closed=CLOSED, covered=COVERED, is_mirrored=None):
    """Patches; points, corners in eye distances of the patch; EARs; how much each eye counts (n, 2)."""
    count = len(chosen)
    if is_mirrored is None:
        is_mirrored = torch.rand(count) < 0.5
    pictures, points, corners = augment.mirror(faces.pictures[chosen].float()[:, None] / 255, faces.points[chosen],
                                               faces.corners[chosen], is_mirrored)
    errors = faces.keypoint_errors[chosen]
    errors = torch.where(is_mirrored[:, None, None], (errors * torch.tensor([-1.0, 1.0])).flip(1), errors)
    matrix, middle = place(faces, chosen, points, errors)
    closure, from_below = augment.random_closures(points, closed)
    pictures, hidden = augment.cover(pictures, points, covered)
    where = torch.einsum("bij,hwj->bhwi", matrix, PIXELS) + middle[:, None, None]
    where, points = augment.close_eyes(where, points, closure, from_below)
    patches = augment.read_at(pictures, where)
    x, y = PIXELS[..., 0] / augment.EYE_WIDTH, PIXELS[..., 1] / augment.EYE_WIDTH

    def on_patch(values):
        return torch.linalg.solve(matrix, (values - middle[:, None]).transpose(1, 2)).transpose(1, 2) / EYE_DISTANCE
    eyes = augment.eye_centers(on_patch(points)) * (EYE_DISTANCE / augment.EYE_WIDTH)
    patches = augment.degrade(augment.glasses(augment.light(patches, x, y), x, y, eyes, 0.25).clamp(0, 1))
    return patches, on_patch(points), on_patch(corners), both_aspect_ratios(points), 1 - (1 - HIDDEN_WEIGHT) * hidden


def robust(errors, scale=0.03):
    return torch.log1p(errors.abs() / scale) * scale


def loss_of(network, batch, trust):
    patches, points, corners, ears, counts = batch
    found, found_ears = network(patches.contiguous(memory_format=torch.channels_last))
    of_corners, of_points = (counts.repeat_interleave(n, 1)[..., None] for n in (2, 6))
    away = found[:, CORNERS] - corners
    loss = 6 * (robust(away) * of_corners).mean((1, 2)) + 2 * (robust(found - points) * of_points).mean((1, 2))
    loss = loss + 0.5 * (functional.smooth_l1_loss(found_ears, ears, beta=0.02, reduction="none") * counts).mean(1)
    first, second = away.chunk(VIEWS)
    seen_in_both = torch.minimum(*of_corners.chunk(VIEWS))
    agreement = ((first - second).abs() * seen_in_both).mean((1, 2)) * trust[:len(first)]
    return (loss * trust).mean() + 2 * agreement.mean()


def report(step, network, faces):
    network.eval()
    state = torch.get_rng_state()
    torch.manual_seed(5)
    figures = []
    with torch.no_grad():
        for name, chosen in (("photographs", faces.held_out[faces.source[faces.held_out] != 3]),
                             ("rendered", faces.held_out[faces.source[faces.held_out] == 3])):
            for closed in (0.0, 1.0):
                patches, _, corners, ears, _ = make_batch(faces, chosen, closed, 0.0)
                found, found_ears = network(patches)
                error = (found[:, CORNERS] - corners).norm(dim=-1).mean()
                figures.append(f"{name}{', closed' if closed else ''}: corners {100 * error:.2f} %, "
                               f"EAR {(found_ears - ears).abs().mean():.4f}")
    torch.set_rng_state(state)
    network.train()
    print(f"step {step}: {'; '.join(figures)}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces")
    parser.add_argument("out")
    parser.add_argument("--version", required=True)
    parser.add_argument("--steps", type=int, default=15000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--hold-out", action="store_true")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    faces = Faces(options.faces, options.hold_out)
    network = EyeFinder().to(memory_format=torch.channels_last)
    average = copy.deepcopy(network)  # of the weights: what is kept
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=1e-3)
    step, checkpoint = 0, options.out + ".checkpoint"
    if os.path.exists(checkpoint):
        saved = torch.load(checkpoint)
        network.load_state_dict(saved["network"])
        average.load_state_dict(saved["average"])
        optimizer.load_state_dict(saved["optimizer"])
        step = saved["step"]
        torch.set_rng_state(saved["random"])
    batches = []
    while step < options.steps:
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1, step / 200) * (0.5 + 0.5 * math.cos(math.pi * step / options.steps)) + 1e-5
        with torch.no_grad():
            # Making a batch takes longer than learning from it: each is seen three times, in other light and noise.
            if len(batches) < 6 or step % 3 == 0:
                chosen = faces.draw(FACES).repeat(VIEWS)
                is_mirrored = (torch.rand(FACES) < 0.5).repeat(VIEWS)  # both views alike: their corners are compared
                batch = make_batch(faces, chosen, is_mirrored=is_mirrored)
                batches = batches[-39:] + [(batch, SOURCE_TRUST[faces.source[chosen]])]
                batch, trust = batches[-1]
            else:
                (patches, *rest), trust = batches[int(torch.randint(len(batches), (1,)))]
                patches = patches * (1 + 0.1 * torch.randn(len(patches), 1, 1, 1)) + 0.012 * torch.randn_like(patches)
                batch = (patches.clamp(0, 1), *rest)
        loss = loss_of(network, batch, trust)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 2.0)
        optimizer.step()
        step += 1
        keep = min(0.998, step / (step + 50))
        with torch.no_grad():
            for kept, new in zip(average.state_dict().values(), network.state_dict().values()):
                if kept.dtype.is_floating_point:
                    kept.mul_(keep).add_(new, alpha=1 - keep)
                else:
                    kept.copy_(new)
        if step % 500 == 0 or step == options.steps:
            report(step, average, faces)
            torch.save({"network": network.state_dict(), "average": average.state_dict(),
                        "optimizer": optimizer.state_dict(), "step": step, "random": torch.get_rng_state()},
                       checkpoint + ".new")
            os.replace(checkpoint + ".new", checkpoint)
    save(average.eval(), options.out, options.version, TRAINING_DATA)


if __name__ == "__main__":
    main()
