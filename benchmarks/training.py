"""How much of a compiled model's speed is left when it trains through nascent.

A shard of full-size crops (224 × 224 pixels, 33 channels) is read in shuffled batches, normalised,
augmented as in the preset `structure`, and learnt from, all as a training job does it. The bare
model is the same network, compiled alike, without augmentation, taking the same number of steps on
batches that are in memory already. Passes of both alternate in this process, on the backend that
KERAS_BACKEND names, and each rate is the median over passes. The last line is JSON:
`throughput_over_bare`, the two rates in images a second, and `rss_gb`, the most memory this process
held while it trained through nascent, which comes first.

    python benchmarks/training.py [--architecture simple_cnn] [--size 224] [--channels 33]
        [--batch 32] [--steps 8] [--passes 3] [--threads 2] [--precision float32]
"""

import argparse
import json
import resource
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import keras
import numpy as np
from _nuclei import TARGET_SD, write_nuclei

from nascent.augmentation import PRESETS, SizeRatios
from nascent.examples import image_input
from nascent.shards.batches import Batches
from nascent.shards.normalise import Normaliser
from nascent.shards.statistics import channel_statistics, count_pixels
from nascent.shards.steps import Steps
from nascent.store import open_store
from nascent.train import backend
from nascent.train.architectures.build import build
from nascent.train.augment.augmented import Augmented
from nascent.train.augment.choose import augmentation_layers
from nascent.train.data import Targets, examples, size_ratios
from nascent.train.fit import learn
from nascent.train.objective import compile_model
from nascent.train.options import Fitting
from nascent.train.prefetch import prefetched


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--architecture", default="simple_cnn")
    options.add_argument("--size", type=int, default=224)
    options.add_argument("--channels", type=int, default=33)
    options.add_argument("--batch", type=int, default=32)
    options.add_argument("--steps", type=int, default=8, help="of a pass")
    options.add_argument("--passes", type=int, default=3, help="after one that compiles")
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--precision", default="float32")
    chosen = options.parse_args()
    backend.use_threads(chosen.threads)
    backend.make_deterministic(1)
    fitting = Fitting(
        epochs=chosen.passes + 1,
        batch_size=chosen.batch,
        learning_rate=5e-4,
        precision=chosen.precision,
    )
    with TemporaryDirectory() as folder:
        shard = Path(folder) / "train-00000.h5"
        write_nuclei(shard, chosen.batch * chosen.steps, chosen.size, chosen.channels)
        reader = batches_of(shard, chosen.batch)
        ratios = size_ratios(reader)
        trained = model(chosen.architecture, chosen.size, chosen.channels, fitting, ratios)
        bare = model(chosen.architecture, chosen.size, chosen.channels, fitting, None)
        through = [pass_through_nascent(trained, reader, 1)]
        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        # Two batches by turns, so that none stays in the cache from step to step.
        memory = list(islice(examples(reader, ["target"]), 2))
        alone = [pass_alone(bare, memory, chosen.steps)]
        for epoch in range(chosen.passes):
            through.append(pass_through_nascent(trained, reader, epoch + 2))
            alone.append(pass_alone(bare, memory, chosen.steps))
    images = chosen.batch * chosen.steps
    rates = {
        "through_nascent": images / float(np.median(through[1:])),
        "bare": images / float(np.median(alone[1:])),
    }
    for name, rate in rates.items():
        print(f"{name}: {rate:.2f} images/s")
    ratio = rates["through_nascent"] / rates["bare"]
    figures = {"throughput_over_bare": ratio, **rates, "rss_gb": rss}
    rounded = {name: round(value, 3) for name, value in figures.items()}
    print(json.dumps({**rounded, "backend": keras.backend.backend(), "device": backend.device()}))


def batches_of(shard: Path, batch: int) -> Batches:
    with open_store(shard) as store:
        histograms = count_pixels(store, store.examples.index)
        inputs = store.channels
    normaliser = Normaliser.from_table(channel_statistics(histograms, Steps()), inputs, Steps())
    return Batches([shard], normaliser, batch_size=batch, seed=1)


def model(
    architecture: str, size: int, channels: int, fitting: Fitting, ratios: SizeRatios | None
) -> keras.Model:
    """Return the compiled network, augmented where there are size ratios."""
    with backend.precision(fitting.precision):
        network = build(
            architecture, [image_input(size, channels)], target_mean=377.0, target_sd=TARGET_SD
        )
    if ratios is not None:
        layers = augmentation_layers(PRESETS["structure"], ratios, seed=1)
        network = Augmented(network, layers)
    compile_model(network, fitting, Targets(("target",), (0.0,), (TARGET_SD,), 0))
    return network


def pass_through_nascent(trained: keras.Model, reader: Batches, epoch: int) -> float:
    """Return the seconds of one epoch, as a training job takes it."""

    def work() -> None:
        with prefetched(examples(reader, ["target"], epoch)) as batches:
            learn(trained, batches, lambda step: 5e-4, metric="mae")

    return timed(work)


def pass_alone(bare: keras.Model, memory: list, steps: int) -> float:
    """Return the seconds of so many steps on batches in memory."""

    def work() -> None:
        for step in range(steps):
            inputs, target = memory[step % len(memory)]
            bare.train_on_batch(inputs, target, return_dict=True)

    return timed(work)


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
