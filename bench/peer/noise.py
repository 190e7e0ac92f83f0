"""Noise as a function of seed and place, from docs/design.md ("Noise"): Philox4x32-10 (Salmon et al. 2011), Box-Muller."""

import numpy as np

_WORD = np.uint64(0xFFFFFFFF)
_INIT = 0


def _philox(counter: list[np.ndarray], seed: int) -> list[np.ndarray]:
    x = [np.asarray(word, np.uint64) for word in counter]
    key = [seed & 0xFFFFFFFF, seed >> 32]
    for _ in range(10):
        first, second = x[0] * np.uint64(0xD2511F53), x[2] * np.uint64(0xCD9E8D57)
        x = [
            (second >> np.uint64(32)) ^ x[1] ^ np.uint64(key[0]),
            second & _WORD,
            (first >> np.uint64(32)) ^ x[3] ^ np.uint64(key[1]),
            first & _WORD,
        ]
        key = [(key[0] + 0x9E3779B9) & 0xFFFFFFFF, (key[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return x


def initial_noise(seed: int, magnification: int, channels: int, height: int, width: int) -> np.ndarray:
    """Standard normal values [C, h, w] of the first latent of a level."""
    y, x = np.meshgrid(np.arange(height, dtype=np.uint64), np.arange(width, dtype=np.uint64), indexing="ij")
    planes: list[np.ndarray] = []
    for channel in range(0, channels, 4):
        place = np.full_like(x, _INIT << 24 | magnification << 16 | channel)
        words = [(word.astype(np.float64) + 0.5) / 2**32 for word in _philox([x, y, np.zeros_like(x), place], seed)]
        for radial, angular in (words[:2], words[2:]):
            radius, angle = np.sqrt(-2 * np.log(radial)), 2 * np.pi * angular
            planes += [radius * np.cos(angle), radius * np.sin(angle)]
    return np.stack(planes[:channels]).astype(np.float32)
