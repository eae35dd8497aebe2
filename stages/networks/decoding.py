"""What the options of decoding mean: which search, over which sentences, in which order."""

from collections.abc import Sequence
from functools import cache

from pipeline.records import Scene
from stages.language.naming import naming
from stages.networks.captioner import Captioner, Tensors
from stages.networks.constrained import Constrained
from stages.networks.frontier import Groups
from stages.networks.hypothesis import Hypothesis
from stages.networks.options import SpeakingOptions
from stages.networks.ranking import Ranking
from stages.networks.sampling import chances, sample
from stages.networks.search import Rules, beam
from stages.resources.vocabulary import PAD, START, UNKNOWN, Vocabulary


class Decoder:
    """Finds the sentences that some options ask for; `lengths` are mean and deviation over the training captions."""

    def __init__(self, options: SpeakingOptions, vocabulary: Vocabulary, lengths: tuple[float, float]) -> None:
        self.options, self.vocabulary = options, vocabulary
        self.ranking = Ranking(options.length_normalisation, options.length_power, *lengths)
        banned = (PAD, START) if options.unknown else (PAD, START, UNKNOWN)
        self.rules = Rules(vocabulary.longest, banned, options.unrepeated, options.stutter)
        self.names = cache(self._names)

    def __call__(self, network: Captioner, memory: Tensors, scenes: Sequence[Scene]) -> list[list[Hypothesis]]:
        """The sentences of the photos that `memory` is of, best first."""
        options = self.options
        if options.search == "sample":
            names = [scene.image.id for scene in scenes]
            chance = chances(names, options.draw, options.n_best, self.rules.longest)
            found = sample(network, memory, self.rules, chance, options.temperature, options.top_k, options.top_p)
            return [sorted(said, key=self.ranking.rank, reverse=True) for said in found]
        frontier = (
            Constrained([self.wanted(scene) for scene in scenes], len(self.vocabulary))
            if options.must_say
            else Groups(options.groups, options.diversity)
        )
        return beam(network, memory, self.rules, options.beam, self.ranking, options.n_best, frontier)

    def wanted(self, scene: Scene) -> list[frozenset[int]]:
        """The symbols that name an object, for each of the clearest ones that the vocabulary can name."""
        nodes = sorted(scene.graph.nodes, key=lambda node: -node.margin)
        names = (self.names(label) for label in dict.fromkeys(node.label for node in nodes))
        return [symbols for symbols in names if symbols][: self.options.must_say]

    def _names(self, label: str) -> frozenset[int]:
        return frozenset(self.vocabulary.encode(naming(label, self.vocabulary.words_)))
