"""The few layers that every network here is built from."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn


class Conv(nn.Conv2d):
    """A 2-d convolution whose thin sides (fewer than 16 channels) are zero-padded to 16 while training on a CPU in bfloat16.

    The bfloat16 kernels of the CPU work on blocks of 16 channels and fall back to a slow path, most of all backwards,
    on 3 or 4. The padding changes no value; it is left out elsewhere, so that no exported graph has it.
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pad_in, pad_out = max(0, 16 - self.in_channels), max(0, 16 - self.out_channels)
        if not self.training or (pad_in == 0 and pad_out == 0) or x.device.type != "cpu":
            return super().forward(x)
        weight = F.pad(self.weight, (0, 0, 0, 0, 0, pad_in, 0, pad_out))
        bias = None if self.bias is None else F.pad(self.bias, (0, pad_out))
        x = F.pad(x, (0, 0, 0, 0, 0, pad_in)).contiguous(memory_format=torch.channels_last)
        return F.conv2d(x, weight, bias, self.stride, self.padding, self.dilation)[:, : self.out_channels]


def conv3(inputs: int, outputs: int, stride: int = 1, dilation: int = 1) -> Conv:
    """A 3x3 convolution that keeps the size (or divides it by `stride`)."""
    return Conv(inputs, outputs, 3, stride=stride, padding=dilation, dilation=dilation)


def conv1(inputs: int, outputs: int) -> Conv:
    """A 1x1 convolution."""
    return Conv(inputs, outputs, 1)


def zero(module: nn.Module) -> nn.Module:
    """The module with its weights at zero: a residual branch that starts as the identity."""
    for p in module.parameters():
        nn.init.zeros_(p)
    return module


class PlainBlock(nn.Module):
    """A residual block without normalisation, so that a tile gives what a whole image gives at the same place."""

    def __init__(self, channels: int):
        super().__init__()
        self.first = conv3(channels, channels)
        self.second = zero(conv3(channels, channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.first(F.leaky_relu(x, 0.2))
        return x + self.second(F.leaky_relu(h, 0.2))


def parameters_of(module: nn.Module) -> int:
    """How many trainable numbers a module has."""
    return sum(p.numel() for p in module.parameters())
