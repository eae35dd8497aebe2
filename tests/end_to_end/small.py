"""A whole comparison in small, as a person would start it."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

DATASET = "scenes:train=40:val=4:test=6"
PLANS = "babytalk,babytalk_oracle,show_attend_tell,human"
SWAPS = ",".join(
    (
        "babytalk.detections=hog_svm:min_boxes=4",
        "show_attend_tell.captions=show_attend_tell:epochs=3:word=8:lstm=12:attention=8",
    )
)


def arguments(out: Path, store: Path, plans: str = PLANS, swaps: str = SWAPS, dataset: str = DATASET) -> list[str]:
    """The arguments of `captionloom compare`."""
    given = ["--plans", plans, "--dataset", dataset, "--swap", swaps, "--out", str(out), "--store", str(store)]
    return ["compare", *given, "--workers", "2"]


def captionloom(given: Sequence[str], cwd: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run the command to its end."""
    environment = {**os.environ, **variables}
    command = [sys.executable, "-c", "from workflows.cli import main; main()", *given]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=600, check=False)
