# SPDX-License-Identifier: MIT
"""What the trainings of both networks share: the faces of collect.py, and the loop."""
import argparse
import copy
import math
import os

import numpy as np
import torch

import augmentation as augment
from network import both_aspect_ratios, save

TRAINED_ON_PHOTOGRAPHS = ("photographs of HELEN, AFW, WFLW and YouTube Faces, and rendered people; corners averaged with those of "
                          "MediaPipe Face Landmarker")
CORNERS = [0, 3, 6, 9]  # among the twelve points
RATE = 3e-3
TYPICAL_KEYPOINT_ERROR = 6.6  # of a detector, in pixels of collect.py, where none was run
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
        self.has_photographs = bool((self.source != 3).any())
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
        self.mean_error, self.error_deviation = torch.zeros(2, 2), torch.full((2, 2), TYPICAL_KEYPOINT_ERROR)
        if self.is_found.any():
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

    def held_out_groups(self):
        """Name and indices of what the reports are about."""
        source = self.source[self.held_out]
        groups = ("photographs", self.held_out[source != 3]), ("rendered", self.held_out[source == 3])
        return [(name, chosen) for name, chosen in groups if len(chosen) > 0]


def pixels(width, height):
    """Places (height, width, 2) of a patch's pixels from its middle."""
    rows, columns = torch.meshgrid(torch.arange(height) - (height - 1) / 2, torch.arange(width) - (width - 1) / 2,
                                   indexing="ij")
    return torch.stack([columns, rows], -1)


def robust(errors, scale):
    return torch.log1p(errors.abs() / scale) * scale


def seen_again(patches):
    """Making a batch takes longer than learning from it: each is seen three times, in other light and noise."""
    return (patches * (1 + 0.1 * torch.randn(len(patches), 1, 1, 1)) + 0.012 * torch.randn_like(patches)).clamp(0, 1)


def parser_of(description, steps):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faces")
    parser.add_argument("out")
    parser.add_argument("--version", required=True)
    parser.add_argument("--steps", type=int, default=steps)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--hold-out", action="store_true")
    return parser


def train(network, options, make_batch, loss_of, describe, of_photographs):
    """Goes on from options.out + ".checkpoint", which it writes every 500 steps; options.out at the end.

    make_batch() -> (patches, the rest); loss_of(network, patches, the rest); describe(network) -> its errors in a line."""
    network = network.to(memory_format=torch.channels_last)
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
            if len(batches) < 6 or step % 3 == 0:
                batches = batches[-39:] + [make_batch()]
                patches, rest = batches[-1]
            else:
                patches, rest = batches[int(torch.randint(len(batches), (1,)))]
                patches = seen_again(patches)
        loss = loss_of(network, patches.contiguous(memory_format=torch.channels_last), rest)
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
            average.eval()
            state = torch.get_rng_state()
            torch.manual_seed(5)
            with torch.no_grad():
                print(f"step {step}: {describe(average)}", flush=True)
            torch.set_rng_state(state)
            torch.save({"network": network.state_dict(), "average": average.state_dict(),
                        "optimizer": optimizer.state_dict(), "step": step, "random": torch.get_rng_state()},
                       checkpoint + ".new")
            os.replace(checkpoint + ".new", checkpoint)
    save(average.eval(), options.out, options.version, TRAINED_ON_PHOTOGRAPHS if of_photographs else "rendered people",
         "research only" if of_photographs else "MIT")
