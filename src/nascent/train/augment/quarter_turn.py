"""Examples turned by right angles, which moves pixels and changes none."""

from typing import Any

from nascent.frameworks import keras, ops
from nascent.train.augment.layer import PerExample
from nascent.train.augment.rearrange import places, rearranged


@keras.saving.register_keras_serializable(package="nascent")
class QuarterTurn(PerExample):
    """Turn each example by k quarter turns, k uniform in 0 ... 3; `seed` as of `PerExample`."""

    def draw(self, shape: tuple) -> Any:
        """Return the quarter turns of the examples: (n,) int32."""
        return keras.random.randint(shape[:1], 0, 4, dtype="int32", seed=self.seed_generator)

    def move(self, image: Any, mask: Any, drawn: Any) -> tuple[Any, Any]:
        """Return image and mask, turned counter-clockwise by `drawn` quarter turns."""
        last = image.shape[2] - 1
        row, column = places(last + 1)
        turns = ops.reshape(drawn, (-1, 1, 1))
        odd = turns % 2 == 1
        along, across = ops.where(odd, column, row), ops.where(odd, row, column)
        return rearranged(
            image,
            mask,
            ops.where(turns >= 2, last - along, along),
            ops.where((turns == 1) | (turns == 2), last - across, across),
        )
