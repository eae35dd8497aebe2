"""Luigi parameters of ours: comma lists, and how to run (which never changes a result)."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import luigi

from pipeline.config import build, option, spell, split_spec
from pipeline.errors import BadOption
from pipeline.executor import Engine, in_process, process_pool
from pipeline.stage import Runtime
from workflows.progress import on_terminal


@dataclass(frozen=True, slots=True)
class HowToRun:
    """Where and how fast, as one insignificant Luigi parameter that every inner task carries."""

    store: str = option(".captionloom", "directory of everything computed; may be shared")
    device: str = option("auto", "auto, cpu, cuda or cuda:N")
    batch: int = option(32, "photos a network looks at together when predicting", low=1)
    processes: int = option(1, "processes that share one predicting stage's photos", low=1)
    fit_processes: int = option(1, "processes that train one network together", low=1)
    tensorboard: str = option("", "directory for what TensorBoard shows of trainings")
    on_bad_photo: Literal["fail", "skip"] = option("fail", "end the run, or leave out photos that cannot be used")

    @classmethod
    def from_text(cls, text: str) -> "HowToRun":
        how = build(cls, split_spec(text)[1], "run")
        if not re.fullmatch(r"auto|cpu|mps|cuda(:\d+)?", how.device):
            raise BadOption(f"device {how.device!r} should be auto, cpu, cuda, cuda:N or mps")
        return how

    @property
    def text(self) -> str:
        return spell("run", self)

    @property
    def skip(self) -> bool:
        """Whether photos that cannot be used are left out."""
        return self.on_bad_photo == "skip"

    @property
    def engine(self) -> Engine:
        return process_pool(self.processes) if self.processes > 1 else in_process

    def machine(self, processes: int) -> dict[str, int | str]:
        """What the work of so many processes ran on. "auto" where the others may have found a device of their own."""
        if "torch" in sys.modules:
            from stages.networks.device import resolve

            return {"device": resolve(self.device), "processes": processes}
        return {"device": "cpu" if processes == 1 else self.device, "processes": processes}

    def runtime(self, scratch: Path | None = None, what: str = "") -> Runtime:
        """That of one task; of a fit with its scratch, and its name for TensorBoard."""
        events = Path(self.tensorboard) / what if self.tensorboard and what else None
        return Runtime(self.device, self.batch, self.fit_processes, scratch, events, on_terminal)


class CommaList(luigi.Parameter):
    """`a,b` on the command line, a tuple of strings in Python. (A ListParameter wants JSON and dies on `a,b`.)"""

    def parse(self, text: str) -> tuple[str, ...]:
        return tuple(item.strip() for item in text.split(",") if item.strip())

    def serialize(self, items: Any) -> str:
        return ",".join(items)

    def normalize(self, items: Any) -> tuple[str, ...]:
        return self.parse(items) if isinstance(items, str) else tuple(items)

    def _warn_on_wrong_param_type(self, param_name: str, param_value: Any) -> None:
        """A tuple is what this parameter holds; Luigi would warn of anything but a string."""


class _Bounded(luigi.Parameter):
    """A number between `low` and `high`, both included; None: no bound."""

    def __init__(self, *args: Any, low: float, high: float | None = None, **given: Any) -> None:
        super().__init__(*args, **given)
        self.low, self.high = low, high

    def normalize(self, value: Any) -> Any:
        if value < self.low or (self.high is not None and value > self.high):
            bounds = f"be {self.low} or more" if self.high is None else f"lie between {self.low} and {self.high}"
            raise BadOption(f"{value} should {bounds}: {self.description}")
        return value


class Whole(_Bounded, luigi.IntParameter):
    """A whole number within bounds."""


class Share(_Bounded, luigi.FloatParameter):
    """A number within bounds, such as a probability."""
