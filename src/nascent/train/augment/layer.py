"""What all augmentations share: draws for each example, and nothing outside training."""

from abc import abstractmethod
from typing import Any

from nascent.frameworks import keras, ops


class PerExample(keras.layers.Layer):
    """An augmentation in two halves: `draw` the random numbers, then `move` the pixels by them.

    Apart they can be compiled apart: `move` is a pure function that a compiler may fuse with
    others, while the draws come from the layer's own stream, whose state is a variable of the
    model and so part of its checkpoints.

    Parameters
    ----------
    seed
        Of the layer's stream, below 2^31.
    """

    def __init__(self, *, seed: int, **kwargs: Any) -> None:
        # Positions in a crop need more digits than half precision has, and the image keeps the
        # type that it comes in: the network behind casts it.
        super().__init__(autocast=False, **kwargs)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.built = True

    @abstractmethod
    def draw(self, shape: tuple) -> Any:
        """Return the random numbers for a batch of images of that shape (n, S, S, C)."""

    @abstractmethod
    def move(self, image: Any, mask: Any, drawn: Any) -> tuple[Any, Any]:
        """Return image (n, S, S, C) and mask (n, S, S) as `drawn` has it."""

    def call(self, inputs: dict[str, Any], training: bool | None = None) -> dict[str, Any]:
        """Return the inputs with new draws in training, and as they come otherwise."""
        if not training:
            return inputs
        image, mask = ops.convert_to_tensor(inputs["image"]), ops.convert_to_tensor(inputs["mask"])
        image, mask = self.move(image, mask, self.draw(ops.shape(image)))
        return {**inputs, "image": image, "mask": mask}

    def compute_output_shape(self, input_shape: dict[str, tuple]) -> dict[str, tuple]:
        """Return the shapes as they come."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return what builds the layer again, its stream at the start."""
        return {**super().get_config(), "seed": self.seed}


def measured(mask: Any, like: Any) -> Any:
    """Return the mask as (n, S, S, 1) ones and zeros in the type of the image."""
    return ops.expand_dims(ops.cast(mask, like.dtype), axis=-1)
