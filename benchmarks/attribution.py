"""What attribution costs, against the plain compiled loop and against Captum.

`simple_cnn` for 224 × 224 pixels and 33 channels, trained for a few steps, explains nuclei that
cover about a quarter of the frame. The plain loop is what one would write first: a batch of points
of the path through the whole model, compiled on the same backend, its gradients summed as they
come. All ways get the same weights, cells, noise and threads; they take turns, cell by cell, and a
ratio is that of the medians. The last line is JSON:

`ig_over_loop`              Integrated Gradients, m = 70 trapezoid
`ig_over_captum`            the same, over Captum's (with --captum)
`vargrad_over_loop`         VarGrad over Integrated Gradients, m = 70, a noise draw
`tolerance_over_loop`       VarGrad by Gauss–Legendre, m chosen a cell so that the completeness gap
                            is no larger than the largest that m = 70 left, with the search for m
                            shared by the draws, over the plain loop of m = 70
`tolerance_rank_correlation`  of its maps and the exact ones, within the nucleus, smallest cell
`ig_difference`             largest difference to the plain loop, as a share of the largest score,
                            in float64 (in float32 a point near a kink may see its other side)
`captum_differences`        the same to Captum: IG, SmoothGrad, VarGrad, Grad-CAM
`rss_gb`                    the most memory of a job that attributes a shard by VarGrad

    python benchmarks/attribution.py [--cells 4] [--draws 50] [--threads 2] [--captum PYTHON]

PYTHON is the interpreter of an environment made from benchmarks/captum.txt.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from _float64 import in_float64
from _nuclei import TARGET_SD, write_nuclei
from keras import ops
from scipy.stats import spearmanr

from nascent.attribute.draws import measured_noise, stream
from nascent.attribute.explained import ExplainedModel
from nascent.attribute.gradients import array, backend
from nascent.attribute.inputs import CellBatch
from nascent.attribute.integrated_gradients import AttributionPath, PathIntegrator
from nascent.attribute.method import method_of
from nascent.attribute.options import options_of
from nascent.attribute.quadrature import points_and_weights
from nascent.attribute.stage import Explanation, attribute_shard
from nascent.config.attribution import Method
from nascent.examples import image_input
from nascent.shards.normalise import Normaliser
from nascent.shards.statistics import channel_statistics, count_pixels
from nascent.shards.steps import Steps
from nascent.store import open_store
from nascent.train import backend as settings
from nascent.train.architectures.build import build

SIZE, CHANNELS, STEPS, BATCH = 224, 33, 70, 24
TRAINED, EPOCHS = 24, 8
"""Cells the network is trained on, and how often."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cells", type=int, default=4)
    options.add_argument("--draws", type=int, default=50)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--captum", help="interpreter of an environment with Captum and torch")
    options.add_argument("--job", type=Path, help="only attribute the shard in this folder")
    chosen = options.parse_args()
    settings.use_threads(chosen.threads)
    if chosen.job:
        attribute(chosen.job, chosen.draws)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
        return
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_nuclei(folder / "cells.h5", TRAINED, SIZE, CHANNELS)
        images, masks = normalised(folder / "cells.h5")
        model = trained(images, masks)
        model.save(folder / "model.keras")
        cells = CellBatch(images[: chosen.cells], masks[: chosen.cells], list(range(chosen.cells)))
        figures = timed_ways(ExplainedModel(model), cells, chosen.draws)
        if chosen.captum:
            figures |= against_captum(chosen.captum, folder, cells, chosen.threads, figures)
        figures["ig_difference"] = difference_in_float64(folder / "model.keras", cells)
        job = [sys.executable, __file__, "--job", folder, "--draws", "2"]
        figures["rss_gb"] = float(subprocess.check_output(job, text=True).split()[-1])
    told = {"backend": keras.backend.backend(), "device": settings.device()}
    print(json.dumps(rounded(figures) | told))


def normalised(shard: Path) -> tuple[np.ndarray, np.ndarray]:
    with open_store(shard) as store:
        images, masks = store.read(slice(None))
    return normaliser_of(shard)(images, masks), masks


def normaliser_of(shard: Path) -> Normaliser:
    with open_store(shard) as store:
        histograms = count_pixels(store, store.examples.index)
        return Normaliser.from_table(
            channel_statistics(histograms, Steps()), store.channels, Steps()
        )


def trained(images: np.ndarray, masks: np.ndarray) -> keras.Model:
    """Return a network that has learnt something: a fresh one predicts the same for every cell.

    The target is the mean product of two channels, which no linear model of the channels sees.
    """
    keras.utils.set_random_seed(1)
    model = build(
        "simple_cnn", [image_input(SIZE, CHANNELS)], target_mean=377.0, target_sd=TARGET_SD
    )
    signal = np.array(
        [
            (image[mask, 0] * image[mask, 1]).mean()
            for image, mask in zip(images, masks, strict=True)
        ]
    )
    targets = 377 + TARGET_SD * (signal - signal.mean()) / signal.std()
    model.compile(keras.optimizers.Adam(1e-3), "mae")
    model.fit({"image": images, "mask": masks}, targets, batch_size=4, epochs=EPOCHS, verbose=0)
    return model


def timed_ways(explained: ExplainedModel, cells: CellBatch, draws: int) -> dict[str, float]:
    integrator, loop = PathIntegrator(explained), PlainLoop(explained)
    seconds: dict[str, list[float]] = {}
    gaps = []
    for image, mask in zip(cells.images, cells.masks, strict=True):
        path = AttributionPath(image, np.zeros_like(image), mask)
        found = timed(seconds, "fast", partial(exact, integrator, path))
        timed(seconds, "loop", partial(loop, path))
        gaps.append(found.relative_gap)
    tolerance = float(max(gaps))
    ways = {
        "exact": {"steps": STEPS, "rule": "trapezoid", "samples": draws},
        "tolerance": {
            "steps": STEPS,
            "rule": "gauss_legendre",
            "tolerance": tolerance,
            "samples": draws,
        },
    }
    maps, taken = {}, {}
    for name, given in ways.items():
        options = Method(method="vargrad", batch_size=BATCH, **given).options()
        explain = partial(
            method_of("vargrad").attribute,
            explained,
            seed=1,
            options=options_of("vargrad", options),
        )
        for number in range(len(cells)):
            one = CellBatch(cells.images[[number]], cells.masks[[number]], [number])
            found = timed(seconds, name, partial(explain, one))
            maps.setdefault(name, []).append(found.maps[0][one.masks[0]].ravel())
            taken.setdefault(name, []).append(int(found.steps[0]))
    # The first of each compiles. What VarGrad costs in the plain loop are its draws' paths.
    median = {name: float(np.median(times[1:])) for name, times in seconds.items()}
    print(f"seconds a cell: {rounded(median)}; steps by tolerance: {taken['tolerance']}")
    correlations = [
        spearmanr(one, other).statistic
        for one, other in zip(maps["exact"], maps["tolerance"], strict=True)
    ]
    return {
        "ig_over_loop": median["loop"] / median["fast"],
        "vargrad_over_loop": draws * median["loop"] / median["exact"],
        "tolerance_over_loop": draws * median["loop"] / median["tolerance"],
        "tolerance_rank_correlation": float(min(correlations)),
        "largest_gap": tolerance,
        "fast_seconds": median["fast"],
    }


def exact(integrator: PathIntegrator, path: AttributionPath):
    (found,) = integrator.integrate([path], steps=STEPS, batch_size=BATCH)
    return found


class PlainLoop:
    """Integrated Gradients with every point through the whole model, sums kept on the device."""

    def __init__(self, explained: ExplainedModel) -> None:
        engine = backend()

        def segment(image, mask, alphas, weights):
            points = alphas[:, None, None, None] * image
            masks = ops.repeat(mask[None], ops.shape(alphas)[0], axis=0)

            def outputs(points):
                found = explained.model({"image": points, "mask": masks}, training=False)
                return explained.read_out.of(found)

            _, gradients = engine.differentiate(outputs, points, None)
            return ops.tensordot(weights, gradients, axes=1)

        self._segment = engine.compiled(segment, [explained.model])

    def __call__(self, path: AttributionPath) -> np.ndarray:
        dtype = path.image.dtype
        alphas, weights = (
            values.astype(dtype) for values in points_and_weights("trapezoid", STEPS)
        )
        total = 0.0
        for first in range(0, len(alphas), BATCH):
            part = slice(first, first + BATCH)
            total = total + self._segment(path.image, path.mask, alphas[part], weights[part])
        return array(total) * path.image


def difference_in_float64(model_path: Path, cells: CellBatch) -> float:
    """Return the largest difference of the fast way and the plain loop on one cell."""
    model = in_float64(keras.saving.load_model(model_path, compile=False))
    explained = ExplainedModel(model)
    image = cells.images[0].astype(np.float64)
    path = AttributionPath(image, np.zeros_like(image), cells.masks[0])
    plain = PlainLoop(explained)(path)
    fast = exact(PathIntegrator(explained), path).attribution
    return float(np.abs(plain - fast).max() / np.abs(plain).max())


def attribute(folder: Path, draws: int) -> None:
    """Attribute a shard by VarGrad, as a job does it."""
    attribute_shard(
        folder / "model.keras",
        folder / "cells.h5",
        folder / "maps.h5",
        reader=normaliser_of(folder / "cells.h5"),
        how=Explanation("vargrad", Method(method="vargrad", samples=draws).options(), 1),
        state_dir=folder / "state",
        record={},
    )


def against_captum(
    python: str, folder: Path, cells: CellBatch, threads: int, figures: dict[str, float]
) -> dict:
    """Return how much slower Captum is, and how far its maps are from ours."""
    count = min(2, len(cells))
    images, masks = cells.images[:count], cells.masks[:count]
    noise = np.stack(
        [
            [measured_noise(mask, CHANNELS, 1.0, stream(1, cell, "noise", draw)) for draw in (0, 1)]
            for cell, mask in enumerate(masks)
        ]
    )
    np.savez(folder / "given.npz", images=images, masks=masks, noise=noise)
    script = Path(__file__).with_name("_captum.py")
    told = subprocess.run(
        [python, script, folder, str(threads), str(STEPS), str(BATCH)],
        env={**os.environ, "KERAS_BACKEND": "torch"},
        capture_output=True,
        text=True,
    )
    if told.returncode:
        sys.exit(f"Captum did not run:\n{told.stderr[-3000:]}")
    found = json.loads(told.stdout.splitlines()[-1])
    return {
        "ig_over_captum": found["ig_seconds"] / figures["fast_seconds"],
        "captum_differences": found["differences"],
    }


def timed(seconds: dict[str, list[float]], name: str, work: Callable):
    began = time.perf_counter()
    found = work()
    seconds.setdefault(name, []).append(time.perf_counter() - began)
    return found


def rounded(figures: dict) -> dict:
    return {
        name: rounded(value) if isinstance(value, dict) else float(f"{value:.3g}")
        for name, value in figures.items()
    }


if __name__ == "__main__":
    main()
