"""The stage: from the mean of a grid to captions."""

from pathlib import Path

from pipeline.records import Evidence
from stages.captions.neuraltalk import Config, NeuralTalk
from tests.captions.animals import learns_to_name_animals

SMALL = Config(word=16, hidden=24, dropout=0.0, batch=8, learning_rate=0.02, epochs=8)


def test_it_names_what_is_in_photos_it_never_saw(tmp_path: Path) -> None:
    for caption in learns_to_name_animals(NeuralTalk, SMALL, tmp_path):
        assert caption.evidence == (Evidence("state"),) * len(caption.words)
