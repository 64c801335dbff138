"""Synthetic inputs of every size and shape that the figures must bear."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from nascent.figures.gather import Examples
from nascent.figures.margins import frame
from nascent.kinds.cells.crops.quality import Step, removal_table
from nascent.shards.histograms import Histograms
from nascent.shards.normalise import Normaliser
from nascent.shards.statistics import channel_statistics
from nascent.shards.steps import Steps

PHASES = ("G1", "S", "G2")


def make_cells(groups: int, per_group: int, *, tables: bool, seed: int = 0) -> pd.DataFrame:
    """Return a cell table; without `tables`, cycle and perturbation are missing."""
    rng = np.random.default_rng(seed)
    n = groups * per_group
    phase = rng.choice(PHASES, n, p=[0.55, 0.3, 0.15]) if tables else np.full(n, None, dtype=object)
    factor = pd.Series(phase).map({"G1": 1.0, "S": 1.3, "G2": 1.7}).fillna(1.2).to_numpy(float)
    group = np.repeat([f"{'ABCD'[i // 6]}{i % 6 + 1:02d}" for i in range(groups)], per_group)
    drug = np.where(np.isin(group, ["A02", "B01"]), "DMSO", "normal") if tables else None
    area = rng.normal(11_000 * factor**0.8, 1_500).clip(4_000).astype(int)
    return pd.DataFrame(
        {
            "mapobject_id": np.arange(n),
            "plate": "plate01",
            "group": group,
            "perturbation": drug,
            "cell_cycle": phase,
            "area": area,
            "size_ratio": (np.sqrt(area * 1.4) / 224 + rng.normal(0, 0.03, n)).clip(0.2, 1),
            "oversize": rng.random(n) < 0.004,
            "target": rng.normal(330 + 40 * factor, 55, n),
        },
        index=pd.Index(300_000 + rng.permutation(n), name="id"),
    )


def make_splits(cells: pd.DataFrame, *, by_group: bool = False) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    if by_group:
        groups = sorted(cells["group"].unique())
        of_group = dict.fromkeys(groups, "train") | {groups[-1]: "test", groups[-2]: "val"}
        split = cells["group"].map(of_group).to_numpy()
    else:
        split = rng.choice(["train", "val", "test"], len(cells), p=[0.8, 0.1, 0.1])
    return pd.DataFrame(
        {"id": cells.index, "group": cells["group"].to_numpy(), "plate": "p", "split": split}
    )


def make_history(epochs: int, *, seed: int, level: float = 31.0, smooth: int = 0) -> pd.DataFrame:
    """Return a history; `smoothed` is the centred moving average of val_mae, if `smooth`."""
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
            "smoothed": pd.Series(val).rolling(smooth or 1, center=True).mean(),
            "learning_rate": 5e-4,
        }
    )


def make_predictions(
    cells: pd.DataFrame, splits: pd.DataFrame, models: dict[str, float], seeds: list[int]
) -> pd.DataFrame:
    """Return predictions whose error has the SD given for each model."""
    y = cells["target"].loc[splits["id"]].to_numpy()
    mean = y.mean()
    parts = []
    for model, noise in models.items():
        for seed in seeds:
            rng = np.random.default_rng(seed + len(model))
            slope = 0.6
            parts.append(
                pd.DataFrame(
                    {
                        "id": splits["id"],
                        "design": "example",
                        "fold": "example",
                        "split": splits["split"],
                        "model": model,
                        "seed": seed,
                        "target": "target",
                        "y": y,
                        "y_hat": mean + slope * (y - mean) + rng.normal(0, noise, len(y)),
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


FLOORS = {
    "mean": 45.6,
    "area_cycle": 41.0,
    "ols": 32.8,
    "ridge": 32.5,
    "ols_area_cycle": 32.1,
    "ridge_area_cycle": 31.9,
}
DESIGNS = {"example": 0.0, "group": 3.0, "leave_one_group_out": 4.0}  # what the MAE grows by


def make_metrics(
    models: dict[str, float], seeds: list[int], designs: tuple[str, ...] = tuple(DESIGNS)
) -> pd.DataFrame:
    """Return metrics of models and floors; the design of many folds has its pooled rows too."""
    rows = []
    for design in designs:
        folds = [design]
        if design == "leave_one_group_out":
            folds = ["without_plate01_A01", "without_plate01_A02", "all"]
        for k, fold in enumerate(folds):
            for name, mae in {**models, **FLOORS}.items():
                for seed in seeds if name in models else [0]:
                    for split, extra in (("train", -1.5), ("val", 0.0), ("test", 0.3)):
                        jitter = 0 if name in FLOORS else np.random.default_rng(seed).normal(0, 0.5)
                        value = min(mae, 46) + extra + jitter + DESIGNS[design]
                        value += (mae > 46) * (mae - 46) + (k - 1 if fold != "all" else 0)
                        rows.append(
                            {
                                "target": "target",
                                "design": design,
                                "fold": fold,
                                "split": split,
                                "model": name,
                                "seed": seed,
                                "n": 371,
                                "bias": 1.0,
                                "sd": value * 1.3,
                                "r2": 1 - (value / 46) ** 2,
                                "pearson2": max(1 - (value / 46) ** 2, 0) + 0.01,
                                "mae": value,
                                "mse": (value * 1.3) ** 2,
                                "huber": value - 0.5,
                            }
                        )
    return pd.DataFrame(rows)


def make_comparison(metrics: pd.DataFrame, groups: int = 12) -> pd.DataFrame:
    """Return the comparison of metrics, with intervals of plausible width and verdicts by them."""
    several = metrics.loc[metrics["fold"] == "all", "design"].unique()
    runs = metrics[(metrics["fold"] == "all") | ~metrics["design"].isin(several)]
    runs = runs[runs["split"] == "test"]
    rows = []
    for design, of_design in runs.groupby("design", sort=False):
        floors = of_design[of_design["model"].isin(FLOORS)].set_index("model")["mae"]
        for name, own in of_design.groupby("model", sort=False):
            mae, r2 = own["mae"].mean(), own["r2"].mean()
            row = {
                "target": "target",
                "design": design,
                "model": name,
                "floor": name in FLOORS,
                "seeds": len(own),
                "n": 371,
                "groups": groups,
            }
            for measure, value, half in (("mae", mae, 1.4), ("r2", r2, 0.05)):
                row |= {
                    measure: value,
                    f"{measure}_low": value - half,
                    f"{measure}_high": value + half,
                    f"{measure}_low_groups": value - 2 * half,
                    f"{measure}_high_groups": value + 2 * half,
                    f"{measure}_seed_sd": own[measure].std(),
                }
            row |= {"ensemble_mae": mae - 0.6, "ensemble_r2": r2 + 0.03}
            if name not in FLOORS and len(floors):
                gap = mae - floors.min()
                told = "does not beat it" if gap - 1 >= 0 else "cannot tell"
                row |= {
                    "best_floor": floors.idxmin(),
                    "difference": gap,
                    "difference_low": gap - 1,
                    "difference_high": gap + 1,
                    "difference_low_groups": gap - 1.5,
                    "difference_high_groups": gap + 1.5,
                    "verdict": "beats the best floor" if gap + 1.5 < 0 else told,
                }
            rows.append(row)
    missing = dict.fromkeys(["best_floor", "difference", "verdict"])
    return pd.DataFrame(rows if not rows else [{**missing, **row} for row in rows])


def make_calibration(metrics: pd.DataFrame, bins: int = 5) -> pd.DataFrame:
    """Return a calibration in which the spread is a share of the error; no bins for one seed."""
    rows = []
    own = metrics[~metrics["model"].isin(FLOORS)]
    for (design, model), runs in own.groupby(["design", "model"], sort=False):
        if runs["seed"].nunique() < 2:
            continue
        level = runs["mae"].mean()
        for k in range(bins):
            spread = level * (0.15 + 0.1 * k)
            rmse = level + 0.9 * spread
            limits = [rmse / spread * factor for factor in (1, 0.9, 1.12)]
            rows.append((design, model, str(k + 1), 74, 300 + 40 * k, spread, rmse, *limits))
        ratios = (3.7, 3.4, 4.0)
        rows.append(
            (design, model, "all", 370, 380, level * 0.35, level * 1.3, *ratios, 0.31, 0.42, 0.66)
        )
    columns = ["design", "model", "bin", "n", "level", "spread", "rmse"]
    columns += ["ratio", "ratio_low", "ratio_high", "spearman", "coverage_68", "coverage_95"]
    padded = [(*row, *[np.nan] * (len(columns) - len(row))) for row in rows]
    return pd.DataFrame(padded, columns=columns).assign(target="target")


def make_confounders(skills: dict[str, float]) -> pd.DataFrame:
    """Return shares of variance of four factors, and the skill of group identity in each design."""
    factors = [("group", 12, 0.18), ("perturbation", 3, 0.06), ("cell_cycle", 3, 0.11)]
    known = [
        {"variable": name, "levels": k, "n": 3700, "eta2": share, "omega2": share - 0.01}
        for name, k, share in factors
    ]
    of_designs = [
        {"variable": "group", "design": name, "skill": value} for name, value in skills.items()
    ]
    return pd.DataFrame(known + of_designs).assign(target="target")


def make_controls(metrics: pd.DataFrame, lost: float = 8.0) -> pd.DataFrame:
    """Return each run as trained and, worse by `lost` counts, on standardised cells, by fold."""
    metrics = metrics[metrics["fold"] != "all"]
    own = metrics[~metrics["model"].isin(FLOORS) & (metrics["split"] == "test")]
    worse = own.assign(control="per_cell", mae=own["mae"] + lost, r2=own["r2"] - 0.3)
    level = metrics[(metrics["model"] == "mean") & (metrics["split"] == "test")]
    residual = level.assign(model="ols_per_cell", control="per_cell")
    plain = [own.assign(control="as_trained"), level.assign(control="as_trained")]
    return pd.concat([*plain, worse, residual], ignore_index=True)


def make_intervals(metrics: pd.DataFrame, groups: int = 12) -> pd.DataFrame:
    """Return intervals of every seed and of `each`, of the metrics of the test cells."""
    several = metrics.loc[metrics["fold"] == "all", "design"].unique()
    runs = metrics[(metrics["fold"] == "all") | ~metrics["design"].isin(several)]
    runs = runs[runs["split"] == "test"]
    rows = []
    for (design, model), own in runs.groupby(["design", "model"], sort=False):
        for seed in [*own["seed"].astype(str), "each"]:
            chosen = own if seed == "each" else own[own["seed"].astype(str) == seed]
            for metric, half in (("mae", 1.4), ("r2", 0.05), ("bias", 2.0), ("sd", 2.0)):
                value = chosen[metric].mean()
                rows.append(
                    {
                        "target": "target",
                        "design": design,
                        "model": model,
                        "seed": seed,
                        "metric": metric,
                        "value": value,
                        "low": value - half,
                        "high": value + half,
                        "low_groups": value - 2 * half,
                        "high_groups": value + 2 * half,
                        "n": 371,
                        "groups": groups,
                    }
                )
    return pd.DataFrame(rows)


def make_candidates(n: int) -> pd.DataFrame:
    """Return a search over two keys; the best candidate is chosen."""
    rng = np.random.default_rng(9)
    table = pd.DataFrame(
        {
            "candidate": [f"c{i:02d}" for i in range(n)],
            "learning_rate": 10 ** rng.uniform(-4, -2, n),
            "layers.dropout": rng.choice([0.0, 0.2, 0.5], n),
            "val_mae": 31 + rng.gamma(2, 1.5, n),
            "epoch": rng.integers(10, 60, n),
        }
    )
    return table.assign(chosen=table["val_mae"] == table["val_mae"].min())


def make_importance(channels: list[str], seeds: list[int], strata: dict[str, int]) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    base = rng.dirichlet(np.full(len(channels), 3.0))
    rows = []
    for seed in seeds:
        for stratum, cells in strata.items():
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
                        "stratum": stratum,
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
            "group": "A01",
            "cell_cycle": [PHASES[i % 3] for i in range(cells)],
            "target": np.linspace(280, 470, cells),
        },
        index=pd.Index(277_417 + np.arange(cells), name="id"),
    )
    return Examples(cells=table, channels=list(channels), images=images, masks=masks), maps


def make_quality(groups: int, rules: dict[str, float], cells: int = 1000) -> pd.DataFrame:
    """Return a removal table in which each reason holds for a share of the cells."""
    rng = np.random.default_rng(7)
    tables = []
    for i in range(groups):
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


def cut_off(figure: Figure) -> list[str]:
    """Return the edges of the figure, once it is laid out, that something drawn reaches beyond."""
    figure.draw_without_rendering()
    drawn, page, room = figure.get_tightbbox(), frame(figure) or figure.bbox_inches, 0.01
    beyond = {
        "left": drawn.x0 < page.x0 - room,
        "right": drawn.x1 > page.x1 + room,
        "bottom": drawn.y0 < page.y0 - room,
        "top": drawn.y1 > page.y1 + room,
    }
    return [edge for edge, over in beyond.items() if over]


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
    return SimpleNamespace(
        **built, floors=FLOORS, cut_off=cut_off, channels_7=CHANNELS_7, channels_38=CHANNELS_38
    )
