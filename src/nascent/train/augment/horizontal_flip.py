"""Examples flipped left to right."""

from typing import Any

from nascent.frameworks import keras, ops
from nascent.train.augment.layer import PerExample
from nascent.train.augment.rearrange import places, rearranged


@keras.saving.register_keras_serializable(package="nascent")
class HorizontalFlip(PerExample):
    """Flip each example left to right with probability 1/2; `seed` as of `PerExample`."""

    def draw(self, shape: tuple) -> Any:
        """Return which examples are flipped: (n,) bool."""
        return keras.random.uniform(shape[:1], dtype="float32", seed=self.seed_generator) < 0.5

    def move(self, image: Any, mask: Any, drawn: Any) -> tuple[Any, Any]:
        """Return image and mask, flipped where `drawn`."""
        size = image.shape[2]
        row, column = places(size)
        column = ops.where(ops.reshape(drawn, (-1, 1, 1)), size - 1 - column, column)
        return rearranged(image, mask, row, column)
