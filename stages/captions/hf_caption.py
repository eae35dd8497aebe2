"""Captions by any image-to-text model of the transformers library, from a folder or from the Hugging Face hub.

Nothing is learned here. A folder counts by the content of its files; a model on the hub is named with its commit, since
a name alone may mean other weights tomorrow. See docs/hugging_face.md.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.config import option
from pipeline.errors import BadOption
from pipeline.images import read
from pipeline.records import Caption, Evidence, Scene
from pipeline.stage import Resources, Stage

_ON_THE_HUB = re.compile(r"([\w.-]+(?:/[\w.-]+)?)@([0-9a-f]{40})")


@dataclass(frozen=True, slots=True)
class Config:
    folder: str = option("", "folder of a model with its tokeniser and image processor", affects="predict", file=True)
    hub: str = option("", "in its place, NAME@COMMIT of one on the hub", affects="predict")
    prompt: str = option("", "text given with the photo, marks for the image and all", affects="predict")
    beam: int = option(3, "sentences followed at once when speaking", low=1, high=100, affects="predict")
    longest: int = option(30, "tokens of a caption, at most", low=1, affects="predict")
    n_best: int = option(1, "captions given for a photo, best first; at most `beam`", low=1, affects="predict")


class HfCaption(Stage[Config, tuple[Caption, ...]]):
    """What the model says of the photo, token log-probabilities summed over words; nothing where it says nothing.

    Raises:
        BadOption: if neither or both of `folder` and `hub` are given, they are not as they should be, or the model
            cannot read `prompt` or say as much as `longest`.
        MissingDependency: without transformers, or without a connection to a hub that is needed.
    """

    name = "hf_caption"
    writes = "captions"
    config_type = Config

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[Caption, ...]]:
        from stages.networks.device import resolve
        from stages.networks.hugging_face import load

        where, revision = self._model()
        if not scenes:
            return []
        options, batch = self.config, self.runtime.batch
        speaker = load(where, revision, resolve(self.runtime.device))
        captions: list[tuple[Caption, ...]] = []
        for start in range(0, len(scenes), batch):
            photos = [read(scene.image) for scene in scenes[start : start + batch]]
            for said in speaker.say(photos, options.prompt, options.beam, options.longest, options.n_best):
                captions.append(
                    tuple(
                        Caption(
                            one.text, one.words, one.scores, one.log_probability, (Evidence("model"),) * len(one.words)
                        )
                        for one in said
                    )
                )
        return captions

    def _model(self) -> tuple[str, str]:
        """Folder and "", or name and commit."""
        folder, hub = self.config.folder, self.config.hub
        if bool(folder) == bool(hub):
            raise BadOption("hf_caption wants one model: write hf_caption:folder=DIR or hf_caption:hub=NAME@COMMIT")
        if folder:
            return folder, ""
        named = _ON_THE_HUB.fullmatch(hub)
        if not named:
            raise BadOption(
                f"hub={hub!r} should be NAME@COMMIT, with the 40 digits of the commit that the model's page on the hub"
                " shows under its files"
            )
        return named[1], named[2]
