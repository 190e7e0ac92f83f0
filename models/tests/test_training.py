import signal

import pytest
import torch

from tessera_models import checkpoint, loop
from tessera_models.autoencoder import Decoder, Encoder
from tessera_models.budget import Budget, learning_rate
from tessera_models.embedder import Embedder
from tessera_models.pool import Pool
from tessera_models.train_layout import LayoutStage


class Counting:
    """A stage that adds up what it draws."""

    name = "counting"

    def __init__(self):
        self.model = torch.nn.Linear(4, 4)
        self.optimizer = torch.optim.AdamW(self.model.parameters())

    def parts(self):
        return {"model": self.model, "optimizer": self.optimizer}

    def step(self, step, progress):
        x = torch.randn(8, 4, generator=torch.Generator().manual_seed(step))
        loss = self.model(x).pow(2).mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return {"loss": loss.item()}


def quiet(line):
    pass


def counting():
    torch.manual_seed(0)
    return Counting()


def test_a_resumed_run_ends_with_the_weights_of_an_unbroken_one(tmp_path):
    whole = loop.run(counting(), tmp_path / "a", steps=6, say=quiet)
    loop.run(counting(), tmp_path / "b", steps=3, say=quiet)
    torch.manual_seed(9)
    broken = loop.run(Counting(), tmp_path / "b", steps=6, resume=True, say=quiet)
    assert torch.equal(whole["parts"]["model"]["weight"], broken["parts"]["model"]["weight"])


def test_a_stage_that_is_told_to_stop_goes_on_from_there(tmp_path):
    class Interrupted(Counting):
        def step(self, step, progress):
            if step == 2:
                signal.raise_signal(signal.SIGTERM)
            return super().step(step, progress)

    whole = loop.run(counting(), tmp_path / "a", steps=6, say=quiet)
    torch.manual_seed(0)
    with pytest.raises(KeyboardInterrupt):
        loop.run(Interrupted(), tmp_path / "b", steps=6, say=quiet)
    assert checkpoint.load(tmp_path / "b" / "counting.pt")["step"] == 3
    rest = loop.run(counting(), tmp_path / "b", steps=6, resume=True, say=quiet)
    assert torch.equal(whole["parts"]["model"]["weight"], rest["parts"]["model"]["weight"])


def test_a_checkpoint_is_not_overwritten_by_accident(tmp_path):
    loop.run(counting(), tmp_path, steps=1, say=quiet)
    with pytest.raises(FileExistsError, match="--resume"):
        loop.run(counting(), tmp_path, steps=1, say=quiet)


def test_a_stage_that_is_done_is_left_alone(tmp_path):
    loop.run(counting(), tmp_path, steps=2, say=quiet)
    assert loop.run(counting(), tmp_path, steps=2, resume=True, say=quiet)["step"] == 2


def test_a_checkpoint_is_read_without_running_code(tmp_path):
    loop.run(counting(), tmp_path, steps=1, say=quiet)
    assert checkpoint.load(tmp_path / "counting.pt")["done"] is True
    assert checkpoint.load(tmp_path / "none.pt") is None


def test_a_budget_is_minutes_or_steps():
    assert Budget(steps=10).progress(5) == 0.5
    with pytest.raises(ValueError, match="expected either minutes or steps"):
        Budget()


def test_the_rate_warms_up_stays_and_falls():
    assert learning_rate(0.01) == 0.5
    assert learning_rate(0.3) == 1
    assert learning_rate(1.0) == 0


def test_the_pool_replaces_its_oldest_samples():
    pool = Pool(4)
    for i in range(3):
        pool.add(
            {
                "z": torch.full((2, 4, 32, 32), float(i)),
                "guide": torch.full((2, 3, 64, 64), -1.0),
                "grid": torch.zeros(2, 64, 8, 8),
                "magnification": torch.zeros(2, dtype=torch.int64),
                "claim": torch.zeros(2),
                "generated": torch.zeros(2, dtype=torch.bool),
            }
        )
    assert len(pool) == 4
    drawn = pool.draw(16, torch.Generator().manual_seed(0))
    assert set(drawn["z"].flatten().tolist()) <= {1.0, 2.0}
    assert torch.all(drawn["guide"] == -1)


def test_training_steps_are_deterministic(regions):
    def run():
        from tessera_models.train_autoencoder import AutoencoderStage
        from tessera_models.train_denoiser import DenoiserStage

        torch.manual_seed(0)
        embedder = Embedder()
        device = torch.device("cpu")
        auto = AutoencoderStage(regions[:1], embedder, 3, device)
        layout = LayoutStage(regions[:1], embedder, 3, device)
        return [auto.step(i, 0.9)["l1"] for i in range(2)] + [layout.step(i, 0.5)["layout"] for i in range(2)]

    assert run() == run()


def test_a_decoder_is_sharpened_under_an_encoder_that_stays(regions):
    from tessera_models.train_autoencoder import DecoderStage

    encoder, decoder = Encoder(), Decoder()
    stage = DecoderStage(regions[:1], Embedder(), encoder, decoder, 3, torch.device("cpu"))
    stage.step(0, 0.5)
    assert all(torch.equal(a, b) for a, b in zip(stage.encoder.state_dict().values(), encoder.state_dict().values(), strict=True))
    assert not torch.equal(stage.decoder.inward.weight, decoder.inward.weight)


def test_the_denoiser_s_first_step(regions, monkeypatch):
    from tessera_models import batches, samples, train_denoiser

    # Synthetic slides end at 5x: leave out what they lack.
    monkeypatch.setattr(batches, "FIRST", 8)
    monkeypatch.setattr(samples, "MAGNIFICATIONS", torch.tensor([0.6, 0.2, 0.2, 0.0, 0.0]))
    monkeypatch.setattr(samples, "CASCADED", torch.tensor([1.0, 0.0, 0.0]))
    torch.manual_seed(0)
    stage = train_denoiser.DenoiserStage(regions[:1], Embedder(), Encoder().eval(), Decoder().eval(), 3, torch.device("cpu"))
    assert 0 < stage.step(0, 0.9)["all"] < 5
    assert stage.batches.pool.rows["generated"][: len(stage.batches.pool)].any()
