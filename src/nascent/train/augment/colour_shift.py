"""A shift of each channel's level, so that a level says nothing."""

from typing import Any

from nascent.errors import TrainError, did_you_mean
from nascent.frameworks import keras, ops
from nascent.train.augment.layer import PerExample, measured

DISTRIBUTIONS = ("uniform", "normal")


@keras.saving.register_keras_serializable(package="nascent")
class ColourShift(PerExample):
    """Add one number for each example and channel to the measured pixels.

    Parameters
    ----------
    distribution
        `uniform`: U(mean - 3 sd, mean + 3 sd), whose standard deviation is √3 sd; or `normal`:
        N(mean, sd²).
    mean, sd
        In units of the normalised image.
    seed
        See `PerExample`.

    Raises
    ------
    TrainError
        Where there is no such distribution; the nearest is named.
    """

    def __init__(
        self, distribution: str, *, mean: float, sd: float, seed: int, **kwargs: Any
    ) -> None:
        super().__init__(seed=seed, **kwargs)
        if distribution not in DISTRIBUTIONS:
            raise TrainError(
                f"there is no colour shift {distribution!r}",
                where="augment.shift",
                mend=did_you_mean(distribution, DISTRIBUTIONS),
            )
        self.distribution, self.mean, self.sd = distribution, mean, sd

    def draw(self, shape: tuple) -> Any:
        """Return the shifts (n, 1, 1, C)."""
        shape = (shape[0], 1, 1, shape[3])
        if self.distribution == "normal":
            return keras.random.normal(
                shape, self.mean, self.sd, dtype="float32", seed=self.seed_generator
            )
        low, high = self.mean - 3 * self.sd, self.mean + 3 * self.sd
        return keras.random.uniform(shape, low, high, dtype="float32", seed=self.seed_generator)

    def move(self, image: Any, mask: Any, drawn: Any) -> tuple[Any, Any]:
        """Return the image with its measured pixels shifted, and the mask as it is."""
        return image + measured(mask, image) * ops.cast(drawn, image.dtype), mask

    def get_config(self) -> dict[str, Any]:
        """Return what builds the layer again."""
        own = {"distribution": self.distribution, "mean": self.mean, "sd": self.sd}
        return {**super().get_config(), **own}
