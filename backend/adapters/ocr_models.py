"""Finding and reading lines of text on a picture by rapidocr's models (PP-OCRv6 small), from the files in its wheel.

Loaded by ocr_child.py alone. Nothing is ever fetched: each model is named by its path, and a missing one is an error.
Sizes, threads and the order of steps were chosen by measurement: docs/decisions/0008-reading.md has the tables.
"""

import io
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import rapidocr
from numpy.typing import NDArray
from PIL import Image
from rapidocr.ch_ppocr_det import TextDetector
from rapidocr.ch_ppocr_rec import TextRecInput, TextRecognizer
from rapidocr.main import DEFAULT_CFG_PATH
from rapidocr.utils.parse_parameters import ParseParams

MODELS = Path(rapidocr.__file__).parent / "models"
PARAMETERS = {
    "Det.model_path": str(MODELS / "PP-OCRv6_det_small.onnx"),
    "Rec.model_path": str(MODELS / "PP-OCRv6_rec_small.onnx"),
    "Det.limit_type": "max",
    "Det.limit_side_len": 736,
    "Rec.rec_batch_num": 1,
    "Rec.rec_img_shape": [3, 48, 96],
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}
LINES_MAX = 200  # the longest are read; a page of a contract has some 60
SURE_LINES = 3  # by so many the way up is told
SURE = 0.93  # text that stands on its head is read with less
WORTH_SAYING = 0.5

Picture = NDArray[np.uint8]
Corners = NDArray[np.float32]  # four points, clockwise, beginning where the text begins


@dataclass(frozen=True, slots=True)
class Words:
    """What was recognised in one place."""

    text: str
    score: float


class Models:
    """Both models, loaded once."""

    def __init__(self, **parameters: Any) -> None:
        config = ParseParams.update_batch(ParseParams.load(DEFAULT_CFG_PATH), {**PARAMETERS, **parameters})
        for part in (config.Det, config.Rec):
            part.engine_cfg = config.EngineConfig.onnxruntime
            part.model_root_dir = None
        config.Rec.font_path = None
        cv2.setNumThreads(1)
        self._detector = TextDetector(config.Det)
        self._recogniser = TextRecognizer(config.Rec)

    def read(self, jpeg: bytes) -> dict[str, Any]:
        """Size and lines of a JPEG, as adapters/ocr.py takes them."""
        picture = np.ascontiguousarray(np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB"))[:, :, ::-1])
        height, width = picture.shape[:2]
        lines = [
            [words.text, corners.tolist(), words.score]
            for corners, words in self._lines(picture)
            if words.text.strip() and words.score >= WORTH_SAYING
        ]
        return {"width": width, "height": height, "lines": lines}

    def _lines(self, picture: Picture) -> list[tuple[Corners, Words]]:
        found = self._detector(picture).boxes
        if found is None or not len(found):
            return []
        boxes = sorted((np.asarray(box, np.float32) for box in found), key=_length, reverse=True)[:LINES_MAX]
        axis = _axis(boxes)
        boxes = [_beginning(box, axis) for box in boxes]
        first = self._recognised(picture, boxes[:SURE_LINES])
        if _mean(first) < SURE:
            turned = [_on_its_head(box) for box in boxes]
            other = self._recognised(picture, turned[:SURE_LINES])
            if _mean(other) > _mean(first):
                boxes, first = turned, other
        return list(zip(boxes, [*first, *self._recognised(picture, boxes[SURE_LINES:])], strict=True))

    def _recognised(self, picture: Picture, boxes: list[Corners]) -> list[Words]:
        if not boxes:
            return []
        found = self._recogniser(TextRecInput(img=[_cut_out(picture, box) for box in boxes], return_word_box=False))
        return [Words(text, float(score)) for text, score in zip(found.txts or (), found.scores or (), strict=True)]


def _length(box: Corners) -> float:
    return max(math.dist(box[0], box[1]), math.dist(box[1], box[2]))


def _mean(words: list[Words]) -> float:
    return sum(each.score for each in words) / max(1, len(words))


def _axis(boxes: list[Corners]) -> NDArray[np.float32]:
    """To the right when most text lies, downwards when most stands; long lines have more of a say."""
    lying = standing = 0.0
    for box in boxes:
        first, second = box[1] - box[0], box[2] - box[1]
        along, beside = (first, second) if np.linalg.norm(first) >= np.linalg.norm(second) else (second, first)
        weight = float(np.linalg.norm(along) - np.linalg.norm(beside))
        if abs(along[0]) >= abs(along[1]):
            lying += weight
        else:
            standing += weight
    return np.array((1, 0) if lying >= standing else (0, 1), np.float32)


def _beginning(box: Corners, axis: NDArray[np.float32]) -> Corners:
    """The corners, clockwise, so that the first side runs along the axis.

    The detector's own order is by x and y, and mixes the sides up where a line stands and leans.
    """
    middle = box.mean(axis=0)
    clockwise = box[np.argsort(np.arctan2(box[:, 1] - middle[1], box[:, 0] - middle[0]))]
    sides = np.roll(clockwise, -1, axis=0) - clockwise
    along = sides @ axis / np.maximum(np.linalg.norm(sides, axis=1), 1e-6)
    return np.roll(clockwise, -int(np.argmax(along)), axis=0)


def _on_its_head(box: Corners) -> Corners:
    return np.roll(box, 2, axis=0)


def _cut_out(picture: Picture, box: Corners) -> Picture:
    """The line, straight and upright."""
    width = max(1, round(max(math.dist(box[0], box[1]), math.dist(box[2], box[3]))))
    height = max(1, round(max(math.dist(box[1], box[2]), math.dist(box[3], box[0]))))
    flat = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    matrix = cv2.getPerspectiveTransform(box, flat)
    cut = cv2.warpPerspective(picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, np.uint8)
