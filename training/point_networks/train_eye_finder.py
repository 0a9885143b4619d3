#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Trains the eye finder on what collect.py has gathered.

    train_eye_finder.py FACES.npz OUT.safetensors --version DATE [--steps 18000] [--seed 0] [--hold-out]

Writes OUT.safetensors.checkpoint beside it every 500 steps, and goes on from there. Every eighth group of photographs and
of rendered people is held out with --hold-out; the errors on those groups are printed either way.
"""
import torch
from torch.nn import functional

import augmentation as augment
from collect import EYE_DISTANCE as PICTURE_EYE_DISTANCE
from network import PointNetwork, both_aspect_ratios
from training import CORNERS, SOURCE_TRUST, Faces, parser_of, pixels, robust, train

WIDTH, HEIGHT = 96, 56  # of the patch
EYE_DISTANCE = 48.0     # of the eye centers on it, pixels
EYE_WIDTH = 22.0
VIEWS = 2            # of every face in a batch: their corners are to agree
FACES = 64           # in a batch
FAR = 0.15           # share of the starts that lie far off, as where a rim of glasses was taken for the eye
COVERED = 0.12       # share of the pictures with a hidden eye
CLOSED = 0.3         # share of the open faces whose lids are closed by augmentation.close_eyes
HIDDEN_WEIGHT = 0.15  # of an eye under a cover
PIXELS = pixels(WIDTH, HEIGHT)


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
    x, y = PIXELS[..., 0] / EYE_WIDTH, PIXELS[..., 1] / EYE_WIDTH

    def on_patch(values):
        return torch.linalg.solve(matrix, (values - middle[:, None]).transpose(1, 2)).transpose(1, 2) / EYE_DISTANCE
    eyes = augment.eye_centers(on_patch(points)) * (EYE_DISTANCE / EYE_WIDTH)
    patches = augment.degrade(augment.glasses(augment.light(patches, x, y), x, y, eyes, 0.25).clamp(0, 1), EYE_WIDTH)
    return patches, on_patch(points), on_patch(corners), both_aspect_ratios(points), 1 - (1 - HIDDEN_WEIGHT) * hidden


def loss_of(network, patches, rest):
    (points, corners, ears, counts), trust = rest
    found, found_ears = network(patches)
    of_corners, of_points = (counts.repeat_interleave(n, 1)[..., None] for n in (2, 6))
    away = found[:, CORNERS] - corners
    loss = 6 * (robust(away, 0.03) * of_corners).mean((1, 2)) + 2 * (robust(found - points, 0.03) * of_points).mean((1, 2))
    loss = loss + 0.5 * (functional.smooth_l1_loss(found_ears, ears, beta=0.02, reduction="none") * counts).mean(1)
    first, second = away.chunk(VIEWS)
    seen_in_both = torch.minimum(*of_corners.chunk(VIEWS))
    agreement = ((first - second).abs() * seen_in_both).mean((1, 2)) * trust[:len(first)]
    return (loss * trust).mean() + 2 * agreement.mean()


def describe(network, faces):
    figures = []
    for name, chosen in faces.held_out_groups():
        for closed in (0.0, 1.0):
            patches, _, corners, ears, _ = make_batch(faces, chosen, closed, 0.0)
            found, found_ears = network(patches)
            error = (found[:, CORNERS] - corners).norm(dim=-1).mean()
            figures.append(f"{name}{', closed' if closed else ''}: corners {100 * error:.2f} %, "
                           f"EAR {(found_ears - ears).abs().mean():.4f}")
    return "; ".join(figures)


def main():
    options = parser_of(__doc__, 18000).parse_args()
    torch.manual_seed(options.seed)
    faces = Faces(options.faces, options.hold_out)

    def new_batch():
        chosen = faces.draw(FACES).repeat(VIEWS)
        is_mirrored = (torch.rand(FACES) < 0.5).repeat(VIEWS)  # both views alike: their corners are compared
        patches, *targets = make_batch(faces, chosen, is_mirrored=is_mirrored)
        return patches, (targets, SOURCE_TRUST[faces.source[chosen]])

    network = PointNetwork("eye finder", WIDTH, HEIGHT, ((8, 4, 2), (24, 4, 2), (32, 3, 1), (48, 4, 2), (64, 3, 1)),
                           hidden=96, points=12, more=2)
    train(network, options, new_batch, loss_of, lambda each: describe(each, faces), faces.has_photographs)


if __name__ == "__main__":
    main()
