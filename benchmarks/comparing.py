"""Running a comparison as a person would, and reading what it wrote."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stages.analysis.randomisation import LEVEL
from workflows.comparison import PICTURE


@dataclass(frozen=True)
class Compared:
    """What a comparison came to.

    Attributes:
        scores: references ("all", "leave_one_out") -> plan -> metric -> value; what is missing is left out.
        intervals: the same with the bounds of their 95 % intervals.
        photos: plan -> how many photos it said something of.
        captions: plan -> photo -> caption.
        page: bytes of the report.
        picture: its first picture, relevance against fluency, as an SVG.
        alike: by references, the pairs of plans that CIDEr-D cannot tell apart.
    """

    scores: Mapping[str, Mapping[str, Mapping[str, float]]]
    intervals: Mapping[str, Mapping[str, Mapping[str, tuple[float, float]]]]
    photos: Mapping[str, int]
    captions: Mapping[str, Mapping[str, str]]
    page: int
    picture: str
    alike: Mapping[str, Sequence[tuple[str, str]]]


def compared(out: Path, *given: str) -> Compared:
    """Run `captionloom` with these arguments, results into `out`."""
    content: Any = told(out, "scores.json", *given)
    scores: dict[str, dict[str, dict[str, float]]] = {}
    intervals: dict[str, dict[str, dict[str, tuple[float, float]]]] = {}
    for score in content["scores"]:
        plan, metric = score["plan"], score["metric"]
        if score.get("value") is not None:
            scores.setdefault(score["references"], {}).setdefault(plan, {})[metric] = score["value"]
        if score.get("interval"):
            intervals.setdefault(score["references"], {}).setdefault(plan, {})[metric] = tuple(score["interval"])
    captions = {
        file.stem: {item["image_id"]: item["caption"] for item in json.loads(file.read_text(encoding="utf-8"))}
        for file in sorted((out / "captions").iterdir())
    }
    photos = {plan: len(said) for plan, said in captions.items()}
    alike: dict[str, list[tuple[str, str]]] = {}
    for pair in content["pairs"]:
        if pair["metric"] == "CIDEr-D" and pair["adjusted"] > LEVEL:
            alike.setdefault(pair["references"], []).append((pair["higher"], pair["lower"]))
    drawn = (out / PICTURE).read_text(encoding="utf-8")
    return Compared(scores, intervals, photos, captions, (out / "report.html").stat().st_size, drawn, alike)


def told(out: Path, file: str, *given: str) -> Any:
    """Run `captionloom` with these arguments, results into `out`: what one of its JSON files says."""
    _run(out, *given)
    return json.loads((out / file).read_text(encoding="utf-8"))


def _run(out: Path, *given: str) -> None:
    command = [sys.executable, "-c", "from workflows.cli import main; main()", *given, "--out", str(out)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
