"""Finding and reading lines of text on a picture by rapidocr's models (PP-OCRv6 small), from the files in its wheel.

Loaded by ocr_child.py alone. Nothing is ever fetched: each model is named by its path, and a missing one is an error.
Sizes, threads and the order of steps were chosen by measurement: docs/decisions has the table.
"""

import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import rapidocr
from PIL import Image
from rapidocr.ch_ppocr_det import TextDetector
from rapidocr.ch_ppocr_rec import TextRecInput, TextRecognizer
from rapidocr.main import DEFAULT_CFG_PATH
from rapidocr.utils.parse_parameters import ParseParams
from rapidocr.utils.process_img import get_rotate_crop_image

MODELS = Path(rapidocr.__file__).parent / "models"
PARAMETERS = {
    "Det.model_path": str(MODELS / "PP-OCRv6_det_small.onnx"),
    "Cls.model_path": str(MODELS / "ch_ppocr_mobile_v2.0_cls_mobile.onnx"),
    "Rec.model_path": str(MODELS / "PP-OCRv6_rec_small.onnx"),
    "Det.limit_type": "max",
    "Det.limit_side_len": 960,
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}


class Models:
    """Both models, loaded once."""

    def __init__(self) -> None:
        config = ParseParams.update_batch(ParseParams.load(DEFAULT_CFG_PATH), PARAMETERS)
        for part in (config.Det, config.Cls, config.Rec):
            part.engine_cfg = config.EngineConfig.onnxruntime
            part.model_root_dir = None
        config.Rec.font_path = None
        cv2.setNumThreads(1)
        self._detector = TextDetector(config.Det)
        self._recogniser = TextRecognizer(config.Rec)

    def read(self, jpeg: bytes) -> dict[str, Any]:
        """Size and lines of a JPEG."""
        picture = np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB"))[:, :, ::-1]
        picture = np.ascontiguousarray(picture)
        height, width = picture.shape[:2]
        boxes = self._detector(picture).boxes
        lines = []
        if boxes is not None and len(boxes):
            crops = [get_rotate_crop_image(picture, np.array(box, dtype=np.float32)) for box in boxes]
            found = self._recogniser(TextRecInput(img=crops, return_word_box=False))
            for box, text, score in zip(boxes, found.txts or (), found.scores or (), strict=True):
                if text.strip():
                    lines.append([text, [[float(x), float(y)] for x, y in box], float(score)])
        return {"width": width, "height": height, "lines": lines}
