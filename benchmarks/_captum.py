"""Captum's side of attribution.py: its time for Integrated Gradients, and its maps against ours.

    KERAS_BACKEND=torch python _captum.py FOLDER THREADS STEPS BATCH

FOLDER holds model.keras and given.npz. Times are of float32; maps are compared in float64, where no
point lies so near a kink of the network that its side is a matter of rounding.
"""

import json
import sys
import time
from pathlib import Path
from unittest.mock import patch

import keras
import numpy as np
import torch
from _float64 import in_float64
from captum.attr import IntegratedGradients, LayerGradCam, NoiseTunnel, Saliency

from nascent.attribute.cam import grad_cam, layer_of
from nascent.attribute.explained import ExplainedModel
from nascent.attribute.graph import behind
from nascent.attribute.inputs import CellBatch
from nascent.attribute.integrated_gradients import AttributionPath, PathIntegrator

LAYER = "conv_2_relu"


class Predictor(torch.nn.Module):
    """A Keras model as a function of the image alone, channels last."""

    def __init__(self, model: keras.Model) -> None:
        super().__init__()
        self.model = model

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        masks = torch.ones(images.shape[:3], dtype=torch.bool)
        return self.model({"image": images, "mask": masks}, training=False)[:, 0]


class CutPredictor(Predictor):
    """The same, with a module `seen` that gives a layer's features channels first."""

    def __init__(self, model: keras.Model) -> None:
        super().__init__(model)
        features = model.get_layer(LAYER).output
        self.body, self.rest = keras.Model(model.input, features), behind(model, features)
        self.seen = torch.nn.Identity()

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        masks = torch.ones(images.shape[:3], dtype=torch.bool)
        features = self.body({"image": images, "mask": masks}, training=False)
        features = self.seen(features.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        return self.rest([features, masks], training=False)[:, 0]


def main(folder: Path, threads: int, steps: int, batch: int) -> None:
    torch.set_num_threads(threads)
    given = np.load(folder / "given.npz")
    trained = keras.saving.load_model(folder / "model.keras", compile=False)
    seconds = []
    for image in given["images"]:
        began = time.perf_counter()
        integrated(trained, torch.tensor(image[None]), steps, batch)
        seconds.append(time.perf_counter() - began)
    torch.set_default_dtype(torch.float64)
    found = differences(in_float64(trained), given, steps, batch)
    print(json.dumps({"ig_seconds": float(min(seconds)), "differences": found}))


def integrated(model: keras.Model, images: torch.Tensor, steps: int, batch: int) -> torch.Tensor:
    explain = IntegratedGradients(Predictor(model), multiply_by_inputs=True)
    found = explain.attribute(
        images, n_steps=steps + 1, method="riemann_trapezoid", internal_batch_size=batch
    )
    # Captum's trapezoid of n points has n - 1 steps, but weights of 1 / n: their sum is not 1.
    return found.detach() * (steps + 1) / steps


def differences(model: keras.Model, given, steps: int, batch: int) -> dict[str, float]:
    """Return the largest difference of each kind of map, as a share of its largest score."""
    explained = ExplainedModel(model)
    images = given["images"][:1].astype(np.float64)
    masks, noise = given["masks"][:1], given["noise"][0].astype(np.float64)
    tensor = torch.tensor(images)
    path = AttributionPath(images[0], np.zeros_like(images[0]), masks[0])
    (ours,) = PathIntegrator(explained).integrate([path], steps=steps, batch_size=batch)
    found = {"ig": share(ours.attribution, integrated(model, tensor, steps, batch)[0])}
    noisy = images + noise
    _, gradients = explained.gradients(noisy, np.repeat(masks, len(noise), axis=0))
    saliency = Saliency(Predictor(model))
    for name, statistic, ours in (
        ("smoothgrad", "smoothgrad", gradients.mean(axis=0)),
        ("vargrad", "vargrad", gradients.var(axis=0)),
    ):
        tunnel = NoiseTunnel(saliency)
        # The same noise: Captum draws its own, all over the frame.
        with patch("torch.normal", lambda *_, **__: torch.tensor(noise)):
            theirs = tunnel.attribute(
                tensor, nt_type=statistic, nt_samples=len(noise), stdevs=1.0, abs=False
            )
        found[name] = share(ours, theirs[0].detach())
    cells = CellBatch(images, masks, [0])
    ours = grad_cam(layer_of(explained, LAYER), cells, sign="both", batch_size=1).maps[0, ..., 0]
    found["grad_cam"] = share(ours, captum_cam(model, tensor, len(ours)))
    return found


def captum_cam(model: keras.Model, images: torch.Tensor, size: int) -> torch.Tensor:
    """Return Captum's Grad-CAM (size, size), brought to the crop's size by torch."""
    predictor = CutPredictor(model)
    found = LayerGradCam(predictor, predictor.seen).attribute(images, relu_attributions=False)
    shape = (size, size)
    return torch.nn.functional.interpolate(found.detach(), shape, mode="bilinear")[0, 0]


def share(ours: np.ndarray, theirs: torch.Tensor) -> float:
    theirs = theirs.numpy()
    return float(np.abs(ours - theirs).max() / np.abs(theirs).max())


if __name__ == "__main__":
    main(Path(sys.argv[1]), *(int(value) for value in sys.argv[2:]))
