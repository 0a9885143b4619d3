# SPDX-License-Identifier: MIT
"""What a camera, a light, glasses, a hand, and a lid can do to a face: made from pictures around both eyes."""
import math

import torch
from torch.nn import functional

from collect import HEIGHT, WIDTH
from network import both_aspect_ratios

MIRRORED = [9, 8, 7, 6, 11, 10, 3, 2, 1, 0, 5, 4]  # point i of the mirrored face
OPEN_EAR = 0.16        # eyes above it may be closed
SHADOWED = 0.25        # share of the patches that a shadow's edge crosses


def between(count, low, high):
    return torch.rand(count) * (high - low) + low


def normal(*shape):
    """Without the tails."""
    return torch.randn(*shape).clamp(-2.2, 2.2)


def mirror(pictures, points, corners, chosen):
    def flip(values, order):
        flipped = (torch.tensor([WIDTH - 1.0, 0.0]) + torch.tensor([-1.0, 1.0]) * values)[:, order]
        return torch.where(chosen[:, None, None], flipped, values)
    pictures = torch.where(chosen[:, None, None, None], pictures.flip(3), pictures)
    return pictures, flip(points, MIRRORED), flip(corners, [3, 2, 1, 0])


def lid_curve(x, knots):
    """The cubic through four points (n, 4, 2) at x (n, h, w)."""
    y = 0
    for i in range(4):
        term = knots[:, i, 1, None, None]
        for j in range(4):
            if j != i:
                gap = knots[:, i, 0] - knots[:, j, 0]
                gap = torch.where(gap.abs() < 0.03, torch.where(gap < 0, -0.03, 0.03), gap)
                term = term * (x - knots[:, j, 0, None, None]) / gap[:, None, None]
        y = y + term
    return y


def close_one(where, eye, closure, from_below):
    """Pulls the skin of the lids over an open eye. `where` (n, h, w, 2): places in the new picture, in the eye's frame
    (corners level, its width 1); returns where to read in the old one, and the new points. `closure` 0 .. 1,
    `from_below`: the lower lid's share."""
    x, y = where[..., 0], where[..., 1]
    first, last = eye[:, 0, 0, None, None], eye[:, 3, 0, None, None]
    within = torch.minimum(torch.maximum(x, first), last)
    upper, lower = lid_curve(within, eye[:, [0, 1, 2, 3]]), lid_curve(within, eye[:, [0, 5, 4, 3]])
    gap = (lower - upper).clamp(0, 0.6) * ((x > first) & (x < last))
    down = gap * (closure * (1 - from_below))[:, None, None]
    up = gap * (closure * from_below)[:, None, None]
    lashes = 0.045
    top, bottom = upper - 0.5, lower + 0.4  # beyond, the skin rests
    new_upper, new_lower = upper + down, lower - up
    stretched_upper = torch.where(y > new_upper - lashes, y - down,
                                  top + (y - top) * (upper - lashes - top) / (new_upper - lashes - top).clamp_min(0.05))
    stretched_lower = torch.where(
        y < new_lower + lashes, y + up,
        bottom - (bottom - y) * (bottom - lower - lashes) / (bottom - new_lower - lashes).clamp_min(0.05))
    read = torch.where((y <= new_upper) & (y > top), stretched_upper,
                       torch.where((y >= new_lower) & (y < bottom), stretched_lower, y))
    read = torch.where((x > first - 0.3) & (x < last + 0.3), read, y)
    points = eye.clone()
    for above, below in ((1, 5), (2, 4)):
        opening = eye[:, below] - eye[:, above]
        points[:, above] = eye[:, above] + opening * (closure * (1 - from_below))[:, None]
        points[:, below] = eye[:, below] - opening * (closure * from_below)[:, None]
    return torch.stack([x, read], -1), points


def close_eyes(where, points, closure, from_below):
    """`closure` (n, 2) of each eye, 0: as it is. `where` (n, h, w, 2) and points (n, 12, 2) in picture pixels."""
    where, points = where.clone(), points.clone()
    for side in (0, 1):
        chosen = closure[:, side] > 0
        if not chosen.any():
            continue
        eye = points[chosen][:, 6 * side:6 * side + 6]
        middle, across = (eye[:, 0] + eye[:, 3]) / 2, eye[:, 3] - eye[:, 0]
        width = across.norm(dim=1).clamp_min(8.0)
        along = across / width[:, None]
        normal_to = torch.stack([-along[:, 1], along[:, 0]], -1)

        def into(values):
            shape = (-1,) + (1,) * (values.dim() - 2) + (2,)
            away = values - middle.view(shape)
            return torch.stack([(away * along.view(shape)).sum(-1), (away * normal_to.view(shape)).sum(-1)],
                               -1) / width.view(shape[:-1] + (1,))

        def back(values):
            shape = (-1,) + (1,) * (values.dim() - 2) + (2,)
            return middle.view(shape) + (values[..., :1] * along.view(shape) + values[..., 1:] * normal_to.view(shape)
                                         ) * width.view(shape[:-1] + (1,))

        read, closed = close_one(into(where[chosen]), into(eye), closure[chosen][:, side], from_below[chosen])
        where[chosen] = back(read)
        points[chosen, 6 * side:6 * side + 6] = back(closed)
    return where, points


def random_closures(points, share):
    """Both eyes of half of the share, one of the other half; seldom each its own."""
    count = len(points)
    draw, right = torch.rand(count), torch.rand(count) < 0.5
    both, one = draw < share / 2, (draw >= share / 2) & (draw < share)
    chosen = torch.stack([both | (one & right), both | (one & ~right)], 1) & (both_aspect_ratios(points) > OPEN_EAR)
    closure = torch.where(torch.rand(count) < 0.45, between(count, 0.86, 1.0), between(count, 0.1, 0.9))
    closure = torch.where(torch.rand(count, 1) < 0.2, torch.rand(count, 2), closure[:, None].expand(count, 2))
    return closure * chosen, between(count, 0, 0.2)


def cover(pictures, points, share):
    """Hides one eye of a share of the pictures: a tone, stripes, or a piece of another face. Which ones (n, 2)."""
    hidden = torch.zeros(len(pictures), 2)
    pictures = pictures.clone()
    rows, columns = torch.meshgrid(torch.arange(HEIGHT) * 1.0, torch.arange(WIDTH) * 1.0, indexing="ij")
    for i in torch.where(torch.rand(len(pictures)) < share)[0].tolist():
        side = int(torch.rand(1) < 0.5)
        first, last = points[i, 6 * side], points[i, 6 * side + 3]
        width, roll = (last - first).norm(), 0.25 * float(torch.randn(1))
        x, y = (columns - (first[0] + last[0]) / 2) / width, (rows - (first[1] + last[1]) / 2) / width
        u, v = x * math.cos(roll) + y * math.sin(roll), y * math.cos(roll) - x * math.sin(roll)
        power = 2.0 if torch.rand(1) < 0.3 else 8.0  # round or angular
        inside = (((u - 0.1 * torch.randn(1)) / between(1, 0.6, 1.4)).abs() ** power
                  + ((v - 0.1 * torch.randn(1)) / between(1, 0.35, 1.0)).abs() ** power < 1).float()
        kind = torch.rand(1)
        if kind < 0.5:
            tone = torch.rand(1).expand(HEIGHT, WIDTH)
        elif kind < 0.75:
            tone = between(1, 0.2, 0.8) + 0.25 * torch.sin((u * torch.cos(between(1, 0, 6)) + v) * between(1, 5, 40))
        else:
            other = pictures[int(torch.randint(len(pictures), (1,))), 0]
            tone = torch.roll(other, (int(torch.randint(30, 130, (1,))), int(torch.randint(40, 180, (1,)))), (0, 1))
        pictures[i, 0] = pictures[i, 0] * (1 - inside) + tone * inside
        hidden[i, side] = 1
    return pictures, hidden


def read_at(pictures, where):
    grid = torch.stack([(2 * where[..., 0] + 1) / WIDTH - 1, (2 * where[..., 1] + 1) / HEIGHT - 1], -1)
    return functional.grid_sample(pictures, grid, mode="bilinear", padding_mode="border", align_corners=False)


def cast_shadows(count, x, y):
    """How much of its light each pixel loses (count, 1, h, w): beyond a line, hard or soft, near the eye. Shadows of the
    nose and of half a face are steep, those of a brow flat."""
    is_brow = torch.rand(count) < 0.25
    across = torch.where(is_brow, 0.5 * math.pi, 0.0) + 0.35 * normal(count)
    u = x * torch.cos(across)[:, None, None] + y * torch.sin(across)[:, None, None]
    edge = torch.where(is_brow, between(count, -0.6, 0.3), between(count, -1.1, 1.1))
    side = torch.where(is_brow, -1.0, torch.where(torch.rand(count) < 0.5, 1.0, -1.0))
    shade = torch.sigmoid((u - edge[:, None, None]) * (side * between(count, 3, 25))[:, None, None])
    return (between(count, 0.3, 0.9)[:, None, None] * shade)[:, None]


def shine(patches, x, y, eye, share):
    """A lamp on the upper lid of some: a band along the lid's edge, brighter than the skin around it. A closed lid then has the
    tone of the white of an open eye. eye (n, 6, 2): the points, like x and y in eye widths."""
    chosen = torch.rand(len(patches)) < share
    n = int(chosen.sum())
    if n == 0:
        return patches
    eye = eye[chosen]
    first, last = eye[:, 0, 0, None, None], eye[:, 3, 0, None, None]
    x = x.expand(n, *x.shape)
    above = lid_curve(torch.minimum(torch.maximum(x, first), last), eye[:, [0, 1, 2, 3]]) - y
    middle, width = between(n, -0.25, 0.25)[:, None, None], between(n, 0.2, 0.6)[:, None, None]
    height, depth = between(n, 0.05, 0.25)[:, None, None], between(n, 0.05, 0.2)[:, None, None]
    band = torch.exp(-((above - height) / depth) ** 2 - ((x - middle) / width) ** 2) * torch.sigmoid(60 * (above - 0.03))
    patches = patches.clone()
    patches[chosen] = patches[chosen] + (between(n, 0.08, 0.45)[:, None, None] * band)[:, None]
    return patches


def light(patches, x, y):
    """Exposure, contrast, light from one side, a cast shadow, a glare. x, y: of the pixels, in eye widths."""
    count = len(patches)
    one = (count, 1, 1, 1)
    patches = patches.clamp(1e-3, 1) ** torch.exp(0.3 * torch.randn(one))
    mean = patches.mean((2, 3), keepdim=True)
    patches = (patches - mean) * torch.exp(0.3 * torch.randn(one)) + mean + 0.08 * torch.randn(one)
    patches = patches + 0.12 * torch.randn(one) * x + 0.08 * torch.randn(one) * y
    chosen = torch.rand(count) < SHADOWED
    if chosen.any():
        patches[chosen] = patches[chosen] * (1 - cast_shadows(int(chosen.sum()), x, y))
    chosen = torch.rand(count) < 0.16
    if chosen.any():
        n = int(chosen.sum())
        spot = torch.exp(-((x - between(n, -1.2, 1.2)[:, None, None]) / between(n, 0.04, 0.25)[:, None, None]) ** 2
                         - ((y - between(n, -0.5, 0.5)[:, None, None]) / between(n, 0.03, 0.2)[:, None, None]) ** 2)
        patches[chosen] = patches[chosen] + (between(n, 0.2, 0.9)[:, None, None] * spot)[:, None]
    return patches


def burnt_out(patches, x, y, share):
    """A lens that reflects a lamp or a window: white, with the eye showing through."""
    chosen = torch.rand(len(patches)) < share
    n = int(chosen.sum())
    if n == 0:
        return patches
    left, top, wide, high = [v[:, None, None] for v in (between(n, -0.9, 0.9), between(n, -0.4, 0.4), between(n, 0.15, 0.6),
                                                        between(n, 0.1, 0.45))]
    within = torch.sigmoid((1 - ((x - left) / wide).abs() ** 4 - ((y - top) / high).abs() ** 4) * between(n, 2, 12)[:, None, None])
    strength = (between(n, 0.25, 0.85)[:, None, None] * within)[:, None]
    patches = patches.clone()
    patches[chosen] = patches[chosen] * (1 - 0.8 * strength) + strength
    return patches


def glasses(patches, x, y, eyes, share):
    """Rims around both eyes (n, 2, 2), like x and y in eye widths."""
    chosen = torch.rand(len(patches)) < share
    n = int(chosen.sum())
    if n == 0:
        return patches
    dx, dy, rx, ry = [v[:, None, None] for v in (between(n, -0.25, 0.25), between(n, -0.1, 0.3), between(n, 0.75, 1.2),
                                                 between(n, 0.35, 0.75))]
    thickness = between(n, 0.02, 0.07)[:, None, None]
    rim = torch.zeros(n, *x.shape)
    for side in (0, 1):
        eye_x, eye_y = eyes[chosen, side, 0, None, None], eyes[chosen, side, 1, None, None]
        radius = (((x - dx - eye_x) / rx).abs() ** 3 + ((y - dy - eye_y) / ry).abs() ** 3) ** (1 / 3)
        rim = torch.maximum(rim, torch.exp(-((radius - 1) * ry / thickness) ** 2))
    rim = (rim * between(n, 0.4, 1.0)[:, None, None])[:, None]
    tone = torch.where(torch.rand(n) < 0.75, between(n, 0, 0.3), between(n, 0.7, 1.0))[:, None, None, None]
    patches = patches.clone()
    patches[chosen] = patches[chosen] * (1 - rim) + rim * tone
    return patches


def degrade(patches, width_on_patch):
    """Low resolution, blur along the movement of lids, noise: six parts of the batch, each in its own way. Eyes are
    width_on_patch pixels wide."""
    height, width = patches.shape[2:]
    parts = []
    for i, part in enumerate(patches.chunk(6)):
        eye_width = (99, 0.86, 0.6, 0.79, 1.0, 0.5)[i] * width_on_patch * float(between(1, 0.85, 1.15))
        if i % 3 == 2:
            size = int(torch.randint(3, 6, (1,)))
            part = functional.avg_pool2d(
                functional.pad(part, (0, 0, size // 2, size - 1 - size // 2), mode="replicate"), (size, 1), 1)
        if eye_width < 0.93 * width_on_patch:
            small = (max(8, round(height * eye_width / width_on_patch)), max(10, round(width * eye_width / width_on_patch)))
            part = functional.interpolate(part, size=small, mode="area" if torch.rand(1) < 0.5 else "bilinear")
            part = part + torch.randn_like(part) * between(len(part), 0, 0.03)[:, None, None, None]
            part = (part * 255).round().clamp(0, 255) / 255
            part = functional.interpolate(part, size=(height, width), mode="bilinear", align_corners=False)
        else:
            part = part + torch.randn_like(part) * between(len(part), 0, 0.035)[:, None, None, None]
        parts.append(part)
    return torch.cat(parts).clamp(0, 1)


def eye_centers(points):
    return torch.stack([points[:, :6].mean(1), points[:, 6:].mean(1)], 1)

