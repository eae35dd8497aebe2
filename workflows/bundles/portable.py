"""What a fitted plan needs to answer where it was not fitted."""

import dataclasses
from collections.abc import Iterator
from itertools import chain

from pipeline.errors import BadPlan
from pipeline.keys import Recipes, key_of
from pipeline.plan import Plan
from pipeline.records import is_array
from pipeline.registry import Choice


def answering(plan: Plan) -> tuple[str, ...]:
    """The fields that a plan writes where nothing is fitted: those that people read, and what these are made from."""
    found, pending = set[str](), [written for written in plan.stages if not is_array(written)]
    while pending:
        current = pending.pop()
        if current not in found:
            found.add(current)
            pending.extend(plan.reads(current))
    return tuple(written for written in plan.order() if written in found)


def needed(recipes: Recipes) -> dict[str, str]:
    """The artefacts without which a plan cannot answer, such as `models/<key>` -> what it is."""
    plan, found = recipes.plan, dict[str, str]()
    for written in answering(plan):
        if plan.stage(written).kind.fit_on:
            found[f"models/{key_of(recipes.model(written))}"] = f"{written}/{plan.stages[written]}"
        for name in plan.uses(written):
            found[f"resources/{key_of(recipes.resource(name))}"] = f"resources/{plan.resource(name).text}"
    return found


def check_portable(plan: Plan) -> None:
    """Refuse a plan whose answers come from what a bundle cannot carry: the truth, or a file.

    Raises:
        BadPlan: naming the stage.
    """
    for written in plan.sees_truth():
        raise BadPlan(
            f"plan {plan.name!r} cannot be a bundle: {written}/{plan.stages[written]} hands on the truth, which is not"
            " known of other photos; --swap it for a stage that learns"
        )
    chosen = (*map(plan.stage, plan.stages), *map(plan.resource, plan.resources))
    for choice in chain.from_iterable(map(_with_members, chosen)):
        for item in dataclasses.fields(choice.config):
            if item.metadata.get("file") and getattr(choice.config, item.name):
                raise BadPlan(
                    f"plan {plan.name!r} cannot be a bundle: {choice.folder}/{choice.name} reads a file,"
                    f" {item.name}={getattr(choice.config, item.name)!r}; --swap it for a stage that learns"
                )


def _with_members(choice: Choice) -> Iterator[Choice]:
    """A choice and all that its options join."""
    yield choice
    for member in choice.members().values():
        yield from _with_members(member)
