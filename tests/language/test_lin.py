"""Lin's likeness on a WordNet of six senses, and what is said where there is none."""

import math
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from pipeline.errors import MissingDependency
from stages.language import lin as module
from stages.language.lin import check, lin

PARENTS = {
    "entity": None,
    "animal": "entity",
    "dog.1": "animal",
    "cat.1": "animal",
    "car.1": "entity",
    "dog.2": "entity",
}
SHARES = {"entity": 1.0, "animal": 0.25, "dog.1": 0.125, "cat.1": 0.0625, "car.1": 0.5, "dog.2": 0.25}


@dataclass(frozen=True)
class Sense:
    name: str

    def above(self) -> list[str]:
        chain, name = [self.name], PARENTS[self.name]
        while name:
            chain.append(name)
            name = PARENTS[name]
        return chain

    def lin_similarity(self, other: "Sense", counts: dict[str, float]) -> float:
        shared = next(name for name in self.above() if name in other.above())
        return 2 * counts[shared] / (counts[self.name] + counts[other.name])


class WordNet:
    NOUN = "n"

    def ensure_loaded(self) -> None: ...

    def synsets(self, word: str, pos: str) -> list[Sense]:
        assert pos == "n"
        return [Sense(name) for name in PARENTS if name.split(".")[0] == word]


@pytest.fixture(autouse=True)
def unremembered() -> Iterator[None]:
    yield
    module._wordnet.cache_clear()
    lin.cache_clear()


@pytest.fixture
def wordnet(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    corpus = types.ModuleType("nltk.corpus")
    content = {name: -math.log(share) for name, share in SHARES.items()}
    corpus.wordnet = WordNet()
    corpus.wordnet_ic = types.SimpleNamespace(ic=lambda file: content)
    monkeypatch.setitem(sys.modules, "nltk", types.ModuleType("nltk"))
    monkeypatch.setitem(sys.modules, "nltk.corpus", corpus)
    return corpus


@pytest.mark.usefixtures("wordnet")
def test_likeness_is_twice_the_shared_content_over_the_contents() -> None:
    # IC in bits: animal 2, dog.1 3, cat.1 4; 2 * 2 / (3 + 4). The root holds nothing.
    assert lin("dog", "cat") == pytest.approx(4 / 7)
    assert lin("cat", "dog") == pytest.approx(4 / 7)
    assert lin("dog", "car") == 0.0
    assert lin("dog", "dog") == 1.0


@pytest.mark.usefixtures("wordnet")
def test_a_word_that_wordnet_lacks_is_like_itself_alone() -> None:
    assert lin("gizmo", "dog") == 0.0
    assert lin("gizmo", "gizmo") == 1.0


def test_without_nltk_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nltk", None)
    monkeypatch.setitem(sys.modules, "nltk.corpus", None)
    with pytest.raises(MissingDependency, match=r"pip install nltk.*similarity=distributional"):
        check()


def test_without_its_data_the_remedy_is_named(wordnet: types.ModuleType) -> None:
    def lost(file: str) -> None:
        raise LookupError(file)

    wordnet.wordnet_ic = types.SimpleNamespace(ic=lost)
    with pytest.raises(MissingDependency, match=r"nltk.downloader wordnet wordnet_ic.*similarity=distributional"):
        check()
