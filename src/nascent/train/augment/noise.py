"""Normal noise on the measured pixels."""

from typing import Any

from nascent.frameworks import keras, ops
from nascent.train.augment.layer import PerExample, measured


@keras.saving.register_keras_serializable(package="nascent")
class Noise(PerExample):
    """Add N(0, sd²) to every measured pixel and channel, each by a draw of its own.

    Parameters
    ----------
    sd
        In units of the normalised image.
    seed
        See `PerExample`.
    """

    def __init__(self, sd: float, *, seed: int, **kwargs: Any) -> None:
        super().__init__(seed=seed, **kwargs)
        self.sd = sd

    def draw(self, shape: tuple) -> Any:
        """Return the noise (n, S, S, C)."""
        return keras.random.normal(shape, 0.0, self.sd, dtype="float32", seed=self.seed_generator)

    def move(self, image: Any, mask: Any, drawn: Any) -> tuple[Any, Any]:
        """Return the image with noise on its measured pixels, and the mask as it is."""
        return image + measured(mask, image) * ops.cast(drawn, image.dtype), mask

    def get_config(self) -> dict[str, Any]:
        """Return what builds the layer again."""
        return {**super().get_config(), "sd": self.sd}
