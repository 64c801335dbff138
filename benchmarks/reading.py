"""How much faster normalised batches are read than `simple_cnn` trains on them.

A shard of full-size crops (224 × 224 pixels, 38 channels, 33 of them inputs) is read in shuffled
batches of 64, then the network takes training steps on one of these batches, in this process with
its threads. The last line is JSON: `read_over_train` and the two rates in cells a second.

    python benchmarks/reading.py [--cells 256] [--batch 64] [--steps 2]
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from _nuclei import write_nuclei

from nascent.examples import Batch
from nascent.shards.batches import Batches
from nascent.shards.normalise import Normaliser
from nascent.shards.statistics import channel_statistics, count_pixels
from nascent.shards.steps import Steps
from nascent.store import open_store

SIZE, CHANNELS, INPUTS = 224, 38, 33


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cells", type=int, default=256)
    options.add_argument("--batch", type=int, default=64)
    options.add_argument("--steps", type=int, default=2)
    chosen = options.parse_args()
    with TemporaryDirectory() as folder:
        shard = Path(folder) / "train-00000.h5"
        write_nuclei(shard, chosen.cells, SIZE, CHANNELS)
        with open_store(shard) as store:
            histograms = count_pixels(store, store.examples.index)
            inputs = store.channels[:INPUTS]
        normaliser = Normaliser.from_table(channel_statistics(histograms, Steps()), inputs, Steps())
        reader = Batches([shard], normaliser, batch_size=chosen.batch, seed=1)
        read = read_rate(reader)
        print(f"read and normalised: {read:.0f} cells/s")
        trained = train_rate(next(reader.read()), steps=chosen.steps)
        print(f"trained: {trained:.2f} cells/s")
    figures = {"read_over_train": read / trained, "read": read, "trained": trained}
    print(json.dumps({name: round(value, 2) for name, value in figures.items()}))


def read_rate(reader: Batches, passes: int = 3) -> float:
    """Return cells a second, the median over passes after a first one that warms the memory."""
    rates = []
    for epoch in range(passes + 1):
        seconds = timed(lambda epoch=epoch: [None for _ in reader.read(epoch)])
        rates.append(len(reader.examples) / seconds)
    return float(np.median(rates[1:]))


def train_rate(batch: Batch, *, steps: int) -> float:
    """Return cells a second of training steps, after a first one that compiles."""
    import keras

    from nascent.examples import image_input
    from nascent.train.architectures.build import build

    model = build("simple_cnn", [image_input(SIZE, INPUTS)], target_mean=377, target_sd=60)
    model.compile(optimizer=keras.optimizers.Adam(5e-4), loss=keras.losses.Huber(1.0))
    inputs = batch.inputs
    target = batch.targets["target"].astype(np.float32)[:, None]
    model.train_on_batch(inputs, target)
    seconds = [timed(lambda: model.train_on_batch(inputs, target)) for _ in range(steps)]
    return len(target) / float(np.median(seconds))


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
