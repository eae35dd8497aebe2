"""What people said of the training photos: the sentences that a system may have learned by heart."""

from collections.abc import Sequence

from pipeline.config import NoOptions
from pipeline.errors import BadData
from pipeline.records import Truth
from pipeline.stage import Resource, Resources
from pipeline.text import tokenise


class TrainingCaptions(Resource[NoOptions]):
    """The different training captions as words, without capitals and punctuation.

    Raises:
        BadData: if no training photo has a caption.
    """

    name = "training_captions"
    known_: tuple[str, ...]  # words joined by spaces, in alphabetical order

    def fit(self, truth: Sequence[Truth], resources: Resources) -> "TrainingCaptions":
        self.known_ = tuple(sorted({said(caption) for item in truth for caption in item.captions}))
        if not self.known_:
            raise BadData("no training photo has a caption: training_captions needs some")
        return self


def said(caption: str) -> str:
    """A caption as it is compared."""
    return " ".join(tokenise(caption))
