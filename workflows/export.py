"""Export: a fitted plan as one file, which describes photos where its training photos are not."""

from functools import cached_property
from importlib import metadata
from pathlib import Path

import luigi

from pipeline.errors import BadBundle, BadOption, StoreError
from pipeline.keys import Recipes, Source
from pipeline.plan import Plan
from workflows.bundles.bundle import Bundle
from workflows.bundles.packing import described, write_bundle
from workflows.bundles.portable import answering, check_portable
from workflows.outer import DRAWN, OnDataset
from workflows.planning import find_plans
from workflows.results import check_writable
from workflows.tasks import Fit, FitResource

ROOT = Path(__file__).resolve().parent.parent


class BundleFile(luigi.Target):
    """A bundle at a path, there when it holds what it should."""

    def __init__(self, file: Path, key: str) -> None:
        self.out, self.key = file, key

    def exists(self) -> bool:
        """Whether it is there, whole, with the plan as it is now.

        Raises:
            StoreError: if there is something else, or it cannot be written: better known now than after fitting.
        """
        check_writable(self.out)
        if not self.out.exists():
            return False
        try:
            bundle = Bundle(self.out)
        except BadBundle as error:
            raise StoreError(f"{self.out} is there and no bundle ({error}); move it, or give another --to") from None
        try:
            bundle.verify()
        except BadBundle:
            return False
        return bundle.key == self.key


class Export(OnDataset):
    """A plan, fitted on a dataset, as a bundle."""

    plan = luigi.Parameter(description="a shipped plan, or the .toml file of one")
    to = luigi.Parameter(significant=False, description="the file to write, such as babytalk.zip")

    @cached_property
    def fitted_on(self) -> Source:
        return self.source(self.fit_on or DRAWN)

    @cached_property
    def found(self) -> Plan:
        (plan,) = find_plans((self.plan,), self.swap, None, self.fitted_on.name)
        check_portable(plan)
        return plan

    def sources(self) -> tuple[Source, ...]:
        return (self.fitted_on,)

    def requires(self) -> list[luigi.Task]:
        fits: list[luigi.Task] = []
        self.tell_if_drawn()
        for written in answering(self.found):
            plan = self.found.restrict(written)
            if plan.stage(written).kind.fit_on:
                fits.append(Fit(plan=plan.text, field=written, fit_on=self.fitted_on.text, run_as=self.run_as))
            for name in plan.uses(written):
                alone = plan.restrict_to_resource(name).text
                fits.append(FitResource(plan=alone, name=name, fit_on=self.fitted_on.text, run_as=self.run_as))
        return fits

    def output(self) -> BundleFile:
        if not self.to:
            raise BadOption("export needs a file to write: give it by --to, as in --to babytalk.zip")
        return BundleFile(Path(self.to).absolute(), described(self.recipes)["key"])

    def run(self) -> None:
        write_bundle(self.output().out, self.recipes, self.stored, licences())

    @property
    def recipes(self) -> Recipes:
        return Recipes(self.found, self.fitted_on)


def licences() -> dict[str, Path]:
    """Name -> file of every licence that goes with what is fitted: ours, and those that lie beside weights."""
    ours = [ROOT / name for name in ("LICENSE", "NOTICE")]
    if not ours[0].exists():  # installed from a wheel
        files = metadata.files("captionloom") or ()
        ours = [Path(str(file.locate())) for file in files if file.parent.name == "licenses"]
    beside = [file for file in ROOT.glob("stages/*/weights/**/*") if file.name.upper().startswith(("LICEN", "NOTICE"))]
    names = {file: "-".join(file.relative_to(ROOT / "stages").parts) for file in beside}
    return {names.get(file, file.name): file for file in (*ours, *beside)}
