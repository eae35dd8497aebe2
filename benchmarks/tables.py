"""Write the tables of README from benchmarks/results: `python -m benchmarks.tables`."""

import json
import re
import textwrap
from pathlib import Path
from typing import Any

_DRAWING = (
    "  .--------------------------------.",
    "  |     (~~~)              (~~)    |",
    "  |          sky           __|_    |",
    "  |                      /_____\\   |",
    "  |______________________|[]|[]|___|",
    "  |   grass                        |",
    "  |~~~~~~~~~ >(')____,~~~~~~~~~~~~~|",
    "  |  ~   ~    (_____/    ~  water  |",
    "  '--------------------------------'",
)
ROOT = Path(__file__).resolve().parents[1]
SHOWN = ("BLEU-1", "BLEU-4", "METEOR", "ROUGE-L", "CIDEr-D")
AXES = {"objects precision": 2, "tuple_f1": 3, "CHAIR-i": 2, "perplexity": 1, "grammar faults": 2}
"""Scores of what is true and of what is smooth, and the digits worth printing."""


def replaced(readme: str) -> str:
    """README with each block between `<!-- NAME -->` and `<!-- /NAME -->` made anew from the results."""
    for name, table in _TABLES.items():
        block = f"<!-- {name} -->\n{table()}\n<!-- /{name} -->"
        readme = re.sub(rf"<!-- {name} -->.*?<!-- /{name} -->", lambda match, new=block: new, readme, flags=re.DOTALL)
    return readme


def _example() -> str:
    """What every plan says of one photo, with the scene drawn in letters."""
    demo = figures_of("demo")
    order = ("human", "babytalk_oracle", "babytalk", "show_attend_tell")
    lines = [textwrap.wrap(demo["said"][plan], 62) for plan in order]
    said = [
        f"  {plan if not place else '':<17} {line}"
        for plan, part in zip(order, lines, strict=True)
        for place, line in enumerate(part)
    ]
    return "\n".join(["```", f"  {demo['photo']}", *_DRAWING, *said, "```"])


def _scores(*benches: str) -> str:
    """Every plan against all references but one at a time, so that people can stand among them, with half the width of
    the 95 % interval of CIDEr-D; how relevant and how fluent its captions are; where objects are boxed, also the share
    of those named that are there and of those there that are named. Benches of the same photos
    share a table."""
    parts = [figures_of(bench) for bench in benches]
    objects, photos = _by_plan(parts, "objects"), _by_plan(parts, "photos")
    intervals = _by_plan(parts, "intervals", "leave_one_out")
    columns = [*SHOWN, *AXES, *(("boxed: precision", "recall") if objects else ())]
    lines = ["| plan | " + " | ".join(columns) + " |", "|---|" + "---|" * len(columns)]
    for plan, values in _by_plan(parts, "scores", "leave_one_out").items():
        named = [_share(objects[plan][part]) for part in ("precision", "recall")] if objects else []
        cells = [f"{values[name]:.3f}" for name in SHOWN]
        bounds = intervals.get(plan, {}).get(SHOWN[-1])
        if bounds:
            cells[-1] += f" ±{(bounds[1] - bounds[0]) / 2:.3f}".replace("±0.", "±.")
        axes = [f"{values[name]:.{digits}f}" if name in values else "-" for name, digits in AXES.items()]
        some = f" ({photos[plan]} photos)" if photos and photos[plan] < max(photos.values()) else ""
        lines.append(f"| {plan}{some} | " + " | ".join([*cells, *axes, *named]) + " |")
    return "\n".join(lines)


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _by_plan(parts: list[Any], *path: str) -> dict[str, Any]:
    """What is at a path in the figures of some benches, one after the other; nothing where a bench has none."""
    found: dict[str, Any] = {}
    for part in parts:
        for step in path:
            part = part.get(step, {})
        found |= part
    return found


def _speed() -> str:
    demo, detector, crf = figures_of("demo"), figures_of("detector"), figures_of("crf")
    neural = figures_of("neural_speed")
    rows = [
        ("`make demo`, from an empty store", f"{demo['first_seconds'] / 60:.1f} min", "demo"),
        ("the same again", f"{demo['second_seconds']:.1f} s", "demo"),
        ("scenes drawn and written", f"{figures_of('drawing')['photos_per_second']:.0f} photos/s", "drawing"),
        ("`hog_svm`, mAP@.5 on 24 kinds of thing", f"{detector['mean_average_precision']:.2f}", "detector"),
        ("`hog_svm`, one core", f"{detector['photos_per_second']:.1f} photos/s", "detector"),
        (
            "`logistic`, mean AP on true boxes",
            f"{figures_of('attributes')['mean_average_precision']:.2f}",
            "attributes",
        ),
        ("`crf`, exact, with margins", f"{crf['mean_ms']:.1f} ms/photo", "crf"),
        ("`cnn_grid`, of the speed of a bare loop", f"{figures_of('grid')['share_of_bare']:.2f}", "grid"),
        (
            "`babytalk` after its detector, one core",
            f"{figures_of('chain')['photos_per_second']:.0f} photos/s",
            "chain",
        ),
        (
            "CIDEr-D of 80 captions as a reward, against pycocoevalcap",
            f"{figures_of('cider')['times_as_fast']:.0f} x",
            "cider",
        ),
        ("training `show_attend_tell`, against a plain loop", f"{neural['plain_over_ours']:.1f} x", "neural_speed"),
        ("its beams of 5, 64 photos against one by one", f"{neural['one_by_one_over_beam_5']:.1f} x", "neural_speed"),
        ("the same with `int8=true`", f"{neural['one_by_one_over_int8_beam_5']:.1f} x", "neural_speed"),
    ]
    lines = ["| what | measured | by `python -m benchmarks.run` |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {what} | {value} | {bench} |" for what, value, bench in rows)])


def figures_of(name: str) -> Any:
    """What a bench found."""
    return json.loads((ROOT / "benchmarks" / "results" / f"{name}.json").read_text(encoding="utf-8"))["figures"]


_TABLES = {
    "example": _example,
    "scores": lambda: _scores("demo"),
    "pascal": lambda: _scores("pascal"),
    "pascal_by_flickr": lambda: _scores("pascal_by_flickr", "pascal_by_flickr_others"),
    "flickr": lambda: _scores("flickr", "flickr_others"),
    "flickr_by_pascal": lambda: _scores("flickr_by_pascal"),
    "speed": _speed,
}


if __name__ == "__main__":
    file = ROOT / "README.md"
    file.write_text(replaced(file.read_text(encoding="utf-8")), encoding="utf-8")
