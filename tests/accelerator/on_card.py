"""Compare stages on the CPU and on the card: `python -m tests.accelerator.on_card [CASE ...]`, told as JSON."""

import json
import sys
import warnings

from tests.accelerator.card import card
from tests.accelerator.cases import CASES, failures

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    json.dump(failures(sys.argv[1:] or list(CASES), card), sys.stdout, indent=1)
