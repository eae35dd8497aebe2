"""The Luigi graph: the only place that knows Luigi. `luigi --module workflows Compare ...` finds its tasks here."""

import os

# One thread a process: on small networks two processes beat two threads, and a fit gives the same numbers whatever
# the number of cores. Set before numpy loads; a value already in the environment is respected.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"):
    os.environ.setdefault(_variable, "1")

from workflows import messages  # noqa: E402

messages.take_over_from_luigi()

from workflows.attribution.ablate import Ablate  # noqa: E402
from workflows.attribution.substitute import Substitute  # noqa: E402
from workflows.caption import Caption  # noqa: E402
from workflows.compare import Compare  # noqa: E402
from workflows.confidence.calibrate import Calibrate  # noqa: E402
from workflows.confidence.confidence import Confidence  # noqa: E402
from workflows.evaluation import Evaluate  # noqa: E402
from workflows.export import Export  # noqa: E402
from workflows.people.correlate import Correlate  # noqa: E402
from workflows.people.judge import Judge  # noqa: E402
from workflows.people.judged import Judged  # noqa: E402
from workflows.questions.answer import Answer  # noqa: E402
from workflows.tasks import Fit, FitResource, Predict, Prepare  # noqa: E402
from workflows.together.choose import Choose  # noqa: E402

__all__ = [
    "Ablate",
    "Answer",
    "Calibrate",
    "Caption",
    "Choose",
    "Compare",
    "Confidence",
    "Correlate",
    "Evaluate",
    "Export",
    "Fit",
    "FitResource",
    "Judge",
    "Judged",
    "Predict",
    "Prepare",
    "Substitute",
]
