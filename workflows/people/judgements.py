"""Judgements of captions by people, as Hodosh et al. (2013) distribute them with Flickr8k, and what they are of.

`ExpertAnnotations.txt`: photo, caption and three scores from 1 to 4. `CrowdFlowerAnnotations.txt`: photo, caption, the
share of people who said that it describes the photo, and how many said yes and no. Captions are named by photo and
number, mostly of other photos than the one they are judged under.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from pipeline.errors import BadData
from stages.analysis.correlation import Judged
from stages.analysis.kendall import Variant

Format: TypeAlias = Literal["expert", "crowdflower"]
VARIANTS: Mapping[str, Variant] = {"expert": "c", "crowdflower": "b"}
"""The tau that is published of each: scores of four levels, shares with many ties."""
_LAYOUT = {
    "expert": "photo.jpg<TAB>photo.jpg#number<TAB>three scores from 1 to 4",
    "crowdflower": "photo.jpg<TAB>photo.jpg#number<TAB>share of yes<TAB>yes<TAB>no",
}


@dataclass(frozen=True, slots=True)
class Judgements:
    """What was judged, each caption's text, and the references of its photo to compare it with; `left_out` counts
    captions that are among their photo's references, or whose photo has no other reference left."""

    judged: tuple[Judged, ...]
    texts: tuple[str, ...]
    references: tuple[tuple[str, ...], ...]
    left_out: int


def read_judgements(file: Path, layout: Format, captions: Mapping[str, Mapping[str, str]]) -> Judgements:
    """The judgements of a file that can be held against a metric.

    A metric that is handed one of the references knows the answer. Of Expert such a caption is left out (Anderson et
    al. 2016). Of CrowdFlower, where it is among the few that are right, it stays and the photo loses that reference
    instead, as in published correlations (Hessel et al. 2021, appendix A); it is left out where no other is left.

    Args:
        captions: photo file -> number -> caption.

    Raises:
        BadData: for a line that does not fit the format, an unknown photo or caption, and where nothing is left.
    """
    rows = _rows(file, layout, captions)
    withheld: dict[str, set[str]] = defaultdict(set)
    if layout == "crowdflower":
        for _, photo, text, _ in rows:
            withheld[photo].add(text)
    judged, texts, references, left_out = [], [], [], 0
    for name, photo, text, values in rows:
        others = tuple(said for said in captions[photo].values() if said not in withheld[photo])
        if text in others or not others:
            left_out += 1
            continue
        judged.append(Judged(name, photo, values))
        texts.append(text)
        references.append(others)
    if not judged:
        raise BadData(f"{file}: every caption judged is a reference of its photo; give judgements of other captions")
    return Judgements(tuple(judged), tuple(texts), tuple(references), left_out)


def _rows(
    file: Path, layout: Format, captions: Mapping[str, Mapping[str, str]]
) -> list[tuple[str, str, str, tuple[float, ...]]]:
    """(name of the pair, photo, text, values) of every line."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadData(f"{file} cannot be read: {error}; give a file of judgements in UTF-8") from None
    found: dict[str, tuple[str, str, str, tuple[float, ...]]] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where, cells = f"{file} line {number}", [cell.strip() for cell in line.split("\t")]
        values = _values(cells[2:], layout)
        if len(cells) != 5 or not values:
            raise BadData(f"{where} is {line!r}; it should be {_LAYOUT[layout]}: is --format {layout} right?")
        photo, caption = cells[:2]
        source, _, place = caption.rpartition("#")
        if photo not in captions:
            raise BadData(
                f"{where}: there is no photo {photo!r} in the dataset's captions; give its whole captions file"
            )
        if place not in captions.get(source, {}):
            raise BadData(f"{where}: there is no caption {caption!r} in the dataset; give its whole captions file")
        name = f"{photo} {caption}"
        if name in found:
            raise BadData(f"{where} judges {caption!r} under {photo!r} a second time; keep one of the two")
        found[name] = (name, photo, captions[source][place], values)
    if not found:
        raise BadData(f"{file} holds no judgements; a line should be {_LAYOUT[layout]}")
    return list(found.values())


def _values(cells: Sequence[str], layout: Format) -> tuple[float, ...]:
    """The judgements of a line; none where they are not what the format says."""
    try:
        one, two, three = (float(cell) for cell in cells)
    except ValueError:
        return ()
    if layout == "expert":
        return (one, two, three) if {one, two, three} <= {1.0, 2.0, 3.0, 4.0} else ()
    right = min(two, three) >= 0 and two + three > 0 and abs(one - two / (two + three)) < 0.01
    return (one,) if right else ()
