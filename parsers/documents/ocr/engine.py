"""The program that recognises characters: rapidocr with the models in its package; nothing is ever downloaded."""

import logging
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple, Protocol

import numpy as np

from parsers.documents.ocr.pixels import Grey
from parsers.documents.pdf.page import Box

_MODELS = {"Det": "PP-OCRv6_det_small.onnx", "Rec": "PP-OCRv6_rec_small.onnx"}


class Word(NamedTuple):
    """What was read in one place, and how sure the program is of it (0 to 1)."""

    text: str
    score: float


class Engine(Protocol):
    """Finds lines of text in a picture, and reads pictures of one line each."""

    def find_boxes(self, grey: Grey) -> list[Box]:
        """The boxes of all lines of text, in pixels."""
        ...

    def read_crops(self, crops: Sequence[Grey]) -> list[Word]:
        """What each picture of one line says; an empty text where it says nothing."""
        ...


@cache
def load_engine() -> Engine:
    """The engine with its models; loading takes some seconds."""
    return RapidEngine()


class RapidEngine:
    """rapidocr, its parts called one by one: what it finds is cut along ruling lines before it is read."""

    def __init__(self) -> None:
        from rapidocr import RapidOCR

        logging.getLogger("RapidOCR").setLevel(logging.ERROR)
        # A path that is named is never looked for on the network.
        models = {f"{part}.model_path": str(files("rapidocr") / "models" / name) for part, name in _MODELS.items()}
        # Most crops hold a digit or two; the least width to which they are filled up decides how long they take.
        narrow = {"Rec.rec_img_shape": [3, 48, 64], "Rec.rec_batch_num": 8}
        self._program: Any = RapidOCR(params={"Global.use_cls": False, "Global.log_level": "error", **models, **narrow})

    def find_boxes(self, grey: Grey) -> list[Box]:
        """The upright boxes around what the model takes for lines of text."""
        found = self._program(_colour(grey), use_det=True, use_rec=False, use_cls=False).boxes
        corners = [] if found is None else np.asarray(found, dtype=float).reshape(-1, 4, 2).tolist()
        return [
            Box(min(x for x, _ in box), min(y for _, y in box), max(x for x, _ in box), max(y for _, y in box))
            for box in corners
        ]

    def read_crops(self, crops: Sequence[Grey]) -> list[Word]:
        """What the model reads in each crop."""
        if not crops:
            return []
        read = self._program.recognize_txt([_colour(crop) for crop in crops])
        return [Word(text.strip(), float(score)) for text, score in zip(read.txts, read.scores, strict=True)]


def _colour(grey: Grey) -> Grey:
    return np.ascontiguousarray(np.repeat(grey[:, :, None], 3, axis=2))
