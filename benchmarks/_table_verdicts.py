"""Verdicts of the library's own tables, given the values of cells in which nothing is to be found.

Each function fills a table by the library's code from simulated values and reads its verdicts. A
column, row or model of the table is a study of its own, so that one table tries a verdict many
times. With an effect, what is to be found is so many SDs of the cells large.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from _designs import Design

from nascent.evaluate.compare import BEATS, LOSES, comparison
from nascent.evaluate.held_out import HeldOut
from nascent.evaluate.resampled import EACH, resample
from nascent.explain.attention.features import FeatureShares, feature_table
from nascent.explain.attention.maps import attention_table
from nascent.explain.importance.shares import Resampling, channel_importance
from nascent.explain.randomisation.table import randomisation_table
from nascent.explain.reading.map_levels import LEVELS
from nascent.explain.removal.deletion import ATTRIBUTION, DELETION, RANDOM
from nascent.explain.removal.table import removal_table
from nascent.explain.roar.curves import ALL, roar_table
from nascent.explain.statistics.cell_means import cell_means
from nascent.explain.statistics.dependence import SURVIVES, VERDICTS, WEIGHTS
from nascent.explain.statistics.image_nulls import BRIGHTNESS, IMAGE_MAPS
from nascent.explain.trend.slopes import trend_table
from nascent.explain.truth.scores import MEASURES
from nascent.explain.truth.table import BEATS as BEATS_OTHERS
from nascent.explain.truth.table import PLANTED, RANDOMISED, TRAINED, truth_table
from nascent.explain.use.loss import CHANGES, CHANNEL, USED, WORSE, Unit, Uses, use_table
from nascent.statistics.bootstrap import counts
from nascent.statistics.jackknife import group_sums
from nascent.statistics.verdict import side

CONFIDENCE, CONFIDENCE_OF_MODELS = 0.99, 0.95
"""Defaults of `explain.confidence` and of the comparison of models."""

DRAWS = 2000
"""Default of the bootstrap."""


@dataclass(frozen=True)
class Outcome:
    """What came out of a number of studies.

    Attributes
    ----------
    claims : dict
        What is claimed → (R,) float: 1 where it was, 0 where not, NaN where no verdict was given.
    covered : (R,) float
        1 where the stated interval over groups holds the true value; NaN where there is none.
    """

    claims: dict[str, np.ndarray]
    covered: np.ndarray


def models(design: Design, effect: float, columns: int, stream: np.random.Generator) -> Outcome:
    """Models of some seeds against the best reference predictor, which errs alike in every cell."""
    labels, size = design.labels, 20.0
    y = stream.normal(300, 30, len(labels))
    trained = design.of_repeats(columns, stream)
    of_models = size + design.values(columns, stream)[:, :, None] + trained.T - effect
    signs = stream.choice([-1.0, 1.0], of_models.shape)
    runs = [("floor", 0)] + [(f"m{m}", s) for m in range(columns) for s in range(design.repeats)]
    errors = np.column_stack(
        [size * stream.choice([-1.0, 1.0], len(y)), (signs * of_models).reshape(len(y), -1)]
    )
    levels = pd.DataFrame({"group": labels}, index=[f"c{n:04d}" for n in range(len(y))])
    held = HeldOut("target", "example", levels, y, tuple(runs), y[:, None] - errors)
    resampled = resample(held, draws=DRAWS, seed=_seed(stream))
    table = comparison(held, resampled, floors=["floor"], confidence=CONFIDENCE_OF_MODELS)
    told = table[~table["floor"]]
    return Outcome(
        _words(told["verdict"], {"beats": BEATS, "does not beat": LOSES}),
        _covered(told["difference_low_groups"], told["difference_high_groups"], -effect),
    )


def retrained(design: Design, effect: float, columns: int, stream: np.random.Generator) -> Outcome:
    """R² without what methods rank first, less R² without random entries, over seeds."""
    labels, y_sd, square = design.labels, 60.0, 400.0
    n = len(labels)
    cells = pd.DataFrame(
        {"plate": "p", "group": labels, "cell_cycle": "", "perturbation": ""},
        index=pd.Index([f"c{number:04d}" for number in range(n)], name="id"),
    )
    y = stream.normal(300, y_sd, n)
    squares = square * (1 + 0.2 * (design.values(columns, stream) + effect))
    trained = 1 + 0.2 * design.of_repeats(columns, stream)
    parts = []

    def add(order: str, fraction: float, seed: int, errors: np.ndarray) -> None:
        signs = stream.choice([-1.0, 1.0], n)
        parts.append(
            pd.DataFrame(
                {
                    "id": cells.index,
                    "design": "example",
                    "fold": "f",
                    "split": "test",
                    "model": "m",
                    "seed": seed,
                    "target": "t",
                    "y": y,
                    "y_hat": y + signs * errors,
                    "order": order,
                    "fraction": fraction,
                    "zero_cells": 0,
                }
            )
        )

    for seed in range(design.repeats):
        add("none", 0.0, seed, np.full(n, 10.0))
        add(RANDOM, 0.5, seed, np.full(n, np.sqrt(square)))
        for column in range(columns):
            of_order = squares[:, column] + square * (trained[seed, column] - 1)
            add(f"o{column}", 0.5, seed, np.sqrt(np.maximum(of_order, 0)))
    table = roar_table(
        pd.concat(parts, ignore_index=True),
        cells,
        rank="entries",
        confidence=CONFIDENCE,
        draws=DRAWS,
        seed=_seed(stream),
    )
    seed = EACH if design.repeats > 1 else "0"
    told = table[
        (table["order"] == ATTRIBUTION)
        & (table["fraction"].astype(str) == ALL)
        & (table["seed"].astype(str) == seed)
    ]
    truth = -0.2 * effect * square / y.var()
    words = {"removes more": "removes more than random", "does not": "does not remove more"}
    return Outcome(
        _words(told["verdict"], words),
        _covered(told["difference_low_groups"], told["difference_high_groups"], truth),
    )


def means(design: Design, effect: float, columns: int, stream: np.random.Generator) -> Outcome:
    """The rule of removal, agreement and use: a mean over cells, its two intervals and zero."""
    values = design.values(columns, stream) + effect
    table = cell_means(
        values, design.labels, confidence=CONFIDENCE, draws=DRAWS, seed=_seed(stream)
    )
    ends = table[["low", "high", "low_groups", "high_groups"]].to_numpy()
    found = np.array([side(tuple(row)) for row in ends], float)
    found[np.isnan(ends).any(axis=1)] = np.nan
    claims = {
        name: np.where(np.isnan(found), np.nan, (found == sign).astype(float))
        for name, sign in (("above", 1), ("below", -1))
    }
    return Outcome(claims, _covered(table["low_groups"], table["high_groups"], effect))


def removal(design: Design, effect: float, columns: int, stream: np.random.Generator) -> Outcome:
    """Areas of deletion by attribution, less those by random and by brightness."""
    gains, others = design.values(columns, stream) + effect, design.values(columns, stream)
    cells = []
    for gain, other in zip(gains, others, strict=True):
        of_cell = {}
        for column in range(columns):
            key = (f"u{column}", "mean", DELETION)
            # One fraction: the area is the mean of both ends.
            of_cell[*key, ATTRIBUTION] = np.array([0, 2 * (gain[column] + other[column])])
            of_cell[*key, RANDOM] = np.array([0, 2 * other[column]])
            of_cell[*key, BRIGHTNESS] = of_cell[*key, RANDOM]
        cells.append(of_cell)
    table = removal_table(
        cells, design.labels, [1.0], confidence=CONFIDENCE, draws=DRAWS, seed=_seed(stream)
    )
    told = table[(table["measure"] == "gain_over_random") & (table["order"] == ATTRIBUTION)]
    words = {"beats": "beats random", "worse": "worse than random"}
    return Outcome(
        _words(told["verdict"], words), _covered(told["low_groups"], told["high_groups"], effect)
    )


def randomisation(
    design: Design, effect: float, columns: int, stream: np.random.Generator
) -> Outcome:
    """Correlations of maps with those of redrawn weights; without effect they are at the limit.

    Every cell has a draw of weights of its own, which is part of the scatter of cells.
    """
    labels, groups = design.labels, -(-columns // len(LEVELS))
    ids = np.arange(len(labels))
    values = SURVIVES + 0.1 * (design.values(len(LEVELS) * groups, stream) - effect)
    parts = [
        pd.DataFrame(of_group, columns=list(LEVELS)).assign(
            id=ids, stage=WEIGHTS, number=1, layer=f"l{group:04d}", share=1.0, image_map=""
        )
        for group, of_group in enumerate(np.split(values, groups, axis=1))
    ]
    table = randomisation_table(
        pd.concat(parts, ignore_index=True),
        pd.Series(labels, index=ids),
        confidence=CONFIDENCE,
        draws=DRAWS,
        seed=_seed(stream),
    )
    depends, survives = VERDICTS[WEIGHTS]
    truth = SURVIVES - 0.1 * effect
    return Outcome(
        _words(table["verdict"], {"depends": depends, "does not depend": survives}),
        _covered(table["low_groups"], table["high_groups"], truth),
    )


def attention(design: Design, effect: float, columns: int, stream: np.random.Generator) -> Outcome:
    """Shares of maps inside the nucleus, against its area."""
    labels = design.labels
    chance = stream.uniform(0.2, 0.4, (len(labels), columns))
    shares = chance * (1 + 0.2 * (design.values(columns, stream) + effect))
    shape = shares.shape
    cells = pd.DataFrame(
        {
            "id": np.repeat(np.arange(shape[0]), columns),
            "split": "test",
            "group": np.repeat(labels, columns),
            "region": np.tile(np.arange(columns), shape[0]),
            "zero": False,
            "trivial": False,
            "share": shares.ravel(),
            "chance": chance.ravel(),
            "lift": (shares / chance).ravel(),
            "corrected": ((shares - chance) / (1 - chance)).ravel(),
            "exchanges": 50,
            "exchanged": chance.ravel(),
            "p": 0.5,
        }
    )
    table = attention_table(cells, confidence=CONFIDENCE)
    claims = {
        "above chance": _above(table["lift_low"], 1),
        "below chance": _above(-table["lift_high"], -1),
    }
    return Outcome(claims, _covered(table["lift_low"], table["lift_high"], 1 + 0.2 * effect))


def features(design: Design, effect: float, columns: int, stream: np.random.Generator) -> Outcome:
    """Shares of a network's features inside the nucleus, against its area."""
    labels = design.labels
    chance = stream.uniform(0.2, 0.4, len(labels))
    inside = chance[:, None] * (1 + 0.2 * (design.values(columns, stream) + effect))
    found = FeatureShares(inside, np.ones_like(inside), chance, np.zeros_like(inside))
    table = feature_table(found, labels, confidence=CONFIDENCE)
    # The interval that is shown is of the share and not of its excess.
    truth = 0.3 * (1 + 0.2 * effect)
    return Outcome(
        {"beats chance": _flags(table["beats_chance"])},
        _covered(table["low"], table["high"], truth),
    )


def truth(design: Design, effect: float, columns: int, stream: np.random.Generator) -> Outcome:
    """Measures of planted truth against chance, random weights and maps of the image alone."""
    labels, measures = design.labels, MEASURES["entry"]
    ids = [f"c{place:04d}" for place in range(len(labels))]
    parts = []
    for number in range(-(-columns // len(measures))):
        chances = stream.uniform(0.2, 0.4, (len(labels), len(measures)))
        for name in (TRAINED, RANDOMISED, *IMAGE_MAPS):
            values = design.values(len(measures), stream) + effect * (name == TRAINED)
            table = pd.DataFrame({"id": ids, "split": f"s{number}", "group": labels})
            table = table.assign(truth=PLANTED, map=name, zero=False)
            table[list(measures)] = chances * (1 + 0.2 * values)
            table[[f"{measure}_chance" for measure in measures]] = chances
            parts.append(table)
    table = truth_table(
        pd.concat(parts, ignore_index=True), confidence=CONFIDENCE, draws=DRAWS, seed=_seed(stream)
    )
    told = table[(table["map"] == TRAINED) & (table["what"] != "rank")]
    verdicts = told["verdict"].where(
        ~told["verdict"].str.startswith("does not beat"), "does not beat"
    )
    return Outcome(
        {"beats chance": _flags(told["beats_chance"])}
        | _words(verdicts, {"beats others": BEATS_OTHERS, "does not beat one": "does not beat"}),
        _covered(told["lift_low"], told["lift_high"], 1 + 0.2 * effect),
    )


def importance(design: Design, effect: float, columns: int, stream: np.random.Generator) -> Outcome:
    """Shares of channels against those of copies with random weights, of which the model is one."""
    labels = design.labels
    names = [f"ch{column}" for column in range(columns)]
    ids = [f"c{number:04d}" for number in range(len(labels))]
    given = stream.normal(size=(1, columns)) * design.repeat_sd + effect
    of_cells = design.values(columns, stream)
    shares = pd.DataFrame(0.3 + 0.03 * (of_cells + given), index=ids, columns=names)
    copies = [
        pd.DataFrame(0.3 + 0.03 * (of_cells + other), index=ids, columns=names).assign(copy=number)
        for number, other in enumerate(design.of_repeats(columns, stream), start=1)
    ]
    table = channel_importance(
        shares,
        pd.Series("all", index=ids),
        pd.Series(labels, index=ids),
        resampling=Resampling(CONFIDENCE, DRAWS, _seed(stream)),
        null=pd.concat(copies).rename_axis("id"),
        names=["all"],
    )
    truths = 0.3 + 0.03 * given[0]
    # Copies that differ too much to deny a channel leave it open, which is no claim.
    claimed = (table["beats_null"] == True).to_numpy(float)  # noqa: E712
    claims = np.where(np.isnan(table["low"].to_numpy(float)), np.nan, claimed)
    return Outcome({"beats null": claims}, _covered(table["low"], table["high"], truths))


def use(design: Design, effect: float, columns: int, stream: np.random.Generator) -> Outcome:
    """R² lost when a channel is changed, by models of one or several seeds."""
    labels, spread = design.labels, 100.0
    y = stream.normal(300, spread, len(labels))
    trained = design.of_repeats(columns, stream)
    values = design.values(columns, stream)[:, None] + trained + effect
    uses = Uses(
        seeds=tuple(range(design.repeats)),
        y=y,
        groups=labels,
        squared_error=np.full((len(y), design.repeats), 0.5 * spread**2),
        values=100 * np.repeat(values[..., None], len(CHANGES), axis=-1),
        units=[Unit("image", CHANNEL, f"ch{u}", (f"ch{u}",), (u,)) for u in range(columns)],
    )
    table = use_table(uses, "model", confidence=CONFIDENCE, draws=DRAWS, seed=_seed(stream))
    told = table[(table["seed"] == EACH) & (table["change"] == next(iter(CHANGES)))]
    return Outcome(
        _words(told["verdict"], {"is used": USED, "makes it worse": WORSE}),
        _covered(told["low_groups"], told["high_groups"], 100 * effect / y.var()),
    )


def trends(design: Design, effect: float, columns: int, stream: np.random.Generator) -> Outcome:
    """Tables of eight channels of which none goes with the target; with an effect, the first does.

    The effect is the correlation within groups. What differs between trainings elsewhere is here
    the correlation in a group, which is 0 on average.
    """
    labels, channels = design.labels, 8
    ids = [f"c{number:04d}" for number in range(len(labels))]
    found, covered = [], []
    for _ in range(columns):
        target = design.values(1, stream)
        shares = design.values(channels, stream)
        if design.repeat_sd:
            # A correlation of each group's own, the same for no two of them.
            own = np.tanh(design.repeat_sd * stream.normal(size=(design.wells, channels)))
            own = own[np.unique(labels, return_inverse=True)[1]]
            shares = own * target + np.sqrt(1 - own**2) * shares
        shares[:, 0] = effect * target[:, 0] + np.sqrt(1 - effect**2) * shares[:, 0]
        table = trend_table(
            pd.DataFrame(0.1 + 0.01 * shares, index=ids),
            pd.Series(target[:, 0], index=ids),
            pd.Series(labels, index=ids),
            confidence=CONFIDENCE,
            draws=DRAWS,
            seed=_seed(stream),
        )
        told = table["trend"].isin(["rises", "falls"])
        claimed = told.iloc[0] if effect else told.any()
        # Without an interval over groups nothing is said to rise or fall.
        found.append(float(claimed) if table["low"].notna().any() else float(claimed) or np.nan)
        covered.append(_covered(table["low"], table["high"], 0.0)[-1])
    return Outcome({"rises or falls": np.array(found)}, np.array(covered))


def earlier_rule(
    design: Design, effect: float, columns: int, stream: np.random.Generator
) -> Outcome:
    """The mean over cells by percentiles of a bootstrap of whole groups: a common rule, not
    ours."""
    values, labels = design.values(columns, stream) + effect, design.labels
    sums = group_sums(np.hstack([values, np.ones_like(values[:, :1])]), labels)
    drawn = np.vstack([held @ sums for held in counts(len(sums), DRAWS, stream)])
    ends = (1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2
    low, high = np.quantile(drawn[:, :-1] / drawn[:, -1:], ends, axis=0)
    return Outcome({"above": _above(low, 0)}, _covered(low, high, effect))


def _seed(stream: np.random.Generator) -> int:
    return int(stream.integers(2**31))


def _words(verdicts: pd.Series, words: dict[str, str]) -> dict[str, np.ndarray]:
    """Return who claims what; a verdict that names the groups there are is none."""
    texts = verdicts.astype(str)
    given = ~texts.str.startswith("cannot tell (").to_numpy()
    return {
        name: np.where(given, (texts == text).to_numpy(float), np.nan)
        for name, text in words.items()
    }


def _flags(values: pd.Series) -> np.ndarray:
    return np.array([np.nan if pd.isna(value) else float(value) for value in values])


def _above(low: pd.Series | np.ndarray, limit: float) -> np.ndarray:
    low = np.asarray(low, float)
    return np.where(np.isnan(low), np.nan, (low > limit).astype(float))


def _covered(low: pd.Series, high: pd.Series, truth: float | np.ndarray) -> np.ndarray:
    low, high = np.asarray(low, float), np.asarray(high, float)
    return np.where(np.isnan(low), np.nan, ((low <= truth) & (truth <= high)).astype(float))
