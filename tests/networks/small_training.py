"""Twelve photos and a few sentences of each, a network that is quick to train on them, and ways to end its training."""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import torch

from pipeline.records import Image, Scene
from pipeline.stage import Progress
from stages.networks.captioner import Captioner
from stages.networks.inputs import grid_inputs
from stages.networks.options import CaptionerOptions
from stages.networks.show_attend_tell import ShowAttendTell
from stages.networks.training import Judge, Lessons

torch.set_num_threads(1)


class Killed(Exception):
    """Stands for the process being killed."""


def lessons() -> Lessons:
    chance = np.random.default_rng(0)
    grids = [chance.normal(size=(4, 6)).astype(np.float32) for _ in range(12)]
    scenes = [Scene(Image(str(i), "", 1, 1, ""), {"grid": grid}) for i, grid in enumerate(grids)]
    captions = [[tuple(chance.integers(4, 15, size=length)) for length in range(1, 2 + i % 4)] for i in range(12)]
    captions[5] = []
    plain = [[tuple(int(word) for word in ids) for ids in group] for group in captions]
    return Lessons(scenes, plain, 20, grid_inputs)


def network(dropout: float = 0.5, seed: int = 0) -> Captioner:
    torch.manual_seed(seed)
    return ShowAttendTell(15, 6, word=8, lstm=8, attention=8, dropout=dropout, penalty=1.0)


def scripted(scores: Sequence[float]) -> Judge:
    """A judge whose verdicts are known in advance."""
    verdicts = iter(scores)
    return lambda network: next(verdicts)


def options(**changed: Any) -> CaptionerOptions:
    return dataclasses.replace(CaptionerOptions(batch=4, learning_rate=0.01, epochs=6, patience=3), **changed)


def weights(net: Captioner) -> list[torch.Tensor]:
    return [value.clone() for value in net.state_dict().values()]


class KillAfter(Progress):
    """Kills in the middle of the epoch after so many."""

    def __init__(self, epochs: int) -> None:
        self.left = epochs

    def __call__(self, items: Iterable[Any], what: str, total: int) -> Iterator[Any]:
        for place, item in enumerate(items):
            if self.left == 0 and place == 1:
                raise Killed
            yield item
        self.left -= 1
