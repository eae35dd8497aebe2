"""Judged: what the answers of one or several judges say of the systems."""

import json
from functools import cached_property
from pathlib import Path

import luigi

from pipeline.codec import encode
from pipeline.errors import BadOption
from stages.analysis.choices import Choice
from stages.analysis.preferences import preferences
from workflows.parameters import CommaList
from workflows.people.answers import read_choices
from workflows.people.key import Key
from workflows.people.work import OfPeople
from workflows.results import Results

JUDGED_VERSION = 2


class Judged(OfPeople):
    """`judged.json`: shares, strengths and duels with their intervals, and how far the judges can be trusted."""

    answers = CommaList(description="files of answers, one a judge")
    key = luigi.Parameter(description="key.json, written beside the page that was judged")

    @cached_property
    def choices(self) -> list[Choice]:
        if not self.answers:
            raise BadOption("no answers given: name the files that the judges saved, such as answers-*.json")
        return read_choices(Key.read(Path(self.key)), [Path(file) for file in self.answers])

    def output(self) -> Results:
        recipe = {"judged": JUDGED_VERSION, "choices": encode(self.choices)}
        return self.results(recipe, "reports/judged")

    def run(self) -> None:
        found = encode(preferences(self.choices))
        with self.output().replacing() as fresh:
            (fresh / "judged.json").write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
