import numpy as np
import pytest

from nascent.errors import TrainError
from nascent.train import stage
from nascent.train.checkpoint import Epoch
from nascent.train.collapse import (
    Attempt,
    NotANumber,
    attempt_seeds,
    attempts_until_sound,
    collapse_of,
)
from nascent.train.stage import train_model


def epoch(spread):
    return Epoch(3, 1.0, 1.0, 1.0, 1.0, spread, 0.1, "mae")


def test_the_seeds_of_retries_follow_from_the_first():
    seeds = attempt_seeds(7, 5)
    assert seeds[0] == 7
    assert len(set(seeds)) == 6
    assert attempt_seeds(7, 2) == seeds[:3]
    assert not set(attempt_seeds(8, 5)) & set(seeds)
    assert attempt_seeds(7, 0) == [7]


@pytest.mark.parametrize(
    ("spread", "collapsed"), [(0.0, True), (0.9e-3, True), (1.1e-3, False), (np.nan, False)]
)
def test_predictions_within_a_thousandth_of_the_targets_sd_are_constant(spread, collapsed):
    assert (collapse_of(epoch(spread)) is not None) is collapsed


def test_seeds_are_tried_until_one_is_sound():
    reasons = {1: "flat", 2: None, 3: None}
    assert attempts_until_sound([1, 2, 3], reasons.get) == (Attempt(1, "flat"), Attempt(2, None))


def test_a_loss_that_is_no_number_is_a_reason_to_try_again_and_at_last_an_error():
    def train(seed):
        if seed < 3:
            raise NotANumber(f"no number with {seed}")

    attempts = attempts_until_sound([1, 2, 3], train)
    assert [attempt.reason for attempt in attempts] == [
        "no number with 1",
        "no number with 2",
        None,
    ]
    with pytest.raises(NotANumber, match="no number with 2"):
        attempts_until_sound([1, 2], train)


@pytest.mark.slow
def test_a_retry_after_constant_predictions_has_another_seed(study, monkeypatch, caplog):
    reasons = iter(["flat", None])
    monkeypatch.setattr(stage, "collapse_of", lambda chosen: next(reasons))
    train_model(**study.cnn(retries=2))
    card = study.card()
    first, second = card["attempts"]
    assert (first["seed"], first["reason"]) == (7, "flat")
    assert (second["seed"], second["reason"]) == (attempt_seeds(7, 2)[1], None)
    assert (card["seed"], card["collapsed"]) == (7, False)
    assert "collapse with seed 7 (flat): trying seed" in caplog.text
    assert list((study.folder / "out/state").iterdir()) == []
    # The retry is the run that its own seed gives.
    monkeypatch.undo()
    train_model(**study.cnn("other", seed=second["seed"]))
    for ours, theirs in zip(study.weights(), study.weights("other"), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_constant_predictions_are_kept_and_marked_after_the_last_retry(study, caplog):
    # Kernels that start at zero, and steps too small to leave it.
    train_model(**study.arguments(epochs=1, learning_rate=1e-9, retries=1))
    card = study.card()
    assert card["collapsed"] is True
    assert len(card["attempts"]) == 2
    assert all("constant" in attempt["reason"] for attempt in card["attempts"])
    assert "kept as it is" in caplog.text
    assert (study.folder / "out/model.keras").is_file()


def test_a_loss_that_is_no_number_names_the_epoch(study):
    with pytest.raises(TrainError, match=r"no longer a number in epoch [12] .*learning_rate"):
        train_model(**study.arguments(learning_rate=1e38))
    assert not (study.folder / "out/model.keras").exists()
