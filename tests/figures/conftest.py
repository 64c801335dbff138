"""Synthetic inputs of every size and shape that the figures must bear."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from nascent.crops.quality import Step, removal_table
from nascent.figures.gather import Examples
from nascent.shards.normalise import Normaliser
from nascent.shards.statistics import Histograms, channel_statistics
from nascent.shards.steps import Steps

PHASES = ("G1", "S", "G2")


def make_cells(wells: int, per_well: int, *, tables: bool, seed: int = 0) -> pd.DataFrame:
    """Return a cell table; without `tables`, cycle and perturbation are missing."""
    rng = np.random.default_rng(seed)
    n = wells * per_well
    phase = rng.choice(PHASES, n, p=[0.55, 0.3, 0.15]) if tables else np.full(n, None, dtype=object)
    factor = pd.Series(phase).map({"G1": 1.0, "S": 1.3, "G2": 1.7}).fillna(1.2).to_numpy(float)
    well = np.repeat([f"{'ABCD'[i // 6]}{i % 6 + 1:02d}" for i in range(wells)], per_well)
    drug = np.where(np.isin(well, ["A02", "B01"]), "DMSO", "normal") if tables else None
    area = rng.normal(11_000 * factor**0.8, 1_500).clip(4_000).astype(int)
    return pd.DataFrame(
        {
            "mapobject_id": np.arange(n),
            "plate": "plate01",
            "well": well,
            "perturbation": drug,
            "cell_cycle": phase,
            "area": area,
            "size_ratio": (np.sqrt(area * 1.4) / 224 + rng.normal(0, 0.03, n)).clip(0.2, 1),
            "oversize": rng.random(n) < 0.004,
            "target": rng.normal(330 + 40 * factor, 55, n),
        },
        index=pd.Index(300_000 + rng.permutation(n), name="cell_id"),
    )


def make_splits(cells: pd.DataFrame, *, by_well: bool = False) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    if by_well:
        wells = sorted(cells["well"].unique())
        of_well = dict.fromkeys(wells, "train") | {wells[-1]: "test", wells[-2]: "val"}
        split = cells["well"].map(of_well).to_numpy()
    else:
        split = rng.choice(["train", "val", "test"], len(cells), p=[0.8, 0.1, 0.1])
    return pd.DataFrame(
        {"cell_id": cells.index, "well": cells["well"].to_numpy(), "plate": "p", "split": split}
    )


def make_history(epochs: int, *, seed: int, level: float = 31.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    epoch = np.arange(1, epochs + 1)
    mae = level - 3 + 30 * np.exp(-epoch / 8) + rng.normal(0, 0.4, epochs)
    val = level + 25 * np.exp(-epoch / 6) + 0.02 * epoch + np.abs(rng.normal(0, 2.0, epochs))
    return pd.DataFrame(
        {
            "epoch": epoch,
            "loss": mae - 0.5,
            "mae": mae,
            "val_loss": val - 0.5,
            "val_mae": val,
            "learning_rate": 5e-4,
            "seconds": 3.0,
        }
    )


def make_predictions(
    cells: pd.DataFrame, splits: pd.DataFrame, models: dict[str, float], seeds: list[int]
) -> pd.DataFrame:
    """Return predictions whose error has the SD given for each model."""
    y = cells["target"].loc[splits["cell_id"]].to_numpy()
    mean = y.mean()
    parts = []
    for model, noise in models.items():
        for seed in seeds:
            rng = np.random.default_rng(seed + len(model))
            slope = 0.6
            parts.append(
                pd.DataFrame(
                    {
                        "split": splits["split"],
                        "model": model,
                        "seed": seed,
                        "cell_id": splits["cell_id"],
                        "y": y,
                        "y_hat": mean + slope * (y - mean) + rng.normal(0, noise, len(y)),
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def make_metrics(models: dict[str, float], seeds: list[int]) -> pd.DataFrame:
    floors = {"mean": 45.6, "area_cycle": 41.0, "ols": 32.8, "ridge": 32.5}
    rows = []
    for name, mae in {**models, **floors}.items():
        for seed in seeds if name in models else [np.nan]:
            for split, extra in (("train", -1.5), ("val", 0.0), ("test", 0.3)):
                jitter = 0 if name in floors else np.random.default_rng(int(seed)).normal(0, 0.5)
                value = mae + extra + jitter
                rows.append(
                    {
                        "split": split,
                        "model": name,
                        "seed": seed,
                        "n": 371,
                        "bias": 1.0,
                        "sd": value * 1.3,
                        "r2": 1 - (value / 46) ** 2,
                        "mae": value,
                        "mse": (value * 1.3) ** 2,
                        "huber": value - 0.5,
                    }
                )
    return pd.DataFrame(rows)


def make_importance(channels: list[str], seeds: list[int], groups: dict[str, int]) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    base = rng.dirichlet(np.full(len(channels), 3.0))
    rows = []
    for seed in seeds:
        for group, cells in groups.items():
            share = base * rng.uniform(0.85, 1.15, len(channels))
            share /= share.sum()
            for channel, value in zip(channels, share, strict=True):
                half = value * 0.5 / np.sqrt(cells) if cells else np.nan
                rows.append(
                    {
                        "model": "simple_cnn",
                        "seed": seed,
                        "method": "vargrad",
                        "split": "test",
                        "group": group,
                        "channel": channel,
                        "cells": cells,
                        "importance": value if cells else np.nan,
                        "low": value - half,
                        "high": value + half,
                    }
                )
    return pd.DataFrame(rows)


def make_examples(
    cells: int, channels: list[str], size: int, *, target: bool = True
) -> tuple[Examples, np.ndarray]:
    """Return nuclei with speckles in integer counts, and maps that follow the speckles."""
    rng = np.random.default_rng(4)
    v, u = np.mgrid[:size, :size] - (size - 1) / 2
    images = np.zeros((cells, size, size, len(channels)), np.uint16)
    masks = np.zeros((cells, size, size), bool)
    maps = np.zeros(images.shape, np.float32)
    for i in range(cells):
        a, b = size * rng.uniform(0.28, 0.36), size * rng.uniform(0.24, 0.32)
        masks[i] = (u / a) ** 2 + (v / b) ** 2 < 1
        for c in range(len(channels)):
            texture = 150 + 60 * (c % 4) + rng.normal(0, 20, (size, size))
            for _ in range(12):
                x, y = rng.uniform(-0.2 * size, 0.2 * size, 2)
                spot = np.exp(-((u - x) ** 2 + (v - y) ** 2) / (2 * (0.03 * size) ** 2))
                texture += 300 * spot
                maps[i, ..., c] += spot * (1.5 if c == 0 else 0.5)
            maps[i, ..., c] += np.abs(rng.normal(0, 0.1, (size, size)))
            images[i, ..., c] = np.where(masks[i], texture.clip(1), 0)
            maps[i, ..., c] *= masks[i]
    table = pd.DataFrame(
        {
            "well": "A01",
            "cell_cycle": [PHASES[i % 3] for i in range(cells)],
            "target": np.linspace(280, 470, cells),
        },
        index=pd.Index(277_417 + np.arange(cells), name="cell_id"),
    )
    return Examples(cells=table, channels=list(channels), images=images, masks=masks), maps


def make_quality(wells: int, rules: dict[str, float], cells: int = 1000) -> pd.DataFrame:
    """Return a removal table in which each reason holds for a share of the cells."""
    rng = np.random.default_rng(7)
    tables = []
    for i in range(wells):
        n = int(rng.normal(cells, cells / 10))
        steps = [Step("rule", reason, rng.random(n) < share) for reason, share in rules.items()]
        tables.append(
            removal_table("plate01", f"{'ABCDEFGHIJKLMNOP'[i // 24]}{i % 24 + 1:02d}", steps, n)
        )
    return pd.concat(tables, ignore_index=True)


def make_histograms(channels: list[str], pixels: int = 100_000) -> Histograms:
    rng = np.random.default_rng(5)
    pairs = []
    for i, _ in enumerate(channels):
        level = 40 * 1.25 ** (i % 14)
        values = 107 + rng.lognormal(np.log(level), 0.6, pixels)
        pairs.append(np.unique(values.clip(0, 65_535).astype(np.uint16), return_counts=True))
    return Histograms(
        tuple(channels), tuple(values for values, _ in pairs), tuple(n for _, n in pairs), cells=9
    )


def make_normaliser(histograms: Histograms, **steps: object) -> Normaliser:
    chosen = Steps(**steps)
    table = channel_statistics(histograms, chosen)
    return Normaliser.from_table(table, list(histograms.channels), chosen)


CHANNELS_38 = [
    "00_DAPI",
    "07_H2B",
    "01_CDK9_pT186",
    "03_CDK9",
    "05_GTF2B",
    "07_SETD1A",
    "08_H3K4me3",
    "09_SRRM2",
    "10_H3K27ac",
    "11_KPNA2_MAX",
    "12_RB1_pS807_S811",
    "13_PABPN1",
    "14_PCNA",
    "15_SON",
    "16_H3",
    "17_HDAC3",
    "19_KPNA1_MAX",
    "20_SP100",
    "21_NCL",
    "01_PABPC1",
    "02_CDK7",
    "03_RPS6",
    "05_Sm",
    "07_POLR2A",
    "09_CCNT1",
    "10_POL2RA_pS2",
    "11_PML",
    "12_YAP1",
    "13_POL2RA_pS5",
    "15_U2SNRNPB",
    "18_NONO",
    "20_ALYREF",
    "21_COIL",
    "00_BG488",
    "00_BG568",
    "00_EU",
    "09_SRRM2_ILASTIK",
    "15_SON_ILASTIK",
]
CHANNELS_7 = ["CH_01", "CH_02", "CH_06", "CH_11", "CH_13", "CH_16", "CH_19"]


@pytest.fixture
def make() -> SimpleNamespace:
    """Give the builders above, and the channel lists, to a test."""
    built = {
        name.removeprefix("make_"): value
        for name, value in globals().items()
        if name.startswith("make_")
    }
    return SimpleNamespace(**built, channels_7=CHANNELS_7, channels_38=CHANNELS_38)
