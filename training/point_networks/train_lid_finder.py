#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Trains the lid finder on what collect.py has gathered and on pictures of open and closed eyes.

    train_lid_finder.py FACES.npz OUT.safetensors [--eyes EYES] --version DATE [--steps 16000] [--seed 0] [--hold-out]

EYES is a folder of 64x48 pictures of single eyes with labels.csv (file,subject,state). Writes OUT.safetensors.checkpoint beside
it every 500 steps, and goes on from there. Every eighth group of photographs, rendered people, and subjects is held out with
--hold-out; the errors on those groups are printed either way.
"""
import csv
import pathlib

import cv2
import numpy as np
import torch
from torch.nn import functional

import augmentation as augment
from network import PointNetwork, aspect_ratio
from training import SOURCE_TRUST, Faces, parser_of, pixels, robust, train

WIDTH, HEIGHT = 64, 48  # of the patch
EYE_WIDTH = 28.0        # of the corners on it, pixels
FACES, EYES = 112, 32   # in a batch
CLOSED = 0.2            # share of the open faces whose lids are closed by augmentation.close_eyes
ALONE = 0.3             # share of the patches that lie along the corners of their eye alone
BURNT_OUT = 0.06
SHINING = 0.2           # share of the patches with a bright upper lid
# What the corners of the eye finder err, in eye widths.
ASIDE, ABOVE, SCALE, ROLL = 0.045, 0.035, 0.06, 0.05
# EARs of the pictures of which only the state is known.
MOST_CLOSED, LEAST_OPEN = 0.07, 0.17
PIXELS = pixels(WIDTH, HEIGHT)
LEFT_MIRRORED = [9, 8, 7, 6, 11, 10]


class Eyes:
    """Pictures of single eyes that are open or closed."""

    def __init__(self, folder, hold_out):
        with open(folder / "labels.csv", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["state"] in ("open", "closed")]
        self.pictures = torch.from_numpy(np.stack([cv2.imread(str(folder / row["file"]), cv2.IMREAD_GRAYSCALE) for row in rows]))
        self.closed = torch.tensor([row["state"] == "closed" for row in rows])
        subjects = sorted({row["subject"] for row in rows})
        group = torch.tensor([subjects.index(row["subject"]) if row["subject"] else i for i, row in enumerate(rows)])
        is_held_out = group % 8 == 0
        self.held_out = torch.where(is_held_out)[0]
        self.training = torch.where(~is_held_out | torch.tensor(not hold_out))[0]

    def draw(self, count):
        chosen = self.training[torch.randint(len(self.training), (count,))]
        patches = self.pictures[chosen].float()[:, None] / 255
        is_mirrored = torch.rand(count) < 0.5
        patches = torch.where(is_mirrored[:, None, None, None], patches.flip(3), patches)
        scale, roll = 1.25 * torch.exp(0.12 * augment.normal(count)), 0.08 * augment.normal(count)
        x, y = scale * torch.cos(roll), scale * torch.sin(roll)
        shift = 0.06 * augment.normal(count, 2)
        matrix = torch.stack([torch.stack([x, -y, shift[:, 0]], -1), torch.stack([y, x, shift[:, 1]], -1)], 1)
        patches = functional.grid_sample(patches, functional.affine_grid(matrix, patches.shape, align_corners=False),
                                         padding_mode="border", align_corners=False)
        patches = augment.light(patches, PIXELS[..., 0] / EYE_WIDTH, PIXELS[..., 1] / EYE_WIDTH).clamp(0, 1)
        return augment.degrade(patches, EYE_WIDTH), self.closed[chosen]


def place(corners, is_left, noise, alone):
    """Patch pixels -> picture pixels (a matrix and a middle) as landmarks::place_lid_patch, from corners that err."""
    count = len(corners)
    middles = torch.stack([corners[:, :2].mean(1), corners[:, 2:].mean(1)], 1)
    across = torch.stack([corners[:, 1] - corners[:, 0], corners[:, 3] - corners[:, 2]], 1)
    widths = across.norm(dim=2)
    side = is_left.long()
    each = torch.arange(count)
    is_alone = torch.rand(count) < alone
    along = torch.where(is_alone[:, None], across[each, side], middles[:, 1] - middles[:, 0])
    along = along / along.norm(dim=1, keepdim=True)
    width = torch.where(is_alone, widths[each, side], widths.mean(1))
    middle = middles[each, side] + noise * width[:, None] * augment.normal(count, 2) * torch.tensor([ASIDE, ABOVE])
    roll = ROLL * noise * augment.normal(count)
    scale = torch.exp(SCALE * noise * augment.normal(count)) * width / EYE_WIDTH
    stretch = torch.exp(0.02 * noise * augment.normal(count))
    x = (along[:, 0] * torch.cos(roll) - along[:, 1] * torch.sin(roll)) * scale
    y = (along[:, 0] * torch.sin(roll) + along[:, 1] * torch.cos(roll)) * scale
    matrix = torch.stack([torch.stack([x * stretch, -y / stretch], -1), torch.stack([y * stretch, x / stretch], -1)], 1)
    return torch.where(is_left[:, None, None], matrix * torch.tensor([-1.0, 1.0]), matrix), middle


def make_batch(faces, chosen, closed=CLOSED, noise=1.0, alone=ALONE, is_degraded=True):
    """Patches; points (n, 6, 2) in eye widths of the patch; EARs."""
    count = len(chosen)
    pictures, points, corners = augment.mirror(faces.pictures[chosen].float()[:, None] / 255, faces.points[chosen],
                                               faces.corners[chosen], torch.rand(count) < 0.5)
    is_left = torch.rand(count) < 0.5
    matrix, middle = place(corners, is_left, noise, alone)
    closure, from_below = augment.random_closures(points, closed)
    where = torch.einsum("bij,hwj->bhwi", matrix, PIXELS) + middle[:, None, None]
    where, points = augment.close_eyes(where, points, closure, from_below)
    patches = augment.read_at(pictures, where)
    eye = torch.where(is_left[:, None, None], points[:, LEFT_MIRRORED], points[:, :6])
    on_patch = torch.linalg.solve(matrix, (eye - middle[:, None]).transpose(1, 2)).transpose(1, 2) / EYE_WIDTH
    if is_degraded:
        x, y = PIXELS[..., 0] / EYE_WIDTH, PIXELS[..., 1] / EYE_WIDTH
        patches = augment.shine(patches, x, y, on_patch, SHINING)
        patches = augment.glasses(augment.light(patches, x, y), x, y, torch.zeros(count, 2, 2), 0.2)
        patches = augment.degrade(augment.burnt_out(patches, x, y, BURNT_OUT).clamp(0, 1), EYE_WIDTH)
    return patches, on_patch, aspect_ratio(eye)


def loss_of(network, patches, rest):
    points, ears, trust, is_closed = rest
    found, found_ears = network(patches)
    by_points, by_number = aspect_ratio(found), found_ears[:, 0]
    n = len(points)
    loss = 5 * robust(found[:n] - points, 0.04).mean((1, 2))
    for each in (by_points, by_number):
        loss = loss + 2 * functional.smooth_l1_loss(each[:n], ears, beta=0.01, reduction="none")
    closed_weight = torch.where(ears < 0.12, 2.0, torch.where(ears < 0.2, 1.5, 1.0))
    if len(is_closed) == 0:
        return (loss * trust * closed_weight).mean()
    of_state = torch.stack([by_points[n:], by_number[n:]], 1)
    wrong = torch.where(is_closed[:, None], of_state - MOST_CLOSED, LEAST_OPEN - of_state).clamp_min(0).mean()
    return (loss * trust * closed_weight).mean() + wrong


def describe(network, faces, eyes):
    figures = []
    for name, chosen in faces.held_out_groups():
        batches = [make_batch(faces, chosen, 0.0, 0.5, 0.0, False) for _ in range(4)]
        found = torch.cat([network(patches)[0] for patches, _, _ in batches])
        points, ears = (torch.cat([batch[i] for batch in batches]) for i in (1, 2))
        errors = (aspect_ratio(found) - ears).abs()
        parts = (ears <= 0.1, (ears > 0.1) & (ears <= 0.2), ears > 0.2)
        figures.append(f"{name}: points {100 * (found - points).norm(dim=-1).mean():.2f} %, EAR of closed, half-closed, open eyes "
                       + ", ".join(f"{errors[part].mean():.4f}" for part in parts))
    if not eyes:
        return "; ".join(figures)
    found = aspect_ratio(network(eyes.pictures[eyes.held_out].float()[:, None] / 255)[0])
    is_right = torch.where(eyes.closed[eyes.held_out], found < 0.14, found >= 0.14)
    return "; ".join(figures) + f"; single eyes told apart: {100 * is_right.float().mean():.1f} %"


def main():
    parser = parser_of(__doc__, 16000)
    parser.add_argument("--eyes", type=pathlib.Path, help="pictures of single eyes with labels.csv")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    faces = Faces(options.faces, options.hold_out)
    eyes = Eyes(options.eyes, options.hold_out) if options.eyes else None

    def new_batch():
        chosen = faces.draw(FACES)
        patches, points, ears = make_batch(faces, chosen)
        if not eyes:
            return patches, (points, ears, SOURCE_TRUST[faces.source[chosen]], torch.zeros(0, dtype=torch.bool))
        pictures, is_closed = eyes.draw(EYES)
        return torch.cat([patches, pictures]), (points, ears, SOURCE_TRUST[faces.source[chosen]], is_closed)

    network = PointNetwork("lid finder", WIDTH, HEIGHT, ((16, 4, 2), (24, 4, 2), (32, 3, 1), (48, 4, 2)), hidden=64, points=6,
                           more=1)
    # From the mean eye: EARs and the robust loss would leave a corner that begins on the wrong side where it is.
    with torch.no_grad():
        network.dense2.weight.mul_(0.1)
        network.dense2.bias[:12] = make_batch(faces, faces.draw(FACES))[1].mean(0).flatten()
    train(network, options, new_batch, loss_of, lambda each: describe(each, faces, eyes),
          faces.has_photographs or eyes is not None)


if __name__ == "__main__":
    main()
