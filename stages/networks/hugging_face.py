"""Models of the transformers library that put photos into words: loaded, and asked for sentences with their scores.

Any of its image-to-text models will do (ViT-GPT2, BLIP, GIT, LLaVA ...). Weights are taken as float32, so that every
device gives the same answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import PIL.Image
import torch
from torch import Tensor

from pipeline.errors import BadOption, MissingDependency
from pipeline.records import Array


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a model said: the text, its words (apart by white space), the log-probability of each, that of the whole.

    A word's is the sum of its tokens'; the whole has the end of the sentence besides, where it came to one.
    """

    text: str
    words: tuple[str, ...]
    scores: tuple[float, ...]
    log_probability: float


@dataclass(frozen=True, slots=True)
class Speaker:
    """A model with what makes tensors of photos and text of tokens, and the tokens that end a sentence."""

    model: Any
    look: Any
    tokeniser: Any
    ends: frozenset[int]

    def say(self, photos: Sequence[Array], prompt: str, beam: int, longest: int, n_best: int) -> list[list[Sentence]]:
        """The best sentences of each photo, (height, width, 3) uint8 RGB, best first, leaving out empty ones.

        Photos that the model sees in one size are looked at together; padding others would change answers.

        Raises:
            BadOption: for a prompt to a model that reads none, or more tokens than it has places for.
        """
        if prompt and not hasattr(self.look, "image_processor"):
            raise BadOption(f"prompt={prompt!r} is for models that read; this one sees the photo alone: leave it out")
        text = {"text": prompt} if prompt else {}
        seen = [dict(self.look(images=PIL.Image.fromarray(photo), return_tensors="pt", **text)) for photo in photos]
        said: list[list[Sentence]] = []
        for _, alike in groupby(seen, key=lambda inputs: {name: part.shape for name, part in inputs.items()}):
            group = list(alike)
            inputs = {name: torch.cat([one[name] for one in group]).to(self.model.device) for name in group[0]}
            found = iter(self._sentences(inputs, beam, longest, min(n_best, beam)))
            said += [[one for one in islice(found, min(n_best, beam)) if one.words] for _ in group]
        return said

    def _sentences(self, inputs: dict[str, Tensor], beam: int, longest: int, n_best: int) -> list[Sentence]:
        begun = inputs["input_ids"].shape[1] if "input_ids" in inputs else 1  # the prompt, or the symbol that starts
        places = getattr(self.model.config.get_text_config(decoder=True), "max_position_embeddings", None)
        if places is not None and longest > (most := places - begun + 1):  # the last token is not read again
            shorter = ", or a shorter prompt" if begun > 1 else ""
            raise BadOption(
                f"longest={longest}: the model has places for {places} tokens, {begun} of them before the caption: take"
                f" longest={most} or less{shorter}"
            )
        asked = {"num_beams": beam, "num_return_sequences": n_best, "max_new_tokens": longest, "do_sample": False}
        with torch.inference_mode():
            found = self.model.generate(**inputs, **asked, output_scores=True, return_dict_in_generate=True)
            indices = found.beam_indices if beam > 1 else None
            # beam search keeps log-probabilities, greedy search what the softmax is taken of
            scores = self.model.compute_transition_scores(
                found.sequences, found.scores, indices, normalize_logits=beam == 1
            )
        tokens = found.sequences[:, -scores.shape[1] :]  # behind a prompt, or the symbol that starts
        return [self._sentence(*row) for row in zip(tokens.tolist(), scores.tolist(), strict=True)]

    def _sentence(self, tokens: list[int], scores: list[float]) -> Sentence:
        length = next((place + 1 for place, token in enumerate(tokens) if token in self.ends), len(tokens))
        prefixes = [self._text(tokens[: place + 1]) for place in range(length)]
        words = prefixes[-1].split()
        totals = [0.0] * len(words)
        for token, prefix, score in zip(tokens, prefixes, scores, strict=False):
            if words and token not in self.ends:
                totals[min(max(len(prefix.split()), 1), len(words)) - 1] += score
        return Sentence(" ".join(words), tuple(words), tuple(totals), sum(scores[:length]))

    def _text(self, tokens: list[int]) -> str:
        text: str = self.tokeniser.decode(tokens, skip_special_tokens=True)
        return text


@cache
def load(where: str, revision: str, device: str) -> Speaker:
    """The model in a folder, or, where a revision is given, that of this name on the hub (from its cache, if there).

    Raises:
        MissingDependency: if transformers is not installed, or the hub neither was nor can be asked for the model.
        BadOption: if the folder does not hold an image-to-text model with its tokeniser and its image processor.
    """
    try:
        import transformers
    except ImportError:
        raise MissingDependency("models of transformers need it installed: pip install 'captionloom[hf]'") from None
    if not revision and not Path(where, "config.json").is_file():
        raise BadOption(
            f"folder={where!r} has no config.json: give the folder that a model was saved to, with all files"
        )
    given = {"revision": revision} if revision else {"local_files_only": True}
    try:
        look = transformers.AutoProcessor.from_pretrained(where, **given)
        if not hasattr(look, "image_processor"):  # models put together of two halves have no processor of their own
            look = transformers.AutoImageProcessor.from_pretrained(where, **given)
        tokeniser = transformers.AutoTokenizer.from_pretrained(where, **given)
        model = transformers.AutoModelForImageTextToText.from_pretrained(where, **given)
    except (OSError, ValueError, KeyError) as error:
        what = " ".join(str(error).split()[:40])
        if revision:
            raise MissingDependency(
                f"{where} at {revision} cannot be had from the hub ({what}): look at its name and revision, or load it"
                " where there is a connection and give folder=DIR"
            ) from error
        raise BadOption(
            f"folder={where!r} holds no image-to-text model that can be loaded ({what}): save the model, its tokeniser"
            " and its image processor there by save_pretrained"
        ) from error
    named = model.generation_config.eos_token_id
    ends = {*(named if isinstance(named, list) else [named]), tokeniser.eos_token_id, tokeniser.sep_token_id} - {None}
    return Speaker(model.float().eval().requires_grad_(False).to(device), look, tokeniser, frozenset(ends))
