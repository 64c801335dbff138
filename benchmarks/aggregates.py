"""Which sum of a map, and which baseline, agrees best with what a model uses.

Of studies that were made (results/<study>, simulated), every model named below is explained anew by
several methods, and so are copies of it with random weights. Shares by every aggregate are held
against its use of each channel (explain/use.tsv). A row of the table is a study, model, seed,
method and aggregate:

`rho`        rank correlation over channels of mean share and use
`ordered`    share of the pairs of channels that use tells apart in which shares have that order
`on_top`     share of the cells in which all channels that are planted and used are on top
`random`     the same of models with random weights
`wanted`     the channels that are planted and used, joined by `+`

`docs/make_aggregates.py` writes it into the docs. The last line is JSON: of each method and
aggregate the least of `rho` and of `on_top` over studies, seeds averaged; the best of them first.

    snakemake results/structure/explain/use.tsv --configfile config/structure.yaml
    python benchmarks/aggregates.py [--studies demo structure intensity] [--cells 64]
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pandas as pd
import yaml

from nascent.attribute.baselines import training_mean_of
from nascent.attribute.explained import ExplainedModel
from nascent.attribute.inputs import CellBatch, MethodData
from nascent.attribute.method import method_of
from nascent.attribute.references import drawn_references
from nascent.config.attribution import Method
from nascent.config.channels import model_channels
from nascent.config.checks import check_study
from nascent.explain.importance.aggregates import (
    AGGREGATES,
    aggregated,
    channel_shares,
    totals_table,
)
from nascent.explain.importance.share_and_use import all_on_top, ordered_alike, rank_correlation
from nascent.explain.randomisation.redraw import cascade
from nascent.files import read_table, write_table
from nascent.kinds.cells.channels import input_channels, study_channels
from nascent.kinds.cells.simulate.truth import read_truth
from nascent.logs import progress
from nascent.shards.normalise import Normaliser
from nascent.store import open_store
from nascent.train import backend as settings
from nascent.train.models import load_model

ROOT = Path(__file__).parent.parent
MODELS = {"demo": "simple_cnn", "structure": "simple_cnn", "intensity": "color-structure"}
QUADRATURE = {"rule": "gauss_legendre", "steps": 64, "tolerance": 0.02}
IG = {"method": "integrated_gradients", **QUADRATURE}
METHODS = {
    "IG, training mean": IG | {"baseline": "training_mean"},
    "IG, blurred 1.5 px": IG | {"baseline": "blurred", "blur": 1.5},
    "IG, blurred 3 px": IG | {"baseline": "blurred", "blur": 3.0},
    "expected gradients": {"method": "expected_gradients", "samples": 50, "references": 50},
    "input × gradient": {"method": "input_x_gradient"},
    "gradient": {"method": "gradient"},
    "SmoothGrad": {"method": "smoothgrad", "samples": 20, "over": "gradient"},
    "VarGrad of IG": {
        "method": "vargrad",
        "rule": "gauss_legendre",
        "steps": 16,
        "samples": 20,
        "over": "integrated_gradients",
    },
}
USED = "is used"
TABLE = ROOT / "docs" / "aggregates.tsv"
COLUMNS = (
    *("study", "model", "seed", "method", "aggregate", "cells"),
    *("rho", "ordered", "pairs", "on_top", "random", "copies", "wanted"),
)
BATCH = 16


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--results", type=Path, default=ROOT / "results")
    options.add_argument("--studies", nargs="+", choices=MODELS, default=list(MODELS))
    options.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    options.add_argument("--cells", type=int, default=64, help="test cells, drawn")
    options.add_argument("--copies", type=int, default=8, help="models of random weights")
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--table", type=Path, default=TABLE)
    chosen = options.parse_args()
    settings.use_threads(chosen.threads)
    rows = []
    for study in chosen.studies:
        folder = chosen.results / study
        if not (folder / "explain" / "use.tsv").is_file():
            print(f"{study}: no {folder}/explain/use.tsv, left out", file=sys.stderr)
            continue
        for trained in models_of(study, folder):
            rows += measured(trained, chosen.methods, chosen.cells, chosen.copies)
    if not rows:
        print(json.dumps({"studies": []}))
        return
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    write_table(table, chosen.table)
    print(json.dumps({"studies": list(table["study"].unique()), "best": best(table)}))


@dataclass(frozen=True)
class Trained:
    """A model of a study and seed, with its use of each channel."""

    study: str
    name: str
    seed: str
    network: object
    normaliser: Normaliser
    shards: dict[str, list[Path]]
    use: pd.DataFrame  # index channel: use, low, high, verdict
    planted: Sequence[str]


def models_of(study: str, folder: Path) -> Iterator[Trained]:
    """Yield the trained seeds of a study's model, as it explains them."""
    place = ROOT / "config" / f"{'config' if study == 'demo' else study}.yaml"
    config = check_study(yaml.safe_load(place.read_text(encoding="utf-8")))
    name = MODELS[study]
    inputs = model_channels(
        config, name, input_channels(config, study_channels(config, pd.DataFrame()))
    )
    truth = read_truth(next(iter(sorted((folder / "simulate" / "truth").glob("*.h5")))))
    use = read_table(folder / "explain" / "use.tsv").astype({"seed": str})
    use = use[
        (use["model"] == name) & (use["unit"] == "channel") & (use["change"] == "permuted")
    ].set_index("channel")
    for model in sorted((folder / "train" / name).glob("*/*/model.keras")):
        fold, seed = model.parts[-3:-1]
        shards = folder / "shards" / fold
        yield Trained(
            study,
            name,
            seed,
            load_model(model),
            Normaliser.from_table(
                read_table(shards / "channels.tsv"), inputs, config.shards.normalise.plain()
            ),
            {split: sorted(shards.glob(f"{split}-*.h5")) for split in ("train", "test")},
            use[use["seed"] == seed],
            truth.causal_channels,
        )


def measured(
    trained: Trained, methods: Sequence[str], cells: int, copies: int
) -> Iterator[dict[str, object]]:
    """Yield a row a method and aggregate."""
    channels = list(trained.normaliser.inputs)
    use = trained.use.reindex(channels)
    wanted = np.isin(channels, trained.planted) & (use["verdict"] == USED).to_numpy()
    batch = drawn(trained, cells)
    explained = ExplainedModel(trained.network)
    references = drawn_references(trained.shards["train"], trained.normaliser, count=50, seed=1)
    data = MethodData(1, training_mean_of(trained.normaliser), references)
    what = f"{trained.study}, seed {trained.seed}: methods"
    for name in progress(methods, total=len(methods), what=what):
        method = Method(**METHODS[name])
        prepared = method_of(method.method).prepare(explained, data, method.options())
        shares = shares_of(prepared, batch, channels)
        blind = []
        for number in range(copies):
            few = batch[number::copies]
            for _ in cascade(trained.network, 1, np.random.default_rng((1, number))):
                blind.append(shares_of(prepared, few, channels))
        for aggregate in AGGREGATES:
            of_cells = shares[aggregate].to_numpy()
            mean = np.nanmean(of_cells, axis=0)
            limits = (use[column].to_numpy(float) for column in ("use", "low", "high"))
            alike, pairs = ordered_alike(mean, *limits)
            of_random = pd.concat([each[aggregate] for each in blind]).to_numpy()
            yield {
                "study": trained.study,
                "model": trained.name,
                "seed": trained.seed,
                "method": name,
                "aggregate": aggregate,
                "cells": len(of_cells),
                "rho": rank_correlation(mean, use["use"].to_numpy(float)),
                "ordered": alike,
                "pairs": pairs,
                "on_top": all_on_top(of_cells, wanted),
                "random": all_on_top(of_random, wanted),
                "copies": copies,
                "wanted": "+".join(np.asarray(channels)[wanted]),
            }


def drawn(trained: Trained, count: int) -> list[tuple[np.ndarray, np.ndarray, object]]:
    """Return image, mask and id of test cells, as the model sees them."""
    found = []
    for path in trained.shards["test"]:
        with open_store(path) as shard:
            ids = shard.examples.index
            found += [(path, index, cell) for index, cell in enumerate(ids)]
    chosen = np.random.default_rng(1).permutation(len(found))[:count]
    cells = []
    for path, index, cell in (found[number] for number in sorted(chosen)):
        with open_store(path) as shard:
            images, masks = shard.read([index])
        cells.append((trained.normaliser(images, masks)[0], masks[0], cell))
    return cells


def shares_of(prepared, cells: Sequence, channels: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Return aggregate → cells × channels."""
    totals = []
    for start in range(0, len(cells), BATCH):
        images, masks, ids = zip(*cells[start : start + BATCH], strict=True)
        made = prepared(CellBatch(np.stack(images), np.stack(masks), list(ids)))
        totals += [aggregated(one, mask) for one, mask in zip(made.maps, masks, strict=True)]
    summed = totals_table(totals, pd.RangeIndex(len(cells)), channels)
    return {name: channel_shares(summed, name) for name in AGGREGATES}


def best(table: pd.DataFrame) -> list[dict[str, object]]:
    """Return the least of rank correlation and of cells over studies, seeds averaged, best first.

    Signed shares are no shares of a whole, and are left out.
    """
    known = table[table["aggregate"] != "signed"]
    seeds = known.groupby(["method", "aggregate", "study"])[["rho", "on_top", "random"]].mean()
    least = seeds.groupby(["method", "aggregate"]).agg(
        rho=("rho", "min"), on_top=("on_top", "min"), random=("random", "max")
    )
    order = least.assign(both=least[["rho", "on_top"]].mean(axis=1)).sort_values(
        "both", ascending=False
    )
    return order.drop(columns="both").round(2).head(5).reset_index().to_dict("records")


if __name__ == "__main__":
    main()
