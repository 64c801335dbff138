"""A network whose training examples are augmented on their way in."""

from collections.abc import Sequence
from typing import Any

from nascent.frameworks import keras, ops
from nascent.train.augment.fused import fused
from nascent.train.augment.layer import PerExample


class Augmented(keras.Model):
    """A network behind augmentation layers that act in training alone.

    It is what is compiled and trained; what is saved and predicts is `network`, whose weights it
    shares. The streams of the layers are among its variables.

    Parameters
    ----------
    network
        From inputs by name to predictions. Augmented are `image` (n, S, S, C) and its `mask`
        (n, S, S) bool; further inputs stay as they are.
    augmentations
        In the order in which they act, see `augmentation_layers`; may be none.

    Attributes
    ----------
    network : keras.Model
        As given.
    augmentations : list
        As given.
    """

    def __init__(self, network: keras.Model, augmentations: Sequence[PerExample]) -> None:
        # The network's own policy decides on loss scaling; its inputs it casts by itself.
        super().__init__(name=network.name, dtype=network.dtype_policy, autocast=False)
        self.network = network
        self.augmentations = list(augmentations)
        self._moved = fused(self._move)
        self.built = True

    def call(self, inputs: dict[str, Any], training: bool | None = None) -> Any:
        """Return the network's output, in training for augmented inputs."""
        if training and self.augmentations:
            inputs = self.augment(inputs)
        return self.network(inputs, training=training)

    def augment(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """Return the inputs with new draws of `image` and `mask`: what is seen in training."""
        image, mask = ops.convert_to_tensor(inputs["image"]), ops.convert_to_tensor(inputs["mask"])
        shape = ops.shape(image)
        image, mask = self._moved(image, mask, [layer.draw(shape) for layer in self.augmentations])
        return {**inputs, "image": image, "mask": mask}

    def _move(self, image: Any, mask: Any, draws: list[Any]) -> tuple[Any, Any]:
        for layer, drawn in zip(self.augmentations, draws, strict=True):
            image, mask = layer.move(image, mask, drawn)
        return image, mask
