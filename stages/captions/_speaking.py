"""What the fluent captioners share: captions to learn from, gaps to speak with, how much to say, and the way out."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from pipeline.records import Caption, Evidence, Scene, Truth
from pipeline.stage import Resources
from pipeline.text import tokenise
from stages.captions._gaps import END, NECESSARY, Aligned, aligned
from stages.captions._items import Item
from stages.captions._phrases import Meaning, Phrase, caption, words
from stages.language.cider import cider_d
from stages.language.english import Parse, parse
from stages.resources.idf import Idf
from stages.resources.parses import Parses

MOST_GAPS = 120
CHANCES = (0.2, 0.3, 0.4, 0.5)
"""Least chances of being mentioned that are tried where none is given."""
ATTRIBUTES = (0.5, 0.35, 0.2)
"""Those of an attribute, of an object that is mentioned."""


def parsed(truth: Sequence[Truth], resources: Resources) -> list[Sequence[Parse]]:
    """The parses of each photo's captions: those made already where the photo is a training photo."""
    known = resources.of(Parses)
    return [known.of(item.id) or tuple(parse(item.captions)) for item in truth]


Heard: TypeAlias = dict[str, tuple[tuple[str, ...], ...]]
"""Gap -> the labels that people named first, just before and just after it."""


def frequent(
    captions: Iterable[Sequence[Parse]], labels: Sequence[str], least: int
) -> tuple[list[list[Aligned]], tuple[str, ...], Heard]:
    """The aligned captions of each photo, their gaps seen `least` times or more with those that are necessary, and with
    which labels each gap was heard.

    A rare gap before a noun is taken for the commonest with the same words before another article; a caption with one
    that is still rare is left out.
    """
    found = [[one for parse in parses if (one := aligned(parse, labels))] for parses in captions]
    counts = Counter(gap for photo in found for one in photo for gap in one.gaps)
    common = [gap for gap, count in counts.items() if count >= least]
    common = sorted(common, key=lambda gap: (-counts[gap], gap))[:MOST_GAPS]
    gaps = (*common, *(gap for gap in NECESSARY if gap not in common))
    inner = [gap for gap in common if " " in gap and not gap.endswith(END)]
    alike = {gap.rpartition(" ")[0]: gap for gap in reversed(inner)}
    told = {
        gap: gap if gap in gaps else None if gap.endswith(END) else alike.get(gap.rpartition(" ")[0]) for gap in counts
    }
    heard: dict[str, tuple[set[str], set[str], set[str]]] = {gap: (set(), set(), set()) for gap in gaps}
    kept: list[list[Aligned]] = []
    for photo in found:
        kept.append([])
        for one in photo:
            usable = [told[gap] for gap in one.gaps]
            for at, gap in enumerate(usable[1:]):
                if gap is not None:
                    first, before, after = heard[gap]
                    first.add(one.labels[0])
                    before.add(one.labels[at])
                    after.update(one.labels[at + 1 : at + 2])
            if None not in usable:
                kept[-1].append(Aligned(one.labels, one.numbers, tuple(gap for gap in usable if gap is not None)))
    return kept, gaps, {gap: tuple(tuple(sorted(group)) for group in groups) for gap, groups in heard.items()}


def known_labels(scenes: Iterable[Scene]) -> tuple[str, ...]:
    """Every label that the detections or graphs of some photos have."""
    return tuple(
        sorted(
            {label for scene in scenes for detection in scene.detections for label, _ in detection.labels}
            | {node.label for scene in scenes for node in scene.graph.nodes}
        )
    )


def spoken_of(items: Sequence[Item], chance: float, most: int) -> list[Item]:
    """The items worth a sentence: at least the likeliest one."""
    return [item for place, item in enumerate(items[:most]) if not place or item.chance >= chance]


def agreement(said: Sequence[Caption], truth: Sequence[Truth], resources: Resources) -> float:
    """Mean CIDEr-D of captions against those of people, by the training captions' idf; 0 where people said nothing."""
    pairs = [
        (tokenise(one.text), [tokenise(text) for text in item.captions])
        for one, item in zip(said, truth, strict=True)
        if item.captions
    ]
    if not pairs:
        return 0.0
    ours, references = zip(*pairs, strict=True)
    return float(cider_d(ours, references, resources.of(Idf).frequencies).mean())


def preferred(tried: Sequence[float], value: Callable[[float], float]) -> float:
    """The setting of the best value; the first of equals."""
    return max(tried, key=lambda one: round(value(one), 6))


def said(phrase: Phrase, log_probability: float | None = None) -> Caption:
    """One sentence as a caption."""
    made = caption([phrase])
    return Caption(made.text, made.words, log_probability=log_probability, evidence=made.evidence)


def general() -> Caption:
    """What is true of any photo, where nothing was detected."""
    return said(words("This is a photograph", Evidence("template")))


def related(meant: Meaning) -> dict[tuple[str, str], str]:
    """(label, label) -> the preposition that the graph has between them, most worth saying first."""
    found: dict[tuple[str, str], str] = {}
    for first, edge, second in meant.edges:
        found.setdefault((first.label, second.label), edge.preposition)
    return found
