"""Scheduled sampling: a captioner is fed some of its own words while it learns (Bengio et al., NIPS 2015, section 2.4).

Each word after the first is, with the probability given, drawn from what the captioner made of the step before in place
of being the true one; a coin is thrown for every word. What is to be said stays the true sentence, and no gradient
passes through the draw.
"""

from dataclasses import replace

import torch
from torch import Tensor

from stages.networks.captioner import Captioner, Sentences, Tensors, Unrolled


def unroll_sampled(
    network: Captioner, memory: Tensors, sentences: Sentences, share: float
) -> tuple[Unrolled, Sentences]:
    """Say given sentences, each later step fed with the captioner's own word with probability `share`.

    Returns:
        What it did, and the sentences with the words that it was fed as inputs.
    """
    fed = list(torch.split(sentences.inputs, list(sentences.active)))

    def feed(step: int, here: Tensors, output: Tensor | None) -> Tensor:
        if output is not None:
            with torch.no_grad():
                before = fed[step - 1][: len(output)]
                drawn = torch.multinomial(network.read_out(before, network.complete(here, output)).exp(), 1).squeeze(1)
                fed[step] = torch.where(torch.rand(len(drawn), device=drawn.device) < share, drawn, fed[step])
        return network.drive(fed[step])

    said = network.follow(memory, sentences, feed)
    return said, replace(sentences, inputs=torch.cat(fed))
