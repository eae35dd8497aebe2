"""Correlate: how well each metric agrees with people's judgements of captions, given as a file."""

import json
from functools import cached_property
from pathlib import Path
from typing import Any

import luigi

from pipeline.codec import encode
from pipeline.errors import BadOption
from pipeline.keys import key_of
from pipeline.records import Caption
from pipeline.registry import choose, get
from pipeline.stage import EvidenceMetric, Metric
from stages.analysis.scoring import SCORING_VERSION
from stages.datasets.flickr import Flickr
from workflows.parameters import CommaList
from workflows.people.judgements import VARIANTS, Judgements, read_judgements
from workflows.people.work import OfPeople, sha256_of
from workflows.planning import dataset_at, usual_metrics
from workflows.results import Results

CORRELATE_VERSION = 1


class Correlate(OfPeople):
    """`correlations.json`: Kendall's tau of every score with people's judgements, and its interval over photos."""

    judgements = luigi.Parameter(description="file of judgements, such as ExpertAnnotations.txt")
    format = luigi.ChoiceParameter(choices=tuple(VARIANTS), description="whose judgements they are")
    dataset = luigi.Parameter(default="flickr", description="dataset whose captions were judged")
    dataset_root = luigi.Parameter(default="", description="folder of the dataset, as in DATASET:root=FOLDER")
    metrics = CommaList(default=(), description="metrics to correlate (default: all)")

    @cached_property
    def captions(self) -> dict[str, dict[str, str]]:
        text = dataset_at(self.dataset, self.dataset_root)
        dataset = choose("datasets", text).create()
        if not isinstance(dataset, Flickr):
            raise BadOption(f"dataset {text!r}: judgements name captions of Flickr8k; give --dataset flickr")
        return dataset.captions()

    @cached_property
    def chosen(self) -> list[Metric[Any]]:
        """The metrics; by default those that judge sentences, since what is judged has no evidence and learned from
        nothing that is known.

        Raises:
            BadOption: for one that judges by what systems learned from.
        """
        kinds = {name: get("metrics", name) for name in usual_metrics()}
        sentences = (name for name, kind in kinds.items() if not issubclass(kind, EvidenceMetric) and not kind.uses)
        chosen: list[Metric[Any]] = [choose("metrics", text).create() for text in self.metrics or sentences]
        for metric in chosen:
            if metric.uses:
                raise BadOption(f"{metric.name} judges by what systems learned from; leave it out of --metrics")
        return chosen

    def output(self) -> Results:
        recipe = {
            "correlate": [CORRELATE_VERSION, SCORING_VERSION, self.format],
            "judgements": sha256_of(Path(self.judgements), "give the file of judgements"),
            "captions": key_of(self.captions),
            "metrics": [[metric.fingerprint(), metric.unavailable()] for metric in self.chosen],
        }
        return self.results(recipe, f"reports/correlation-{self.format}")

    def run(self) -> None:
        from stages.analysis.correlation import correlations
        from stages.analysis.scoring import score

        read: Judgements = read_judgements(Path(self.judgements), self.format, self.captions)
        names = [one.caption for one in read.judged]
        said = {name: (Caption(text, tuple(text.split())),) for name, text in zip(names, read.texts, strict=True)}
        references = dict(zip(names, read.references, strict=True))
        results = score(said, references, self.chosen, ["all"])
        better = {name: kind for metric in self.chosen for name, kind in metric.better.items()}
        scores = [item for result in results for item in result.scores]
        found = {
            "judgements": self.format,
            "variant": VARIANTS[self.format],
            "captions": len(read.judged),
            "photos": len({one.photo for one in read.judged}),
            "left_out": read.left_out,
            "correlations": encode(correlations(scores, read.judged, VARIANTS[self.format], better)),
        }
        with self.output().replacing() as fresh:
            (fresh / "correlations.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
