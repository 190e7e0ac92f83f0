"""The process a training run lives in: allocator, threads, device, precision, seeds."""

from __future__ import annotations

import contextlib
import os
import sys

import torch

# glibc gives large tensors back to the kernel after every step and takes them again page by page: on a CPU most of a
# training step goes into page faults. These keep the memory. They are read once, when a process starts.
ALLOCATOR = {
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": "17179869184",
    "MALLOC_TOP_PAD_": "536870912",
}


def restart_with_allocator() -> None:
    """Replace this process by itself with glibc's allocator told to keep its memory; returns at once if it is already."""
    if all(os.environ.get(k) == v for k, v in ALLOCATOR.items()):
        return
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, **ALLOCATOR})


def device(name: str = "auto") -> torch.device:
    """`auto` (CUDA where present), `cpu`, `cuda` or `cuda:N` as a device."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)


def use_threads(threads: int) -> None:
    """Intra-op threads, >= 1. Beside other busy processes one thread is several times faster than two."""
    if threads < 1:
        raise ValueError(f"threads: expected a whole number >= 1 but got {threads}")
    torch.set_num_threads(threads)


def precision(where: torch.device, enabled: bool = True):
    """The autocast context of a forward pass: bfloat16 on CPU and CUDA alike, or nothing where `enabled` is false."""
    if not enabled:
        return contextlib.nullcontext()
    return torch.autocast(where.type, dtype=torch.bfloat16)


def generator(seed: int, *counters: int) -> torch.Generator:
    """A CPU generator that is a pure function of its arguments, so that a resumed run draws what an unbroken one would."""
    key = seed & 0xFFFFFFFFFFFFFFFF
    for c in counters:  # splitmix64 over the counters: neighbouring counters give unrelated streams
        key = (key + 0x9E3779B97F4A7C15 * (c + 1)) & 0xFFFFFFFFFFFFFFFF
        key = ((key ^ (key >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
        key = ((key ^ (key >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
        key ^= key >> 31
    return torch.Generator().manual_seed(key & 0x7FFFFFFFFFFFFFFF)
