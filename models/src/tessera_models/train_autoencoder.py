"""The second stage: the autoencoder. L1, gradients and features of the embedder; late, a small patch discriminator."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from . import runtime
from .augment import stain_jitter, symmetry
from .autoencoder import LATENT_NOISE, Decoder, Encoder
from .budget import learning_rate
from .critic import Critic, critic_loss, generator_loss
from .crops import choose_place, draw, pixels
from .data import Region
from .embedder import Embedder

SIDE, BATCH = 128, 16
# How often each magnification is drawn: the finest is seen most, the coarse ones have few places.
MAGNIFICATIONS = torch.tensor([0.45, 0.12, 0.2, 0.08, 0.15])
CRITIC_FROM, CRITIC_WEIGHT, RATE = 0.7, 0.03, 1.2e-3
# Of a decoder alone, under an encoder that stays: the critic is there from the start, and is listened to more.
SHARPEN_FROM, SHARPEN_WEIGHT, SHARPEN_RATE = 0.05, 0.12, 6e-4


def gradients(image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Differences between neighbouring pixels, along rows and columns."""
    return image[..., 1:] - image[..., :-1], image[..., 1:, :] - image[..., :-1, :]


class AutoencoderStage:
    """Encoder and decoder on 128 px crops of all magnifications.

    Without averaged weights: the raw latent grows all through training, so an average of the encoder lags behind its
    own statistics and turns colours pale. The falling learning rate settles the weights instead.
    """

    name = "autoencoder"
    critic_from, critic_weight, rate = CRITIC_FROM, CRITIC_WEIGHT, RATE

    def __init__(self, regions: list[Region], embedder: Embedder, seed: int, device: torch.device):
        torch.manual_seed(seed + 1)
        self.regions, self.seed, self.device = regions, seed, device
        self.embedder = embedder.eval().requires_grad_(False).to(device, memory_format=torch.channels_last)
        self.encoder = Encoder().to(device, memory_format=torch.channels_last)
        self.decoder = Decoder().to(device, memory_format=torch.channels_last)
        self.critic = Critic().to(device, memory_format=torch.channels_last)
        self.optimizer = torch.optim.AdamW(self.learning(), lr=self.rate, betas=(0.9, 0.99), weight_decay=1e-4)
        self.critic_optimizer = torch.optim.AdamW(self.critic.parameters(), lr=5e-4, betas=(0.5, 0.99))

    def learning(self) -> list[torch.nn.Parameter]:
        """The weights that move."""
        return [*self.encoder.parameters(), *self.decoder.parameters()]

    def latent(self, image: torch.Tensor, step: int) -> torch.Tensor:
        """The latent of a batch by the encoder, whose statistics move with it."""
        raw = self.encoder.raw(image)
        # The first steps' statistics are nobody's: take them over fast.
        self.encoder.track(raw, momentum=max(0.02, 1 / (step + 1)))
        return (raw - self.encoder.mean) / self.encoder.std

    def parts(self):
        return {
            "encoder": self.encoder,
            "decoder": self.decoder,
            "critic": self.critic,
            "optimizer": self.optimizer,
            "critic_optimizer": self.critic_optimizer,
        }

    def batch(self, step: int) -> torch.Tensor:
        """Crops [BATCH,3,SIDE,SIDE]."""
        rng = runtime.generator(self.seed, 2, step)
        crops = []
        for _ in range(BATCH):
            place = choose_place(self.regions, int(torch.multinomial(MAGNIFICATIONS, 1, generator=rng)), rng, SIDE)
            crops.append(stain_jitter(symmetry(pixels(self.regions, place, SIDE), draw(rng, 8)), rng))
        return torch.stack(crops).to(self.device, memory_format=torch.channels_last)

    def step(self, step: int, progress: float) -> dict[str, float]:
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate * learning_rate(progress, decay_from=0.55, floor=0.02)
        image = self.batch(step)
        rng = runtime.generator(self.seed, 3, step)
        adversarial = progress >= self.critic_from
        with runtime.precision(self.device):
            z = self.latent(image, step)
            z = z + LATENT_NOISE * torch.randn(z.shape, generator=rng).to(z)
            made = self.decoder(z)
            wanted, got = self.embedder.features(image), self.embedder.features(made)
        error = F.l1_loss(made, image)
        edges = sum(F.l1_loss(g, w) for g, w in zip(gradients(made), gradients(image), strict=True))
        features = sum(F.l1_loss(g.float(), w.float()) / w.float().abs().mean() for g, w in zip(got, wanted, strict=True))
        tails = F.relu(z.abs() - 4).mean()
        loss = error + 0.5 * edges + 0.04 * features + tails
        losses = {"l1": error.item(), "edges": edges.item(), "features": features.item()}
        losses["psnr"] = float(-10 * torch.log10((made.detach().clamp(-1, 1) - image).pow(2).mean() / 4))
        if adversarial:
            self.critic.requires_grad_(False)
            with runtime.precision(self.device):
                loss = loss + self.critic_weight * min(1.0, (progress - self.critic_from) / 0.05) * generator_loss(self.critic(made).float())
            self.critic.requires_grad_(True)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for g in self.optimizer.param_groups for p in g["params"]], 1.0)
        self.optimizer.step()
        if adversarial:
            losses["critic"] = self.teach_critic(image, made.detach())
        return losses

    def teach_critic(self, image: torch.Tensor, made: torch.Tensor) -> float:
        """One step of the critic on real and reconstructed crops."""
        with runtime.precision(self.device):
            real, fake = self.critic(torch.cat([image, made])).float().chunk(2)
        loss = critic_loss(real, fake)
        self.critic_optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.critic_optimizer.step()
        return loss.item()


class DecoderStage(AutoencoderStage):
    """The decoder alone, sharpened under an encoder that stays as it is: latents, and every denoiser of them, stay valid."""

    name = "decoder"
    critic_from, critic_weight, rate = SHARPEN_FROM, SHARPEN_WEIGHT, SHARPEN_RATE

    def __init__(self, regions: list[Region], embedder: Embedder, encoder: Encoder, decoder: Decoder, seed: int, device: torch.device):
        super().__init__(regions, embedder, seed + 5, device)
        self.encoder.load_state_dict(encoder.state_dict())
        self.decoder.load_state_dict(decoder.state_dict())
        self.encoder.eval().requires_grad_(False)

    def learning(self) -> list[torch.nn.Parameter]:
        return list(self.decoder.parameters())

    @torch.no_grad()
    def latent(self, image: torch.Tensor, step: int) -> torch.Tensor:
        return self.encoder(image)

    def parts(self):
        return {k: v for k, v in super().parts().items() if k != "encoder"}
