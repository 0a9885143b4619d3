# SPDX-License-Identifier: MIT
"""BlazeFace front for gray pictures as PyTorch modules: the layers of src/eyelid/networks/blazeface_weights.hpp."""
import torch
from torch import nn
from torch.nn import functional as F

from blazeface_peers import BLOCKS


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride, is_normalized):
        super().__init__()
        self.stride, self.added = stride, outputs - inputs
        self.depthwise = nn.Conv2d(inputs, inputs, 3, stride, 0 if stride == 2 else 1, groups=inputs, bias=not is_normalized)
        self.pointwise = nn.Conv2d(inputs, outputs, 1, bias=not is_normalized)
        self.norm = nn.BatchNorm2d(outputs) if is_normalized else nn.Identity()

    def forward(self, x):
        shortcut = F.max_pool2d(x, 2) if self.stride == 2 else x
        if self.added:
            shortcut = F.pad(shortcut, (0, 0, 0, 0, 0, self.added))
        y = F.pad(x, (0, 1, 0, 1)) if self.stride == 2 else x
        return F.relu(self.norm(self.pointwise(self.depthwise(y))) + shortcut)


class BlazeFace(nn.Module):
    """To scores and boxes of the 16x16 map, then of the 8x8 map; `is_normalized`: as trained, with batch normalization."""

    def __init__(self, is_normalized):
        super().__init__()
        self.stem = nn.Conv2d(1, 24, 5, 2, bias=not is_normalized)
        self.norm = nn.BatchNorm2d(24) if is_normalized else nn.Identity()
        self.front = nn.Sequential(*[Block(*shape, is_normalized) for shape in BLOCKS[:11]])
        self.back = nn.Sequential(*[Block(*shape, is_normalized) for shape in BLOCKS[11:]])
        self.heads = nn.ModuleList([nn.Conv2d(88, 2, 1), nn.Conv2d(88, 32, 1), nn.Conv2d(96, 6, 1), nn.Conv2d(96, 96, 1)])

    def forward(self, x):
        at_16 = self.front(F.relu(self.norm(self.stem(F.pad(x, (1, 2, 1, 2))))))
        at_8 = self.back(at_16)
        return tuple(head(at_16 if i < 2 else at_8) for i, head in enumerate(self.heads))


def rows(maps, per_anchor):
    """Maps of heads as (batch, anchors, per_anchor)."""
    return torch.cat([y.permute(0, 2, 3, 1).reshape(y.shape[0], -1, per_anchor) for y in maps], 1)
