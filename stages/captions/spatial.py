"""Captions by spatial attention that asks with the word's own state: adaptive attention (Lu et al., CVPR 2017, 2.2)
without its sentinel.

Its options are those of `adaptive`; see `stages/networks/adaptive.py` for the equations.
"""

from stages.captions.adaptive import Adaptive


class Spatial(Adaptive):
    """Says sentences word by word; the evidence of each word is where it looked."""

    name = "spatial"
    sentinel = False
