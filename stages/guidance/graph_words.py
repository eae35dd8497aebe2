"""Guidance by the words of a scene graph: a network guided by BabyTalk's CRF (a hybrid of Jia et al., ICCV 2015, and
Kulkarni et al., CVPR 2011).

ret-gLSTM is guided by the tf-idf weighted words of sentences found for the photo; here the words are those of the
graph: what each node is called, its attribute, and the prepositions between nodes.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Self

import numpy as np

from pipeline.config import NoOptions
from pipeline.records import Array, Scene, SceneGraph
from pipeline.stage import Examples, Resources, Stage
from stages.guidance._photos import Bags, encoded
from stages.language.synonyms import spoken
from stages.resources.vocabulary import Vocabulary


class GraphWords(Stage[NoOptions, Array]):
    """Writes (words,) float32 of length 1, or 0 where the graph has no word of the vocabulary."""

    name = "graph_words"
    writes = "guidance"
    fit_on = ("train",)
    idf_: Array  # (words,)

    def reads(self) -> tuple[str, ...]:
        return ("graph",)

    def fit_reads(self) -> tuple[str, ...]:
        return ()

    def uses(self) -> tuple[str, ...]:
        return (Vocabulary.name,)

    def fit(self, examples: Mapping[str, Examples], resources: Resources) -> Self:
        vocabulary = resources.of(Vocabulary)
        captions = [encoded(truth, vocabulary) for truth in examples["train"].truth]
        self.idf_ = Bags.count([group for group in captions if group], vocabulary).idf
        return self

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[Array]:
        vocabulary, bags = resources.of(Vocabulary), Bags(self.idf_)
        said = [[tuple(vocabulary.encode(tuple(_words(scene.graph))))] for scene in scenes]
        return list(bags.of(said).astype(np.float32))


def _words(graph: SceneGraph) -> Iterator[str]:
    for node in graph.nodes:
        yield from spoken(node.label).split()
        yield from (node.attribute or "").split()
    for edge in graph.edges:
        yield from edge.preposition.split()
