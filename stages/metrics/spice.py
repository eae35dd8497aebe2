"""SPICE (Anderson et al., ECCV 2016) by the jar of the COCO caption scores, where its parser has been put beside it.

pycocoevalcap ships the jar without Stanford CoreNLP 3.6.0 and its models, 400 MB that are under a licence of their own.
"""

import json
import math
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from pipeline.config import NoOptions
from pipeline.errors import MissingDependency
from pipeline.records import Array
from pipeline.stage import Metric
from stages.language import java
from stages.metrics._fingerprint import fingerprint

_JAR = "spice/spice-1.0.jar"
_PARSER = ("spice/lib/stanford-corenlp-3.6.0.jar", "spice/lib/stanford-corenlp-3.6.0-models.jar")
_STARTING_SECONDS, _SECONDS_A_SENTENCE = 300.0, 2.0


class Spice(Metric[NoOptions]):
    """The mean over captions of the F1 of the tuples of their scene graphs, against those of all references together.

    A row is the F1. Captions and references are parsed as written. An empty caption has 0.
    """

    name: ClassVar[str] = "spice"
    scores: ClassVar[tuple[str, ...]] = ("SPICE",)
    tokenised: ClassVar[bool] = False
    expected: ClassVar[bool] = False

    def fingerprint(self) -> str:
        return fingerprint("SPICE 1.0 (jar of coco-caption), Stanford CoreNLP 3.6.0")

    def unavailable(self) -> str:
        if not java.shipped(_JAR):
            return f"pycocoevalcap with its {_JAR} is not installed: pip install pycocoevalcap"
        if not all(java.shipped(part) for part in _PARSER):
            return "Stanford CoreNLP 3.6.0 is not installed: python -m pycocoevalcap.spice.get_stanford_models"
        return java.missing()

    def statistics(self, captions: Sequence[str], references: Sequence[Sequence[str]]) -> Array:
        """(photos, 1) F1.

        Raises:
            MissingDependency: where Java or the parser is missing, fails or does not answer.
        """
        if reason := self.unavailable():
            raise MissingDependency(reason)
        asked = [
            {"image_id": place, "test": caption, "refs": list(group)}
            for place, (caption, group) in enumerate(zip(captions, references, strict=True))
            if caption.strip()
        ]
        rows = np.zeros((len(captions), 1))
        for told in _told(asked) if asked else ():
            found = float(told["scores"]["All"]["f"] or 0.0)
            rows[told["image_id"]] = found if math.isfinite(found) else 0.0
        return rows

    def aggregate(self, rows: Array) -> dict[str, float]:
        """The mean of the rows, in [0, 1]."""
        return {self.scores[0]: float(rows.mean())}

    def from_sums(self, sums: Array, photos: int) -> Array:
        """(..., 1) means of rows whose sums are `sums` (..., 1)."""
        means: Array = sums / photos
        return means


def _told(asked: Sequence[Any]) -> Any:
    """The jar's answer. It is given no cache, which would not open under a Java newer than 8."""
    program, jar = java.java(), java.shipped(_JAR)
    assert jar is not None
    seconds = _STARTING_SECONDS + _SECONDS_A_SENTENCE * sum(1 + len(one["refs"]) for one in asked)
    with tempfile.TemporaryDirectory() as directory:
        given, answer = Path(directory, "asked.json"), Path(directory, "told.json")
        given.write_text(json.dumps(asked), encoding="utf-8")
        command = [program, *java.SETTLED, "-Xmx8G", "-jar", str(jar), str(given), "-out", str(answer), "-silent"]
        try:
            done = subprocess.run(command, cwd=jar.parent, capture_output=True, timeout=seconds)
            why = f"exit status {done.returncode}: {done.stderr.decode(errors='replace').strip()[-500:]}"
            if done.returncode == 0 and answer.exists():
                return json.loads(answer.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            why = str(error)
        except subprocess.TimeoutExpired:
            why = f"no answer in {seconds:.0f} s"
    raise MissingDependency(f"Java ended SPICE without scores ({why}); it needs 8 GB of memory")
