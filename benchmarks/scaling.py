"""How the cost of each stage grows with nuclei, channels, crop size and steps.

The library's own stages run in this process on a simulated well, one axis at a time, the others as
in `BASE`; a nucleus covers as large a part of its crop at every size. Cost is CPU time of one
thread. A run before takes start-up off; attribution compiles at every call, as its jobs do. Growth
is the exponent of the power law between the two largest values of an axis: 1 is linear, 2
quadratic. The last line is JSON:

`growth`          axis → stage → exponent
`full_seconds`    stage → CPU seconds at full size (224 × 224 pixels, 38 channels, 37 of them seen):
                  of a nucleus, of a training or predicted image, of a map of 70 steps

    python benchmarks/scaling.py [--table FILE] [--axes nuclei channels size steps full]

FILE is a table of axis, value, stage, nuclei and CPU seconds.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pandas as pd
from _nuclei import COVERED

from nascent.attribute.explained import ExplainedModel
from nascent.attribute.inputs import CellBatch
from nascent.attribute.method import method_of
from nascent.attribute.options import options_of
from nascent.config.attribution import Method
from nascent.evaluate.predict import predict
from nascent.evaluate.tables import Answers, RunNames
from nascent.examples import image_input
from nascent.kinds.cells.crops.options import CropOptions, WellSource
from nascent.kinds.cells.crops.stage import crop_well
from nascent.kinds.cells.simulate.intensities import CHANNELS
from nascent.kinds.cells.simulate.options import Simulation, WellPlace
from nascent.kinds.cells.simulate.plate import simulate_well
from nascent.shards.batches import Batches
from nascent.shards.histograms import load
from nascent.shards.normalise import Normaliser
from nascent.shards.statistics import channel_statistics, count_part
from nascent.shards.steps import Steps
from nascent.shards.write import write_shard
from nascent.store import open_store
from nascent.train import backend
from nascent.train.architectures.build import build
from nascent.train.data import Targets, examples
from nascent.train.fit import learn
from nascent.train.objective import compile_model
from nascent.train.options import Fitting

TARGET = "00_EU"
THREADS = 1
"""Several would wait for each other by counting, and that is CPU time too."""


@dataclass(frozen=True)
class Setting:
    """One point of an axis; `channels` counts the target too."""

    nuclei: int = 64
    channels: int = 11
    size: int = 64
    steps: int = 16
    architecture: str = "simple_cnn"


BASE = Setting()
AXES: dict[str, list[Setting]] = {
    "nuclei": [replace(BASE, nuclei=nuclei) for nuclei in (32, 64, 128, 256)],
    "channels": [replace(BASE, channels=channels) for channels in (6, 11, 21, 38)],
    "size": [replace(BASE, size=size) for size in (32, 64, 128, 224)],
    "steps": [replace(BASE, steps=steps) for steps in (8, 16, 32, 64)],
    "full": [Setting(nuclei=32, channels=38, size=224, steps=70)],
}
ONLY_STEPS = "attribute"
"""The stage that knows of steps."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--table", type=Path)
    options.add_argument("--axes", nargs="+", choices=AXES, default=list(AXES))
    chosen = options.parse_args()
    backend.use_threads(THREADS)
    rows = []
    with TemporaryDirectory() as folder:
        list(costs(Path(folder), replace(BASE, nuclei=16)))
    for axis in chosen.axes:
        for setting in AXES[axis]:
            with TemporaryDirectory() as folder:
                for stage, seconds in costs(Path(folder), setting):
                    if axis == "steps" and stage != ONLY_STEPS:
                        continue
                    value = setting.size if axis == "full" else getattr(setting, axis)
                    rows.append((axis, value, stage, setting.nuclei, seconds))
                    print(f"{axis} {value} {stage}: {seconds:.2f} s", file=sys.stderr)
    table = pd.DataFrame(rows, columns=["axis", "value", "stage", "nuclei", "cpu_seconds"])
    if chosen.table:
        table.to_csv(chosen.table, sep="\t", index=False, float_format="%.4g")
    print(table.to_string(index=False))
    full = table[table["axis"] == "full"]
    figures = {
        "growth": {
            axis: growth(rows) for axis, rows in table.groupby("axis", sort=False) if axis != "full"
        },
        "full_seconds": dict(
            zip(full["stage"], (full["cpu_seconds"] / full["nuclei"]).round(4), strict=True)
        ),
    }
    print(json.dumps(figures))


def growth(rows: pd.DataFrame) -> dict[str, float]:
    """Return the exponent of each stage between the two largest values of an axis."""
    found = {}
    for stage, of in rows.sort_values("value").groupby("stage", sort=False):
        values, seconds = np.log(of["value"].to_numpy()), np.log(of["cpu_seconds"].to_numpy())
        found[stage] = round(float((seconds[-1] - seconds[-2]) / (values[-1] - values[-2])), 2)
    return found


def costs(folder: Path, setting: Setting) -> Iterator[tuple[str, float]]:
    """Yield each stage and its CPU seconds for all nuclei, in the order in which they run."""
    inputs = [name for name in CHANNELS if name != TARGET][: setting.channels - 1]
    channels, names = [*inputs, TARGET], {"plate": "p", "well": "A01"}
    well, store, shard = folder / "A01", folder / "A01.h5", folder / "train-00000.h5"
    yield "simulate", spent(
        lambda: simulate_well(
            well, WellPlace(**names, position=0),
            Simulation(
                seed=1, nuclei=setting.nuclei, channels=channels,
                mean_area=COVERED * setting.size**2, layout="numpy",
            ),
            truth_path=folder / "truth.h5", cycle_path=folder / "cycle.csv",
        )
    )  # fmt: skip
    yield "crops", spent(
        lambda: crop_well(
            WellSource(well, **names), store, folder / "quality.tsv", threads=THREADS,
            options=CropOptions(TARGET, setting.size, oversize="crop"), record={},
        )
    )  # fmt: skip
    with open_store(store) as crops:
        cells = crops.cells.reset_index()[["id"]].assign(part=store.stem, split="train")
    counted = folder / "histograms.h5"
    yield "histograms", spent(lambda: count_part(store, cells, counted, record={}))
    yield "shards", spent(lambda: write_shard([store], cells, shard, split="train", record={}))
    normaliser = Normaliser.from_table(channel_statistics(load(counted), Steps()), inputs, Steps())
    yield from costs_of_network(folder, shard, normaliser, setting, len(cells) / setting.nuclei)


def costs_of_network(
    folder: Path, shard: Path, normaliser: Normaliser, setting: Setting, kept: float
) -> Iterator[tuple[str, float]]:
    """Yield the stages that run a network, as if all nuclei had been kept."""
    fitting = Fitting(epochs=2, batch_size=16, learning_rate=5e-4)
    with open_store(shard) as store:
        target = store.examples["target"]
    model = build(
        setting.architecture, [image_input(setting.size, setting.channels - 1)],
        target_mean=float(target.mean()), target_sd=float(target.std()),
    )  # fmt: skip
    targets = Targets(("target",), (0.0,), (float(target.std()),), 0)
    compile_model(model, fitting, targets)
    reader = Batches([shard], normaliser, batch_size=fitting.batch_size, seed=1)
    yield (
        "train",
        warm(lambda: learn(model, examples(reader, ["target"]), lambda step: 5e-4, metric="mae"))
        / kept,
    )
    yield "evaluate", warm(
        lambda: predict(
            model, {"train": [shard]}, normaliser, answers=Answers(["target"]),
            run=RunNames("example", "example", "model", 1), batch_size=fitting.batch_size,
        )
    ) / kept  # fmt: skip
    options = Method(method="integrated_gradients", steps=setting.steps).options()
    explain = method_of("integrated_gradients").attribute
    explained = ExplainedModel(model)
    with open_store(shard) as store:
        images, masks = store.read(slice(None))
    cells = CellBatch(normaliser(images, masks), masks, list(range(len(masks))))
    yield "attribute", warm(
        lambda: explain(
            explained, cells, seed=1, options=options_of("integrated_gradients", options)
        )
    ) / kept  # fmt: skip


def spent(work: Callable[[], object]) -> float:
    """Return the CPU seconds of all threads that some work took."""
    began = time.process_time()
    work()
    return time.process_time() - began


def warm(work: Callable[[], object]) -> float:
    """Return the CPU seconds of the second of two runs."""
    work()
    return spent(work)


if __name__ == "__main__":
    main()
