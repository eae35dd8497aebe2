"""In how many training photos' captions each n-gram occurs: the idf of CIDEr-D as a reward and a stopping rule.

Scores with this idf are not those of an evaluation, whose idf comes from the evaluated references.
"""

from collections.abc import Sequence

from pipeline.config import NoOptions
from pipeline.records import Array, Truth
from pipeline.stage import Resource, Resources
from pipeline.text import tokenise
from stages.language.cider import DocumentFrequencies


class Idf(Resource[NoOptions]):
    """Document frequencies of n-grams of one to four words; a document is all captions of one photo."""

    name = "idf"
    ngrams_: Array  # (n-grams,) uint64 fingerprints, rising
    counts_: Array  # (n-grams,) int32, photos that have it
    photos_: int

    def fit(self, truth: Sequence[Truth], resources: Resources) -> "Idf":
        captions = ([tokenise(caption) for caption in item.captions] for item in truth if item.captions)
        found = DocumentFrequencies.count(captions)
        self.ngrams_, self.counts_, self.photos_ = found.ngrams, found.counts, found.documents
        return self

    @property
    def frequencies(self) -> DocumentFrequencies:
        return DocumentFrequencies(self.ngrams_, self.counts_, self.photos_)
