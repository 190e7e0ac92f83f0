"""The `inversion` graph: under which embedding grid is a latent likely? The loss and its gradient by the grid.

    loss = weight |eps(x, t, summarizer(s, magnification)) - noise|^2  -  0.05 mean cosine(s_i, s_j),   s = standardise(grid)

(sum of squares; the mean is over all ordered pairs of the g x g vectors; ZoomLDM's condition inversion). The inner part, from
the 8x8 map to the squared error, has fixed sides: it is differentiated by PyTorch and traced to plain operators. The
outer part, any g -> 8x8, is short enough to be differentiated by hand, so the graph takes grids of any side.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.fx import GraphModule
from torch.fx.experimental.proxy_tensor import make_fx

from .autoencoder import CHANNELS
from .diffusion import LATENT
from .embedder import EMBEDDING
from .pool import GUIDE_SIDE, LATENT_SIDE
from .summarizer import SIDE, repeat

COSINE = 0.05


class Error(nn.Module):
    """cells [1,64,8,8] (standardised, as the summarizer repeats them), x, t, noise, weight, magnification -> weighted squared error."""

    def __init__(self, denoiser: nn.Module, summarizer: nn.Module):
        super().__init__()
        self.denoiser, self.summarizer = denoiser, summarizer
        self.register_buffer("abar", LATENT.abar())

    def forward(self, cells, x, t, noise, weight, magnification) -> torch.Tensor:
        context = self.summarizer(cells, magnification)
        none = torch.zeros_like(t)
        v = self.denoiser(x, t, context, torch.zeros(1, 3, GUIDE_SIDE, GUIDE_SIDE), none, none)
        abar = self.abar[(t.round().long() - 1).clamp(0, len(self.abar) - 1)].view(1, 1, 1, 1)
        eps = abar.sqrt() * v + (1 - abar).sqrt() * x
        return weight[0] * (eps - noise).square().sum()


def convolution_backward(grad, x, weight, _bias, stride, padding, dilation, transposed, _output_padding, groups, _mask):
    """The gradient of a convolution by its input, as the transposed convolution that it is (weights are constants here)."""
    if transposed:
        raise NotImplementedError("inversion: expected no transposed convolution in the denoiser")
    sides = zip(x.shape[2:], grad.shape[2:], weight.shape[2:], stride, padding, dilation, strict=True)
    more = [n - ((m - 1) * s - 2 * p + d * (k - 1) + 1) for n, m, k, s, p, d in sides]
    return torch.ops.aten.convolution(grad, weight, None, stride, padding, dilation, True, more, groups), None, None


def upsample_nearest2d_backward(grad, output_size, input_size, *_scales):
    """The gradient of a repetition by whole factors: the sum over each cell's copies."""
    b, c, h, w = input_size
    return grad.reshape(b, c, h, output_size[0] // h, w, output_size[1] // w).sum((3, 5))


def slice_backward(grad, input_sizes, dim, start, end, step):
    """The gradient of a slice: zeros around it."""
    if step != 1:
        raise NotImplementedError(f"inversion: expected slices of step 1 but got {step}")
    start, end = max(0, start), min(end, input_sizes[dim])
    sides = [0, 0] * (len(input_sizes) - 1 - dim) + [start, input_sizes[dim] - end]
    return torch.constant_pad_nd(grad, sides)


def empty_permuted(size, _physical_layout, **_kwargs):
    """Memory in some order: whatever reads it does not see the order."""
    return torch.zeros(size)


def decompositions() -> dict:
    """Core decompositions, and those of the backward operators that ONNX has no name for."""
    aten = torch.ops.aten
    return {
        **torch._decomp.core_aten_decompositions(),
        **torch._decomp.get_decompositions([aten.native_group_norm, aten.native_layer_norm, aten._softmax]),
        aten.convolution_backward.default: convolution_backward,
        aten.upsample_nearest2d_backward.default: upsample_nearest2d_backward,
        aten.slice_backward.default: slice_backward,
        aten.empty_permuted.default: empty_permuted,
    }


def simplify(traced: GraphModule) -> None:
    """Rewrite what no exporter knows: hints on memory, views that hold for one order in memory only, casts by keyword, sums
    over no axis; and 1 - x where the 1 is a constant of x's shape.
    """
    aten = torch.ops.aten
    for node in traced.graph.nodes:
        if node.target is aten._to_copy.default:
            node.target, node.args = aten.to.dtype, (node.args[0], node.kwargs["dtype"])
            node.kwargs = {}
        elif node.target is aten.view.default:
            node.target = aten.reshape.default
        elif node.target is aten.squeeze.dims:
            node.target, node.args = aten.reshape.default, (node.args[0], list(node.meta["val"].shape))
        elif node.target is aten.sum.dim_IntList and not node.args[1]:
            node.args = (node.args[0], list(range(node.args[0].meta["val"].dim())), *node.args[2:])
        elif node.target is aten.sub.Tensor and getattr(node.args[0], "target", None) in (aten.full.default, aten.full_like.default):
            node.target, node.args = aten.rsub.Scalar, (node.args[1], node.args[0].args[1])
        node.kwargs = {k: v for k, v in node.kwargs.items() if k not in ("memory_format", "pin_memory", "layout", "device")}


def differentiated(error: Error) -> GraphModule:
    """(cells, x, t, noise, weight, magnification) -> (gradient by the cells, error) as one graph of forward operators."""
    latent = torch.randn(1, CHANNELS, LATENT_SIDE, LATENT_SIDE)
    one = torch.ones(1)
    samples = (torch.randn(1, EMBEDDING, SIDE, SIDE), latent, 500 * one, latent.clone(), one, one.long())
    traced = make_fx(torch.func.functionalize(torch.func.grad_and_value(error)), decomposition_table=decompositions())(*samples)
    simplify(traced)
    traced.graph.eliminate_dead_code()
    traced.recompile()
    return traced


class Inversion(nn.Module):
    """grid [1,64,g,g] (raw; g = 1..8), x, noise [1,4,32,32], t, weight [1], magnification [1] int64 -> loss [], gradient [1,64,g,g].

    t: 1..1000, whole. weight: sqrt(abar) (1 - abar) in ZoomLDM; 0 leaves the cosine term.
    """

    def __init__(self, denoiser: nn.Module, summarizer: nn.Module):
        super().__init__()
        for p in [*denoiser.parameters(), *summarizer.parameters()]:
            p.requires_grad_(False)
        self.error = differentiated(Error(denoiser.eval(), summarizer.eval()))

    def forward(self, grid, x, t, noise, weight, magnification) -> tuple[torch.Tensor, torch.Tensor]:
        centred = grid - grid.mean(1, keepdim=True)
        std = (centred.square().sum(1, keepdim=True) / (EMBEDDING - 1)).sqrt() + 1e-6
        s = centred / std
        copies = repeat(grid.shape[-1])
        by_cells, error = self.error(copies @ s @ copies.transpose(0, 1), x, t, noise, weight, magnification)
        by_s = copies.transpose(0, 1) @ by_cells @ copies
        # Standardised vectors all have the length sqrt(E - 1): the mean over pairs is the squared length of their mean.
        middle = s.mean((2, 3), keepdim=True)
        loss = error - COSINE * middle.square().sum() / (EMBEDDING - 1)
        by_s = by_s - COSINE * 2 * middle / ((EMBEDDING - 1) * grid.shape[-1] * grid.shape[-2])
        along = (by_s * s).sum(1, keepdim=True) / (EMBEDDING - 1)
        return loss, (by_s - by_s.mean(1, keepdim=True) - s * along) / std
