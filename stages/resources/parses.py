"""The parses of all training captions, made once for every stage and resource that reads them."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import ClassVar, Self

import numpy as np

from pipeline.config import NoOptions
from pipeline.records import Array, Truth
from pipeline.stage import Resource, Resources
from stages.language.english import Parse, parse


class Parses(Resource[NoOptions]):
    """A sequence of `Parse`s, one a training caption in the order of the photos; each is built when it is asked for.

    Kept as seven bytes a token: an index into the distinct (word, lemma, tag) forms, the distance to the head and an
    index into the dependency labels.

    Attributes:
        forms_: the distinct (word, lemma, tag).
        dependencies_: the distinct dependency labels.
        tokens_: (tokens,) uint32, index of the form.
        heads_: (tokens,) int16, head minus own index.
        labels_: (tokens,) uint8, index of the dependency label.
        ends_: (captions,) int64, where each caption ends among the tokens.
        photos_: (photos,) int64, where each photo ends among the captions.
        ids_: the photos.
    """

    name: ClassVar[str] = "parses"
    version: ClassVar[int] = 2

    forms_: tuple[tuple[str, str, str], ...]
    dependencies_: tuple[str, ...]
    tokens_: Array
    heads_: Array
    labels_: Array
    ends_: Array
    photos_: Array
    ids_: tuple[str, ...]

    def fit(self, truth: Sequence[Truth], resources: Resources) -> Self:
        captions = [caption for item in truth for caption in item.captions]
        distinct = dict.fromkeys(captions)
        progress = self.runtime.progress(parse(distinct), "parse captions", len(distinct))
        parsed = dict(zip(distinct, progress, strict=True))
        forms: dict[tuple[str, str, str], int] = {}
        dependencies: dict[str, int] = {}
        tokens: list[int] = []
        heads: list[int] = []
        labels: list[int] = []
        ends: list[int] = []
        for caption in captions:
            one = parsed[caption]
            tokens += [forms.setdefault(f, len(forms)) for f in zip(one.words, one.lemmas, one.tags, strict=True)]
            heads += [head - index for index, head in enumerate(one.heads)]
            labels += [dependencies.setdefault(name, len(dependencies)) for name in one.dependencies]
            ends.append(len(tokens))
        self.forms_, self.dependencies_ = tuple(forms), tuple(dependencies)
        self.tokens_, self.heads_ = np.array(tokens, dtype=np.uint32), np.array(heads, dtype=np.int16)
        self.labels_, self.ends_ = np.array(labels, dtype=np.uint8), np.array(ends, dtype=np.int64)
        self.photos_ = np.cumsum([len(item.captions) for item in truth], dtype=np.int64)
        self.ids_ = tuple(item.id for item in truth)
        vars(self).pop("_places", None)
        return self

    def __len__(self) -> int:
        return len(self.ends_)

    def __getitem__(self, caption: int) -> Parse:
        if not 0 <= caption < len(self):
            raise IndexError(f"caption {caption} of {len(self)}")
        start, end = int(self.ends_[caption - 1]) if caption else 0, int(self.ends_[caption])
        forms = [self.forms_[token] for token in self.tokens_[start:end].tolist()]
        return Parse(
            words=tuple(word for word, _, _ in forms),
            lemmas=tuple(lemma for _, lemma, _ in forms),
            tags=tuple(tag for _, _, tag in forms),
            heads=tuple(index + step for index, step in enumerate(self.heads_[start:end].tolist())),
            dependencies=tuple(self.dependencies_[label] for label in self.labels_[start:end].tolist()),
        )

    def __iter__(self) -> Iterator[Parse]:
        return (self[caption] for caption in range(len(self)))

    def photos(self) -> Iterator[tuple[Parse, ...]]:
        """The parses of each training photo's captions."""
        return (self._photo(place) for place in range(len(self.photos_)))

    def of(self, photo: str) -> tuple[Parse, ...]:
        """The parses of one training photo's captions, by its id; of any other photo, none."""
        place = self._places.get(photo)
        return () if place is None else self._photo(place)

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {photo: place for place, photo in enumerate(self.ids_)}

    def _photo(self, place: int) -> tuple[Parse, ...]:
        start, end = int(self.photos_[place - 1]) if place else 0, int(self.photos_[place])
        return tuple(self[caption] for caption in range(start, end))
