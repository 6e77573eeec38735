"""Photos of papers on tables, spoiled by code in every way a hurried hand spoils them: blur, motion, noise, dark,
glare, crop, tilt, JPEG, folds, turned, the wrong side, too small. Each in three strengths; 1 is what happens to good
photos too. Every photo is a pure function of the paper, the table, the kind, the strength and the chance.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from PIL import Image

Array = np.ndarray[Any, np.dtype[Any]]

LANDSCAPE, UPRIGHT = (1600, 1200), (1200, 1600)


@dataclass(frozen=True)
class Scene:
    """A photo (BGR, uint8) and the place of its paper's corners on it, clockwise from the paper's upper left."""

    photo: Array
    corners: Array


def _grain(shape: tuple[int, ...], seed: np.random.Generator, deviation: float) -> Array:
    """The sensor's noise: one patch of it, laid side by side."""
    patch = seed.normal(0, deviation, (400, 400, 3)).astype(np.float32)
    times = (-(-shape[0] // 400), -(-shape[1] // 400), 1)
    return np.tile(patch, times)[: shape[0], : shape[1]]


# ── tables ───────────────────────────────────────────────────────────────────────────────────


def _blotches(size: tuple[int, int], cells: tuple[int, int], seed: np.random.Generator) -> Array:
    field = seed.random((cells[1], cells[0])).astype(np.float32)
    return cv2.resize(field, size, interpolation=cv2.INTER_CUBIC)


def _between(dark: tuple[int, int, int], light: tuple[int, int, int], weight: Array) -> Array:
    weight = np.clip(weight, 0, 1)[..., None]
    return np.array(dark[::-1], np.float32) * (1 - weight) + np.array(light[::-1], np.float32) * weight


def wood(size: tuple[int, int], seed: np.random.Generator) -> Array:
    grain = 0.55 * _blotches(size, (7, 200), seed) + 0.45 * _blotches(size, (3, 16), seed)
    dark, light = [((84, 54, 32), (182, 136, 92)), ((60, 42, 32), (132, 98, 70))][seed.integers(2)]
    return _between(dark, light, grain)


def cloth(size: tuple[int, int], seed: np.random.Generator) -> Array:
    """A checked table cloth."""
    ys, xs = np.mgrid[0 : size[1], 0 : size[0]]
    cell = int(seed.integers(70, 130))
    checks = ((xs // cell) % 2 + (ys // cell) % 2) / 2
    colour = [((60, 90, 140), (120, 150, 190)), ((130, 50, 54), (190, 120, 112))][seed.integers(2)]
    return _between(*colour, checks * 0.7 + 0.3 * _blotches(size, (160, 120), seed))


def grey_desk(size: tuple[int, int], seed: np.random.Generator) -> Array:
    return _between((92, 96, 100), (138, 142, 146), _blotches(size, (40, 30), seed))


def tiles(size: tuple[int, int], seed: np.random.Generator) -> Array:
    """A floor of fired tiles with pale joints."""
    base = _between((120, 88, 66), (156, 118, 92), _blotches(size, (30, 22), seed))
    step = int(seed.integers(260, 420))
    for x in range(int(seed.integers(step)), size[0], step):
        base[:, x : x + 7] = (150, 156, 160)
    for y in range(int(seed.integers(step)), size[1], step):
        base[y : y + 7] = (150, 156, 160)
    return base


def linen(size: tuple[int, int], seed: np.random.Generator) -> Array:
    """Striped linen."""
    xs = np.mgrid[0 : size[1], 0 : size[0]][1]
    stripes = ((xs // int(seed.integers(40, 90))) % 3 == 0).astype(np.float32)
    return _between((92, 104, 84), (150, 158, 132), stripes * 0.6 + 0.4 * _blotches(size, (300, 200), seed))


def leather(size: tuple[int, int], seed: np.random.Generator) -> Array:
    return _between(
        (34, 28, 30), (72, 58, 56), 0.6 * _blotches(size, (220, 160), seed) + 0.4 * _blotches(size, (5, 4), seed)
    )


def stone(size: tuple[int, int], seed: np.random.Generator) -> Array:
    """A speckled counter."""
    return _between(
        (70, 76, 78), (148, 146, 140), 0.75 * _blotches(size, (260, 200), seed) + 0.25 * _blotches(size, (6, 5), seed)
    )


Table = Callable[[tuple[int, int], np.random.Generator], Array]
TABLES: dict[str, tuple[Table, ...]] = {"a": (wood, cloth, grey_desk), "b": (tiles, linen, leather, stone)}


# ── a paper on a table ───────────────────────────────────────────────────────────────────────


def lay(
    paper: Image.Image,
    table: Table,
    chance: random.Random,
    *,
    size: tuple[int, int] = LANDSCAPE,
    scale: float | None = None,
    lean: float | None = None,
    tilt: float = 0.03,
    off: tuple[float, float] | None = None,
) -> Scene:
    """The paper on the table under a lamp. `scale` is its share of the frame's tighter side, `lean` in degrees, `tilt`
    how much smaller its far side is, `off` its centre against the frame's, in shares of the frame."""
    seed = np.random.default_rng(chance.getrandbits(32))
    width, height = size
    scale = chance.uniform(0.74, 0.88) if scale is None else scale
    fit = min(width / paper.width, height / paper.height) * scale
    half = np.array([paper.width, paper.height]) * fit / 2
    angle = np.radians(chance.uniform(-4, 4) if lean is None else lean)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    flat = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float64) * half
    flat[:2, 0] *= 1 - tilt
    if tilt > 0.1:
        flat[:, 1] *= 1 - tilt * 0.9
    shift = off if off is not None else (chance.uniform(-0.02, 0.02), chance.uniform(-0.02, 0.02))
    corners = flat @ turn.T + np.array([width / 2 + shift[0] * width, height / 2 + shift[1] * height])
    there = cv2.getPerspectiveTransform(
        np.array([[0, 0], [paper.width, 0], [paper.width, paper.height], [0, paper.height]], np.float32),
        corners.astype(np.float32),
    )
    rgba = np.asarray(paper.convert("RGBA"))
    small = fit < 0.7
    if small:  # a lens averages what it makes smaller
        reach = max(1, round(1 / fit)) | 1
        rgba = cv2.blur(rgba, (reach, reach)) if reach > 1 else rgba
    seen = cv2.warpPerspective(rgba, there, size, flags=cv2.INTER_AREA if small else cv2.INTER_LINEAR)
    alpha = seen[..., 3:].astype(np.float32) / 255
    photo = table(size, seed).astype(np.float32)
    shadow = cv2.GaussianBlur(np.roll(alpha[..., 0], (14, 10), (0, 1)), (0, 0), 12)[..., None]
    photo = photo * (1 - 0.5 * shadow) * (1 - alpha) + seen[..., 2::-1].astype(np.float32) * alpha
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    way = seed.uniform(0, 2 * np.pi)
    fall = (np.cos(way) * (xs / width - 0.5) + np.sin(way) * (ys / height - 0.5)) * seed.uniform(0.1, 0.3)
    tint = np.array([seed.uniform(0.92, 1.02), 1.0, seed.uniform(0.95, 1.04)], np.float32)
    photo = photo * (seed.uniform(0.82, 0.98) + fall)[..., None] * tint
    photo += _grain(photo.shape, seed, 2.2)
    return Scene(np.clip(photo, 0, 255).astype(np.uint8), corners)


def scan(paper: Image.Image, chance: random.Random) -> Scene:
    """A flatbed's picture: the page is the frame, its white is white."""
    page = paper.convert("RGB").resize((1132, 1600)) if paper.height > paper.width else paper.convert("RGB")
    photo = np.asarray(page)[..., ::-1].astype(np.float32)
    photo = np.clip((photo - 20) * (255 / 226) + chance.uniform(-4, 6), 0, 255)
    height, width = photo.shape[:2]
    return Scene(photo.astype(np.uint8), np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64))


# ── ways to spoil it ─────────────────────────────────────────────────────────────────────────


def blurred(scene: Scene, strength: int, chance: random.Random) -> Scene:
    sigma = (0.8, 4.5, 9.0)[strength - 1] * chance.uniform(0.9, 1.15)
    return Scene(cv2.GaussianBlur(scene.photo, (0, 0), sigma), scene.corners)


def moved(scene: Scene, strength: int, chance: random.Random) -> Scene:
    """The camera moved in a straight line while it looked."""
    length = int((3, 24, 46)[strength - 1] * chance.uniform(0.9, 1.2))
    kernel = np.zeros((length, length), np.float32)
    angle = chance.choice([0.0, 90.0, chance.uniform(0, 180)])
    ray = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))]) * length / 2
    middle = np.array([length / 2, length / 2])
    a, b = (middle - ray).astype(int), (middle + ray).astype(int)
    cv2.line(kernel, (int(a[0]), int(a[1])), (int(b[0]), int(b[1])), 1.0, 1)
    return Scene(cv2.filter2D(scene.photo, -1, kernel / max(1.0, kernel.sum())), scene.corners)


def noisy(scene: Scene, strength: int, chance: random.Random) -> Scene:
    seed = np.random.default_rng(chance.getrandbits(32))
    rough = _grain(scene.photo.shape, seed, (7, 62, 115)[strength - 1])
    return Scene(np.clip(scene.photo + rough, 0, 255).astype(np.uint8), scene.corners)


def dark(scene: Scene, strength: int, chance: random.Random) -> Scene:
    """Too little light, and the grain that comes with it."""
    seed = np.random.default_rng(chance.getrandbits(32))
    gain = (0.62, 0.14, 0.06)[strength - 1] * chance.uniform(0.9, 1.1)
    rough = _grain(scene.photo.shape, seed, (2, 5, 7)[strength - 1])
    return Scene(np.clip(scene.photo * gain + rough, 0, 255).astype(np.uint8), scene.corners)


def glaring(scene: Scene, strength: int, chance: random.Random) -> Scene:
    """A lamp's reflection: white in its middle, washed out around. Strong ones lie over a third of the paper."""
    height, width = scene.photo.shape[:2]
    long = float(np.linalg.norm(scene.corners[1] - scene.corners[0]))
    if strength == 1:
        at, radius = scene.corners[0] * 0.94 + scene.corners[2] * 0.06, 0.03
    else:
        u, v = chance.uniform(0.3, 0.7), chance.choice([0.3, 0.55, 0.8])
        top = scene.corners[0] * (1 - u) + scene.corners[1] * u
        foot = scene.corners[3] * (1 - u) + scene.corners[2] * u
        at, radius = top * (1 - v) + foot * v, (0.15, 0.26)[strength - 2]
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    stretch = chance.uniform(1.0, 1.8)
    far = np.hypot((xs - at[0]) / stretch, ys - at[1]) / (radius * long)
    light = np.clip(1.35 - far, 0, 1)[..., None] ** 0.8
    photo = scene.photo.astype(np.float32)
    return Scene(np.clip(photo + light * 330 * (far[..., None] < 1.35), 0, 255).astype(np.uint8), scene.corners)


def pressed(scene: Scene, strength: int, chance: random.Random) -> Scene:
    """JPEG, again and again through a chat."""
    photo = scene.photo
    quality = (60, 12, 3)[strength - 1]
    if strength > 1:
        photo = cv2.resize(
            photo, None, fx=(0.5, 0.32)[strength - 2], fy=(0.5, 0.32)[strength - 2], interpolation=cv2.INTER_AREA
        )
    photo = cv2.imdecode(cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)
    if strength > 1:
        photo = cv2.resize(photo, (scene.photo.shape[1], scene.photo.shape[0]), interpolation=cv2.INTER_CUBIC)
    return Scene(photo, scene.corners)


def folded(scene: Scene, strength: int, chance: random.Random) -> Scene:
    """Creases with their light and shadow; the strongest hides a strip of the paper altogether."""
    photo = scene.photo.astype(np.float32)
    height, width = photo.shape[:2]
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    low, high = scene.corners.min(0), scene.corners.max(0)
    inside = cv2.fillConvexPoly(np.zeros((height, width), np.uint8), scene.corners.astype(np.int32), 1)[..., None]
    for _ in range(strength):
        along = chance.uniform(0.3, 0.75)
        is_across = chance.random() < 0.6
        at = low[1] + along * (high[1] - low[1]) if is_across else low[0] + along * (high[0] - low[0])
        far = (ys - at if is_across else xs - at) + (xs if is_across else ys) * chance.uniform(-0.03, 0.03)
        reach = (3, 26, 70)[strength - 1]
        shade = np.where(far < 0, np.exp(far / reach) * -0.55, np.exp(-far / reach) * 0.25)
        photo = np.where(inside, photo * (1 + shade[..., None] * (0.25, 0.9, 1.0)[strength - 1]), photo)
        if strength > 1:
            push = (np.exp(-np.abs(far) / reach) * reach * (0, 0.9, 1.0)[strength - 1]).astype(np.float32)
            mx, my = (xs, ys + push) if is_across else (xs + push, ys)
            photo = cv2.remap(photo, mx, my, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return Scene(np.clip(photo, 0, 255).astype(np.uint8), scene.corners)


def thumbed(scene: Scene, strength: int, chance: random.Random) -> Scene:
    """Two fingers hold the paper by its edge. Not a fault."""
    photo = scene.photo.copy()
    corner = scene.corners[3] * 0.5 + scene.corners[2] * 0.5
    foot = (int(corner[0] + chance.uniform(-60, 60)), photo.shape[0] + 90)
    skin = [(150, 178, 222), (120, 150, 200), (96, 122, 168)][chance.randrange(3)]
    cv2.line(photo, foot, (int(corner[0]), int(corner[1]) + 10), skin, 110, cv2.LINE_AA)
    return Scene(photo, scene.corners)


def as_jpeg(photo: Array, quality: int = 88) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(photo[..., ::-1])).save(out, "JPEG", quality=quality)
    return out.getvalue()
