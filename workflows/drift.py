"""Stored features against the extractor of today: what a network learned from must be what it will see.

Keys hold options and versions of stages, not of libraries: another release of timm may decode or multiply otherwise,
and weights of a name may change. A column of arrays made by other code or libraries than those that run is therefore
asked of its extractor again, for its first and last photo, before anything is learned or said from it.
"""

from typing import TYPE_CHECKING

import numpy as np

from pipeline.columns import Column
from pipeline.errors import StoreError
from pipeline.manifest import commit, versions
from pipeline.records import is_array

if TYPE_CHECKING:
    from workflows.tasks import Predict

TOLERANCE = 0.02
"""Share of an array's largest value by which one made again may differ: other processors round otherwise."""


def check(task: "Predict") -> None:
    """Refuse a column of arrays that its extractor no longer makes.

    Raises:
        StoreError: naming the column, the photo, how far it is off and what it was made by.
    """
    made = task.stored.manifest("columns", task.output().key)
    if not is_array(task.field) or (made["versions"], made["commit"]) == (versions(), commit()):
        return
    column = Column(task.output().path, task.field)
    answers = [job.open() for job in task.jobs()]
    for position in sorted({0, len(column) - 1}):
        (again,) = answers[position % len(answers)](range(position, position + 1))
        before = np.asarray(column[position], dtype=np.float64)
        largest = float(np.abs(before).max(initial=0.0))
        off = float(np.abs(again - before).max(initial=0.0)) if again.shape == before.shape else np.inf
        if off > TOLERANCE * largest:
            old = {name: version for name, version in made["versions"].items() if versions().get(name) != version}
            maker = ", ".join(f"{name} {version}" for name, version in old.items()) or "other code"
            raise StoreError(
                f"{task.output().path} no longer is what {task.field}/{task.recipes.plan.stages[task.field]} makes:"
                f" photo {column.ids[position]!r} is off by {off:.3g} where its largest value is {largest:.3g}; it was"
                f" made by {maker}. Run it with that again, or remove the directory to have it made anew"
            )
