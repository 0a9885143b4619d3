# SPDX-License-Identifier: MIT
"""The eye finder and the lid finder (src/eyelid/networks/point_network_shape.hpp) in PyTorch, and their files."""
import json
import struct

import numpy as np
import torch
from torch import nn

LIGHT = 5.1 / 255.0  # kPatchContrast, of pixels between 0 and 1


class PointNetwork(nn.Module):
    """Patches (n, 1, height, width) of 0 .. 1 -> points (n, points, 2) from the patch's middle, and further numbers (n, more).

    The latter, EARs, are there for training alone: what tells open from closed eyes helps to find their points in both.
    """

    def __init__(self, name, width, height, convolutions, hidden, points, more):
        """`convolutions`: outputs, window, stride of each."""
        super().__init__()
        self.name, self.points = name, points
        layers, inputs = [], 1
        for outputs, window, stride in convolutions:
            layers += [nn.Conv2d(inputs, outputs, window, stride, bias=False), nn.BatchNorm2d(outputs),
                       nn.ReLU(inplace=True)]
            inputs, width, height = outputs, (width - window) // stride + 1, (height - window) // stride + 1
        self.features = nn.Sequential(*layers)
        self.dense1 = nn.Linear(inputs * height * width, hidden)
        self.dense2 = nn.Linear(hidden, 2 * points + more)
        self.dropout = nn.Dropout(0.1)

    def forward(self, patches):
        patches = patches - patches.mean((1, 2, 3), keepdim=True)
        patches = patches / (patches.std((1, 2, 3), keepdim=True, unbiased=False) + LIGHT)
        hidden = torch.relu(self.dense1(self.features(patches).flatten(1)))
        numbers = self.dense2(self.dropout(hidden))
        return numbers[:, :2 * self.points].view(-1, self.points, 2), numbers[:, 2 * self.points:]


def tensors_of(network):
    """Weights with the batch normalization folded in, as the program reads them."""
    tensors = {}
    layers = list(network.features)
    for i in range(0, len(layers), 3):
        convolution, norm = layers[i], layers[i + 1]
        scale = norm.weight.double() / (norm.running_var.double() + norm.eps).sqrt()
        name = f"conv{i // 3 + 1}"
        tensors[name + ".weight"] = convolution.weight.double() * scale[:, None, None, None]
        tensors[name + ".bias"] = norm.bias.double() - norm.running_mean.double() * scale
    tensors["dense1.weight"], tensors["dense1.bias"] = network.dense1.weight, network.dense1.bias
    tensors["dense2.weight"] = network.dense2.weight[:2 * network.points]
    tensors["dense2.bias"] = network.dense2.bias[:2 * network.points]
    return {name: np.ascontiguousarray(value.detach().numpy().astype("<f4")) for name, value in tensors.items()}


def save(network, path, version, training_data, license):
    """Writes the safetensors file that belongs into models/."""
    tensors = tensors_of(network)
    header = {"__metadata__": {"format": f"eyelid {network.name} 1", "name": f"eyelid {network.name}", "version": version,
                               "training_data": training_data, "licence": license}}
    offset = 0
    for name in sorted(tensors):
        size = tensors[name].nbytes
        header[name] = {"dtype": "F32", "shape": list(tensors[name].shape), "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(tensors[name].tobytes() for name in sorted(tensors)))


def aspect_ratio(eye):
    """EAR of points (n, 6, 2)."""
    def distance(a, b):
        return (eye[:, a] - eye[:, b]).square().sum(-1).clamp_min(1e-10).sqrt()
    return (distance(1, 5) + distance(2, 4)) / (2 * distance(0, 3).clamp_min(1e-3))


def both_aspect_ratios(points):
    return torch.stack([aspect_ratio(points[:, :6]), aspect_ratio(points[:, 6:])], 1)
