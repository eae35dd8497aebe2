"""Golden predictions: a stage that answers otherwise than before must raise its `version`, since keys depend on it.

`python -m tests.contract.test_golden FIELD/NAME ...` records those stages anew, after a version was raised; all of them
where none is named.
"""

import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.bench import Bench
from pipeline.checks import answers
from pipeline.codec import encode
from pipeline.registry import choose
from tests.contract.test_stages import NEED_A_FILE, SMALL, STAGES

FILE = Path(__file__).with_name("golden.json")
TOLERANCE = 0.01
LEARNED_TOLERANCE = 0.1
"""Relative: other processors give other last digits, and learning magnifies them."""
STAGES_WITH_ANSWERS = [stage for stage in STAGES if stage not in NEED_A_FILE]


def summary(stage: str, bench: Bench) -> dict[str, Any]:
    """How many numbers and words a stage answers with, what the numbers come to, and its version."""
    field, name = stage.split("/")
    choice = choose(field, SMALL.get(stage, name))
    numbers: list[float] = []
    words: list[str] = []
    for leaf in _leaves([encode(value) for value in answers(bench, choice)]):
        if isinstance(leaf, str):
            words.append(leaf)
        else:
            numbers.append(float(leaf))
    absolute = np.abs(numbers)
    said = "" if choice.kind.fit_on else hashlib.sha256("\n".join(words).encode()).hexdigest()
    counts = {"numbers": len(numbers), "words": len(words), "sum": float(absolute.sum())}
    return {"version": choice.kind.version, "said": said, **counts}


def test_every_registered_one_is_recorded() -> None:
    missing = set(STAGES_WITH_ANSWERS) - set(json.loads(FILE.read_text()))
    assert not missing, "run `python -m tests.contract.test_golden` to record what is new"


@pytest.mark.parametrize(
    "stage", [pytest.param(stage, marks=pytest.mark.xdist_group(stage)) for stage in json.loads(FILE.read_text())]
)
def test_a_stage_answers_as_before_or_has_a_new_version(stage: str, bench: Bench) -> None:
    golden = json.loads(FILE.read_text())[stage]
    found = summary(stage, bench)
    remedy = "raise its version if this is meant, then run `python -m tests.contract.test_golden`"
    assert (found["version"], found["said"]) == (golden["version"], golden["said"]), f"{stage}: {remedy}"
    field, name = stage.split("/")
    tolerance = LEARNED_TOLERANCE if choose(field, name).kind.fit_on else TOLERANCE
    for part in ("numbers", "words", "sum"):
        assert found[part] == pytest.approx(golden[part], rel=tolerance), f"{stage} answers otherwise: {remedy}"


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, np.ndarray):
        yield from value.ravel().tolist()
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    elif value is not None:
        yield value


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        made = Bench(Path(directory), "scenes:train=40:val=6:test=2")
        known = json.loads(FILE.read_text())
        anew = {stage: summary(stage, made) for stage in sys.argv[1:] or STAGES_WITH_ANSWERS}
    golden = known | anew
    FILE.write_text(json.dumps({stage: golden[stage] for stage in STAGES_WITH_ANSWERS}, indent=1) + "\n")
    sys.stdout.write(f"{FILE}: {len(anew)} stages recorded\n")
