"""Speed of training and of decoding Show, Attend and Tell, against loops as they are usually written.

Synthetic features of 49 x 1280, 16 photos of 5 captions each, 512 units everywhere, one thread, CPU time. What is
compared takes turns within one run; ratios are medians over the turns.
"""

import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from stages.networks.int8 import in_int8
from stages.networks.search import Rules, beam
from stages.networks.show_attend_tell import ShowAttendTell
from stages.networks.training import pack

PHOTOS, CAPTIONS, LOCATIONS, CHANNELS, UNITS, SYMBOLS = 16, 5, 49, 1280, 512, 3000
LONGEST, TURNS = 22, 5
FIRST_WORD = 4  # after the special symbols


class Loop(nn.Module):
    """The same network without our code: a padded batch, every step to its end, symbols' scores inside the loop.

    Plain, features are repeated for each caption and W_a a_i is computed at each step; `cached`, a photo's captions
    share its features, and W_a a_i is computed once.
    """

    def __init__(self, cached: bool) -> None:
        super().__init__()
        self.cached = cached
        self.embedding = nn.Embedding(SYMBOLS, UNITS)
        self.hidden, self.cell = nn.Linear(CHANNELS, UNITS), nn.Linear(CHANNELS, UNITS)
        self.key, self.query = nn.Linear(CHANNELS, UNITS, bias=False), nn.Linear(UNITS, UNITS)
        self.weight = nn.Linear(UNITS, 1, bias=False)
        self.gate = nn.Linear(UNITS, 1)
        self.lstm = nn.LSTMCell(UNITS + CHANNELS, UNITS)
        self.from_hidden, self.from_context = (nn.Linear(size, UNITS, bias=False) for size in (UNITS, CHANNELS))
        self.symbols = nn.Linear(UNITS, SYMBOLS, bias=False)

    def forward(self, features: Tensor, inputs: Tensor, targets: Tensor) -> Tensor:
        """Mean loss of the captions: features (photos, locations, channels); inputs and targets (captions, steps), the
        captions of a photo together, targets -100 where there is no word."""
        each = 1 if self.cached else CAPTIONS
        seen = features.repeat_interleave(each, dim=0)  # (photos, locations, channels), or of captions
        keys = self.key(seen)
        mean = features.mean(dim=1).repeat_interleave(CAPTIONS, dim=0)  # (captions, channels)
        hidden, cell = self.hidden(mean).tanh(), self.cell(mean).tanh()
        loss, looked = features.new_zeros(()), features.new_zeros(len(inputs), LOCATIONS)
        for step in range(inputs.shape[1]):
            if not self.cached:
                keys = self.key(seen)
            query = self.query(hidden).view(len(seen), -1, 1, UNITS)  # (photos, captions of each, 1, units)
            fit = self.weight((keys.unsqueeze(1) + query).tanh()).squeeze(3)
            alpha = fit.softmax(dim=2)  # (photos, captions of each, locations)
            context = self.gate(hidden).sigmoid() * (alpha @ seen).flatten(0, 1)  # (captions, channels)
            word = self.embedding(inputs[:, step])
            hidden, cell = self.lstm(torch.cat([word, context], dim=1), (hidden, cell))
            scores = self.symbols(word + self.from_hidden(hidden) + self.from_context(context))
            loss = loss + F.cross_entropy(scores, targets[:, step], reduction="sum", ignore_index=-100)
            there = (targets[:, step] >= 0).unsqueeze(1)
            looked = looked + alpha.flatten(0, 1) * there
        return loss / len(inputs) + ((1 - looked) ** 2).sum(dim=1).mean()


def training() -> Mapping[str, Any]:
    """Seconds of a training step, and how many times as long the two loops take."""
    torch.manual_seed(0)
    features = torch.rand(PHOTOS, LOCATIONS, CHANNELS)
    lengths = torch.randn(PHOTOS, CAPTIONS).mul(3.5).add(10.5).round().clamp(4, LONGEST - 1).int().tolist()
    captions = [[tuple(torch.randint(FIRST_WORD, SYMBOLS, (n,)).tolist()) for n in group] for group in lengths]
    inputs, targets = _padded(captions)
    ours = _network().train()
    packed = pack(captions, LONGEST)
    steps = {"ours": _step(ours, lambda: ours.loss(ours.unroll(ours.encode((features,)), packed), packed))}
    for name, cached in (("plain", False), ("cached", True)):
        loop = Loop(cached)
        steps[name] = _step(loop, lambda loop=loop: loop(features, inputs, targets))
    seconds = _in_turns(steps)
    return {
        "train_captions_per_second": PHOTOS * CAPTIONS / median(seconds["ours"]),
        "plain_over_ours": _ratio(seconds, "plain"),
        "cached_over_ours": _ratio(seconds, "cached"),
    }


def decoding() -> Mapping[str, Any]:
    """Beams of 64 photos together against one photo at a time, and captions a second."""
    torch.manual_seed(0)
    network, rules = _network().eval(), Rules(12)
    quick = in_int8(network, "cpu")
    with torch.inference_mode():
        memory = network.encode((torch.rand(64, LOCATIONS, CHANNELS),))
        alone = [tuple(part[row : row + 1] for part in memory) for row in range(64)]
        seconds = _in_turns(
            {
                "ours": lambda: beam(network, memory, rules, 5),
                "alone": lambda: [beam(network, one, rules, 5) for one in alone],
                "three": lambda: beam(network, memory, rules, 3),
                "int8": lambda: beam(quick, memory, rules, 5),
            }
        )
    return {
        "one_by_one_over_beam_5": _ratio(seconds, "alone"),
        "beam_5_captions_per_second": 64 / median(seconds["ours"]),
        "beam_3_captions_per_second": 64 / median(seconds["three"]),
        "one_by_one_over_int8_beam_5": median(a / b for a, b in zip(seconds["alone"], seconds["int8"], strict=True)),
    }


def neural_speed() -> Mapping[str, Any]:
    """Show, Attend and Tell, 512 units, 49 x 1280, one thread, CPU time: training steps of 16 photos x 5 captions
    against a plain loop and one with cached keys; beams of 64 photos against one photo at a time. Medians of turns."""
    torch.set_num_threads(1)
    return {**training(), **decoding()}


def _network() -> ShowAttendTell:
    return ShowAttendTell(SYMBOLS, CHANNELS, word=UNITS, lstm=UNITS, attention=UNITS, dropout=0.0, penalty=1.0)


def _padded(captions: list[list[tuple[int, ...]]]) -> tuple[Tensor, Tensor]:
    """Inputs and targets, (captions, steps): what `pack` makes of the captions, padded; targets -100 where none is."""
    packed = [pack([[caption]], LONGEST) for group in captions for caption in group]
    inputs = nn.utils.rnn.pad_sequence([one.inputs for one in packed], batch_first=True)
    targets = nn.utils.rnn.pad_sequence([one.targets for one in packed], batch_first=True, padding_value=-100)
    return inputs, targets


def _step(network: nn.Module, loss: Callable[[], Tensor]) -> Callable[[], None]:
    """One training step, optimiser and clipping included, the same for all."""
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-4, fused=True)

    def step() -> None:
        optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss())
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()

    return step


def _in_turns(runs: Mapping[str, Callable[[], object]]) -> dict[str, list[float]]:
    """CPU seconds of each in every turn, after one that is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(TURNS + 1):
        for name, run in runs.items():
            started = time.process_time()
            run()
            if turn:
                seconds[name].append(time.process_time() - started)
    return seconds


def _ratio(seconds: Mapping[str, list[float]], name: str) -> float:
    return median(other / ours for other, ours in zip(seconds[name], seconds["ours"], strict=True))
