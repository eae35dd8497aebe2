"""From what was typed to checked plans and datasets: names, files, swaps, folders."""

import dataclasses
import os
import typing
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline.config import spell, split_spec
from pipeline.errors import BadOption, BadPlan, UnknownName
from pipeline.keys import Source, check_truth
from pipeline.plan import Plan
from pipeline.plan_file import read_plan
from pipeline.records import FIELDS
from pipeline.registry import choose, get, registered

SHIPPED = Path(__file__).parent / "plans"


def plan_names() -> tuple[str, ...]:
    """The plans that come with captionloom."""
    return tuple(sorted(file.stem for file in SHIPPED.glob("*.toml")))


def usual_metrics() -> tuple[str, ...]:
    """The metrics that a table has when none are named."""
    every = ((name, get("metrics", name).expected) for name in registered("metrics"))
    return tuple(name for name, expected in every if expected or not choose("metrics", name).create().unavailable())


def metrics_of(given: Sequence[str]) -> tuple[str, ...]:
    """Those given, or the usual ones.

    Raises:
        BadOption: for one given twice, with other options: their scores have the same names.
    """
    names = [split_spec(text)[0] for text in given]
    for name in names:
        if names.count(name) > 1:
            raise BadOption(
                f"metric {name} is given twice, and scores go by its name: compare with one, then the other"
            )
    return tuple(given) or usual_metrics()


def find_plan(text: str, fitted_on: str = "") -> Plan:
    """A shipped plan by name, a plan of one's own by its .toml file, or captions made elsewhere by their .json file.

    Where the plan's file says that something is otherwise when it is fitted on the dataset named, it is.

    Raises:
        UnknownName: naming the nearest shipped plan.
        BadPlan: for a file that is no plan, or plans that build on each other in a circle.
    """
    return _find(text, fitted_on, ())


def _find(text: str, fitted_on: str, above: tuple[Path, ...]) -> Plan:
    """A plan, which those of the files `above` build on, the last one on it."""
    if text.endswith(".json"):
        captions = spell("from_file", get("captions", "from_file").config_type(path=text))
        return Plan(Path(text).stem, {"captions": captions}, title=f"captions read from {Path(text).name}")
    if not text.endswith(".toml") and text not in plan_names():
        raise UnknownName("plan", text, plan_names())
    file = Path(text) if text.endswith(".toml") else SHIPPED / f"{text}.toml"
    place = Path(os.path.realpath(file))
    if place in above:
        circle = " from ".join(one.stem for one in (*above[above.index(place) :], place))
        raise BadPlan(f"plans build on each other in a circle, {circle}: take out one of their `from`")
    return read_plan(file, fitted_on, lambda name: _find(_beside(file, name), fitted_on, (*above, place)))


def _beside(file: Path, name: str) -> str:
    """What a plan's file calls a plan: files lie beside it."""
    return str(file.parent / name) if name.endswith((".toml", ".json")) else name


def find_plans(texts: Iterable[str], swaps: Sequence[str], on: Source | None, fitted_on: str = "") -> tuple[Plan, ...]:
    """The plans of a run, swapped and checked, also against the dataset they are to run on if it is known.

    Raises:
        BadPlan: for no plan, two of one name, a swap that fits none of them, or a plan that cannot work.
    """
    return ready([find_plan(text, fitted_on) for text in texts], swaps, on)


def ready(plans: list[Plan], swaps: Sequence[str], on: Source | None) -> tuple[Plan, ...]:
    """Plans swapped and checked; see `find_plans`."""
    if not plans:
        raise BadPlan(f"no plan given; shipped plans: {', '.join(plan_names())}")
    names = [plan.name for plan in plans]
    for name in names:
        if names.count(name) > 1:
            raise BadPlan(f"two plans are called {name!r}; rename one of the files")
    changed = swapped(plans, swaps)
    for plan in changed:
        plan.check()
        if on:
            check_truth(plan, on)
    return changed


def swapped(plans: Iterable[Plan], swaps: Sequence[str]) -> tuple[Plan, ...]:
    """Plans with stages swapped in, each swap in all plans that it fits.

    Raises:
        BadOption, BadPlan, UnknownName: for a swap that is none, is given twice or fits no plan.
    """
    places = [swap.partition("=")[0].strip() for swap in swaps]
    for place in places:
        if places.count(place) > 1:
            raise BadOption(f"{place} is swapped twice; compare plans of two names, or use captionloom substitute")
    changed = [*plans]
    for swap in swaps:
        changed = _swapped(changed, swap)
    return tuple(changed)


def seeded(plans: Iterable[Plan], seeds: Sequence[str]) -> dict[str, tuple[Plan, ...]]:
    """plan -> itself with each seed in every stage that draws when it learns, called `plan-seedN`; without seeds, or
    where nothing draws, itself alone.

    Raises:
        BadOption: for a seed that is no whole number.
    """
    wrong = next((seed for seed in seeds if not seed.isdecimal()), None)
    if wrong is not None:
        raise BadOption(f"seed {wrong!r} should be a whole number of 0 or more")
    numbers = dict.fromkeys(map(int, seeds))
    return {plan.name: tuple(_with_seed(plan, seed) for seed in numbers if _draws(plan)) or (plan,) for plan in plans}


def _draws(plan: Plan) -> list[str]:
    """The fields whose stages have a seed."""
    return [written for written in plan.stages if hasattr(plan.stage(written).config, "seed")]


def _with_seed(plan: Plan, seed: int) -> Plan:
    changed = plan
    for written in _draws(plan):
        changed = changed.swap(written, f"{split_spec(plan.stages[written])[0]}:seed={seed}")
    return dataclasses.replace(changed, name=f"{plan.name}-seed{seed}")


def dataset_at(text: str, root: str) -> str:
    """A dataset with a folder as its first option, `coco:year=2017` at `DIR` as `coco:root=DIR:year=2017`; without a
    folder, as it is. A path may hold any character.

    Raises:
        BadOption: if the dataset has no such option, or it is given already.
    """
    if not root:
        return text
    choice = choose("datasets", text)
    first = next(iter(dataclasses.fields(choice.kind.config_type)), None)
    kind = typing.get_type_hints(choice.kind.config_type)[first.name] if first else None
    if first is None or kind not in (str, tuple[str, ...]):
        raise BadOption(f"dataset {choice.name!r} is not read from a folder; leave out --dataset-root {root}")
    if getattr(choice.config, first.name) != first.default:
        raise BadOption(f"dataset {text!r} says where it is; leave that out, or --dataset-root {root}")
    value = root if kind is str else (root,)
    return spell(choice.name, dataclasses.replace(choice.config, **{first.name: value}))


def _swapped(plans: list[Plan], swap: str) -> list[Plan]:
    place, equals, text = swap.partition("=")
    only, dot, written = place.strip().rpartition(".")
    if not equals or not text.strip():
        raise BadOption(f"swap {swap!r} should be field=stage, such as detections=oracle or babytalk.graph=argmax")
    if written not in FIELDS:
        raise UnknownName("field to swap", written, FIELDS)
    if dot and only not in [plan.name for plan in plans]:
        raise UnknownName("plan to swap in", only, [plan.name for plan in plans])
    fitting = [plan for plan in plans if written in plan.stages and only in ("", plan.name)]
    if not fitting:
        raise BadPlan(f"swap {swap!r}: none of {', '.join(plan.name for plan in plans)} writes {written}")
    get(written, split_spec(text)[0])
    return [plan.swap(written, text.strip()) if plan in fitting else plan for plan in plans]
