"""Gist: how much a photo varies at each scale and in each direction, coarsely where (Oliva and Torralba 2001).

Gabor filters are Gaussians in the Fourier plane, one lobe each, so that the modulus of a response is the local energy.
"""

from functools import cache

import numpy as np

from pipeline.records import Array

SIDE = 128
"""Side in pixels of the square that filters look at."""
SCALES, DIRECTIONS, PLACES = 4, 8, 4
GIST = SCALES * DIRECTIONS * PLACES * PLACES
_HIGHEST = 0.3  # cycles a pixel, the middle of the finest filter
_CONTRAST = 4.0  # cycles over the square, below which local brightness is evened out
_BORDER = 16  # mirrored pixels on each side, so that opposite edges do not meet


def gist(light: Array) -> Array:
    """The mean energies of one photo: (SIDE, SIDE), 0 to 1 -> (GIST,), filter by filter, each over PLACES x PLACES.

    A photo of one tone has none.
    """
    energies = np.abs(np.fft.ifft2(np.fft.fft2(_evened(light)) * filters(SIDE + 2 * _BORDER)))
    inside = energies[:, _BORDER:-_BORDER, _BORDER:-_BORDER]  # (filters, SIDE, SIDE)
    step = SIDE // PLACES
    pooled: Array = inside.reshape(len(inside), PLACES, step, PLACES, step).mean(axis=(2, 4))
    return pooled.ravel()


@cache
def filters(side: int) -> Array:
    """(SCALES * DIRECTIONS, side, side) transfer functions, 0 to 1, as `fft2` orders frequencies; scale by scale."""
    frequencies = np.fft.fftfreq(side)
    down, across = np.meshgrid(frequencies, frequencies, indexing="ij")
    radius, angle = np.hypot(across, down), np.arctan2(down, across)
    made = []
    for scale in range(SCALES):
        middle = _HIGHEST / 2**scale
        for direction in range(DIRECTIONS):
            turned = np.angle(np.exp(1j * (angle - np.pi * direction / DIRECTIONS)))
            # An octave wide, and half a step of direction, where neighbours meet at about half their height.
            far = ((radius / middle - 1) / 0.4) ** 2 + (turned / (0.6 * np.pi / DIRECTIONS)) ** 2
            made.append(np.exp(-far))
    whole = np.stack(made)
    whole[:, 0, 0] = 0.0
    return whole


def _evened(light: Array) -> Array:
    """The photo with a mirrored border, less its local mean, over its local contrast (Torralba's prefilter)."""
    wide = np.pad(np.log1p(light), _BORDER, mode="symmetric")
    side = len(wide)
    frequencies = np.fft.fftfreq(side) * side
    width = _CONTRAST / np.sqrt(np.log(2))
    low = np.exp(-(frequencies[:, None] ** 2 + frequencies[None, :] ** 2) / width**2)
    detail = wide - np.fft.ifft2(np.fft.fft2(wide) * low).real
    contrast = np.sqrt(np.abs(np.fft.ifft2(np.fft.fft2(detail**2) * low).real))
    evened: Array = detail / (0.2 + contrast)
    return evened
