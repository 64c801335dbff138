"""Tables of an evaluation of two models and two floors, small enough to check by eye."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest


def make_comparison(
    designs: tuple[str, ...] = ("example", "group"), groups: int = 12
) -> pd.DataFrame:
    """Return a comparison in which `cnn` beats the best floor by cell and cannot tell by group."""
    rows = []
    for design in designs:
        for name, mae, floor in (
            ("cnn", 29.5, False),
            ("linear", 36.25, False),
            ("mean", 45.5, True),
            ("ols", 32.75, True),
        ):
            row = {
                "target": "target",
                "design": design,
                "model": name,
                "floor": floor,
                "seeds": 1 if floor else 3,
                "n": 371,
                "groups": groups,
            }
            for measure, value in (("mae", mae), ("r2", 1 - (mae / 46) ** 2)):
                row |= {
                    measure: value,
                    f"{measure}_low": value - 0.25,
                    f"{measure}_high": value + 0.25,
                    f"{measure}_low_groups": np.nan if groups < 2 else value - 0.5,
                    f"{measure}_high_groups": np.nan if groups < 2 else value + 0.5,
                    f"{measure}_seed_sd": np.nan if floor else 0.125,
                }
            row |= {"ensemble_mae": mae - 0.5, "ensemble_r2": 0.5}
            row |= {"group_bias_share": 0.06, "group_shift_share": 0.02, "worst_group": "P_A03"}
            row |= {
                "worst_group_bias": 4.5,
                "worst_group_bias_low": -1.0,
                "worst_group_bias_high": 10.0,
            }
            if not floor:
                told = "beats the best floor" if design == "example" else "cannot tell"
                row |= {
                    "best_floor": "ols",
                    "difference": mae - 32.75,
                    "difference_low": mae - 33,
                    "difference_high": mae - 32.5,
                    "difference_low_groups": mae - 34,
                    "difference_high_groups": mae - 31,
                    "verdict": told if name == "cnn" else "does not beat it",
                }
            rows.append(row)
    return pd.DataFrame(rows)


def make_pairs() -> pd.DataFrame:
    """Return the difference of two models in MAE and R²."""
    return pd.DataFrame(
        [
            ("target", "example", "cnn", "linear", "mae", -6.75, -7.5, -6.0, -9.0, -4.0),
            ("target", "example", "cnn", "linear", "r2", 0.21, 0.15, 0.27, np.nan, np.nan),
        ],
        columns=[
            *("target", "design", "model", "other", "metric", "difference"),
            *("low", "high", "low_groups", "high_groups"),
        ],
    )


def make_levels(model: str = "cnn") -> pd.DataFrame:
    """Return the metrics of two seeds in two phases."""
    return pd.DataFrame(
        [
            (
                "target",
                "example",
                model,
                seed,
                "cell_cycle",
                level,
                100,
                seed,
                0.25 * seed,
                mae + seed,
            )
            for level, mae in (("G1", 30.0), ("S", 40.0))
            for seed in (1, 2)
        ],
        columns=["target", "design", "model", "seed", "by", "level", "n", "bias", "r2", "mae"],
    ).assign(
        mae_low=lambda table: table["mae"] - 2,
        mae_high=lambda table: table["mae"] + 2,
        r2_low=lambda table: table["r2"] - 0.1,
        r2_high=lambda table: table["r2"] + 0.1,
        bias_low=lambda table: table["bias"] - 3,
        bias_high=lambda table: table["bias"] + 3,
    )


def make_confounders() -> pd.DataFrame:
    """Return two factors, their shares of variance, and the skill of their means in two designs."""
    return pd.DataFrame(
        [
            ("target", name, levels, 3700, eta2, eta2 - 0.01, design, skill)
            for name, levels, eta2, of_designs in (
                ("group", 12, 0.18, {"example": 0.17, "group": -0.02}),
                ("cell_cycle", 3, 0.11, {"example": 0.1, "group": 0.09}),
            )
            for design, skill in of_designs.items()
        ],
        columns=["target", "variable", "levels", "n", "eta2", "omega2", "design", "skill"],
    )


def make_controls() -> pd.DataFrame:
    """Return a model of two seeds as trained and on standardised cells, on test and train."""
    return pd.DataFrame(
        [
            ("target", "example", "example", split, "cnn", seed, control, 371, 0.5, r2, mae + seed)
            for split in ("train", "test")
            for seed in (1, 2)
            for control, mae, r2 in (("as_trained", 29.0, 0.6), ("per_cell", 39.0, 0.25))
        ],
        columns=[
            *("target", "design", "fold", "split", "model", "seed", "control"),
            *("n", "bias", "r2", "mae"),
        ],
    )


def make_intervals(model: str = "cnn") -> pd.DataFrame:
    """Return the intervals of two metrics, over the seeds and of each."""
    return pd.DataFrame(
        [
            ("target", "example", model, seed, metric, value, value - 1, value + 1, np.nan, np.nan)
            for seed in ("1", "2", "each", "ensemble")
            for metric, value in (("mae", 29.5), ("pearson2", 0.625), ("mse", np.nan))
        ],
        columns=[
            *("target", "design", "model", "seed", "metric", "value"),
            *("low", "high", "low_groups", "high_groups"),
        ],
    )


def make_card(seed: int = 1, **changes: object) -> dict[str, object]:
    """Return the card of a training as the training writes it, as far as pages read it."""
    return {
        "architecture": "simple_cnn",
        "seed": seed,
        "config": {
            "architecture": "simple_cnn",
            "epochs": 60,
            "learning_rate": 0.001,
            "layers": {"pooling": None, "dropout": 0.25},
            "augment": {"preset": "structure", "flip": True},
        },
        "parameters": {"total": 161_281, "trainable": 160_129},
        "attempts": [{"seed": seed, "reason": None}],
        "collapsed": False,
        "epochs": 55,
        "best": {"epoch": 35, "val_mae": 31.234},
        "chosen_by": {"monitor": "val_mae", "smooth": 5, "value": 31.5, "validation": "plain"},
        "channels": ["00_DAPI", "15_SON"],
        "inputs": {"image": [64, 64, 3]},
        "normalisation": {"steps": {"clip": 98.0, "z_score": True, "scale": False}},
        "data": {"fingerprint": "ab12", "train_cells": 2962, "val_cells": 370},
        "precision": "float32",
        "device": "cpu",
    } | changes


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """Give the builders above to a test."""
    return SimpleNamespace(
        **{
            name.removeprefix("make_"): value
            for name, value in globals().items()
            if name.startswith("make_")
        }
    )
