"""Nothing that computes on an accelerator mixes it with the CPU, and it comes to what the CPU comes to."""

import json
import subprocess
import sys
from collections.abc import Mapping

import pytest
from torch.utils import backend_registration

from tests.accelerator.cases import CASES

pytestmark = [
    pytest.mark.skipif(
        not hasattr(backend_registration, "_setup_privateuseone_for_python_backend"),
        reason="this torch lets no device be registered from Python",
    ),
    pytest.mark.xdist_group("accelerator"),
]


@pytest.fixture(scope="module")
def found() -> Mapping[str, str]:
    """Of every case; in a process of its own, as a device is registered for good."""
    command = [sys.executable, "-m", "tests.accelerator.on_card"]
    told: Mapping[str, str] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return told


@pytest.mark.parametrize("case", CASES)
def test_a_stage_learns_and_says_on_a_card_what_it_does_on_the_cpu(found: Mapping[str, str], case: str) -> None:
    assert found[case] == ""
