"""Examples scaled about the centre of their crops, so that their size says nothing."""

from typing import Any

from nascent.errors import TrainError, did_you_mean
from nascent.frameworks import keras, ops
from nascent.train.augment.layer import PerExample
from nascent.train.augment.rearrange import first_pixels

DISTRIBUTIONS = ("normal", "uniform", "equal")


@keras.saving.register_keras_serializable(package="nascent")
class CentreZoom(PerExample):
    """Scale each example about the crop's centre to a size ratio drawn from the training examples'.

    The scale is the drawn ratio over the example's own, 1 - 2 d / S with d the smallest of the four
    empty margins of its mask; as no ratio exceeds 1, no example is cut.

    The image is interpolated between the four nearest pixels, of which the measured alone count:
    Σ w v / Σ w over them. So an example's border does not become a ramp to zero. A new pixel counts
    as measured where the measured ones have half of the weight or more, and is zero elsewhere.

    Parameters
    ----------
    distribution
        `normal`: N(mean, sd²) clipped to [low, 1]; `uniform`: U(low, 1); `equal`: always the mean.
    mean, sd, low
        Of the training examples' size ratios.
    seed
        See `PerExample`.

    Raises
    ------
    TrainError
        Where there is no such distribution; the nearest is named.
    """

    def __init__(
        self, distribution: str, *, mean: float, sd: float, low: float, seed: int, **kwargs: Any
    ) -> None:
        super().__init__(seed=seed, **kwargs)
        if distribution not in DISTRIBUTIONS:
            raise TrainError(
                f"there is no zoom {distribution!r}",
                where="augment.zoom",
                mend=did_you_mean(distribution, DISTRIBUTIONS),
            )
        self.distribution, self.mean, self.sd, self.low = distribution, mean, sd, low

    def draw(self, shape: tuple) -> Any:
        """Return the size ratios (n,) that the examples are to have."""
        of = {"shape": shape[:1], "dtype": "float32"}
        match self.distribution:
            case "normal":
                ratios = keras.random.normal(
                    **of, mean=self.mean, stddev=self.sd, seed=self.seed_generator
                )
                return ops.clip(ratios, self.low, 1.0)
            case "uniform":
                return keras.random.uniform(
                    **of, minval=self.low, maxval=1.0, seed=self.seed_generator
                )
            case _:
                return ops.full(shape[:1], self.mean, dtype="float32")

    def move(self, image: Any, mask: Any, drawn: Any) -> tuple[Any, Any]:
        """Return image and mask, scaled to the size ratios `drawn`."""
        return zoomed(image, mask, drawn / size_ratios(mask))

    def get_config(self) -> dict[str, Any]:
        """Return what builds the layer again."""
        own = ("distribution", "mean", "sd", "low")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}


def size_ratios(mask: Any) -> Any:
    """Return 1 - 2 d / S (n,) float32 of masks (n, S, S); see
    `nascent.kinds.cells.crops.placement.size_ratio`.

    It is 1 for a mask without a measured pixel.
    """
    size = mask.shape[1]
    line = ops.arange(size, dtype="int32")
    margin = ops.minimum(line, size - 1 - line)
    # A row and a column of the same index lie equally far from their borders.
    occupied = ops.logical_or(ops.any(mask, axis=1), ops.any(mask, axis=2))
    smallest = ops.min(ops.where(occupied, margin, size), axis=1)
    ratio = 1 - 2 * ops.cast(smallest, "float32") / size
    return ops.where(smallest < size, ratio, 1.0)


def zoomed(image: Any, mask: Any, scale: Any) -> tuple[Any, Any]:
    """Return image (n, S, S, C) and mask (n, S, S) scaled about the centre by `scale` (n,)."""
    taps = _taps(scale, image.shape[1])
    known = ops.expand_dims(ops.cast(mask, "float32"), axis=-1)
    weight = _interpolated(known, taps, ops.ones_like(known[..., 0]))[..., 0]
    inside = weight >= 0.5
    # Unmeasured pixels are zero, so Σ w v over all four neighbours is that over the measured.
    gain = ops.where(inside, 1 / ops.maximum(weight, 0.5), 0.0)
    return _interpolated(image, taps, gain), inside


def _taps(scale: Any, size: int) -> list[tuple[Any, Any]]:
    """Return, for each line of the new crops, the two old lines that it lies between.

    Each as index (n, S) int32 and weight (n, S) float32, which is zero beyond the crop.
    """
    centre = (size - 1) / 2
    line = ops.arange(size, dtype="float32") - centre
    place = ops.expand_dims(line, 0) / ops.expand_dims(scale, 1) + centre
    before = ops.floor(place)
    weights = (1 - (place - before), place - before)
    taps = []
    for at, weight in zip((before, before + 1), weights, strict=True):
        within = ops.logical_and(at >= 0, at < size)
        index = ops.cast(ops.clip(at, 0, size - 1), "int32")
        taps.append((index, ops.where(within, weight, 0.0)))
    return taps


def _interpolated(values: Any, taps: list[tuple[Any, Any]], gain: Any) -> Any:
    """Interpolate (n, S, S, C) along rows, then columns, times `gain` (n, S, S)."""
    size, channels = values.shape[1], values.shape[3]
    first = first_pixels(values)
    rows, columns = 0, 0
    lines = ops.reshape(values, (-1, size * channels))
    for index, weight in taps:
        source = ops.reshape(ops.squeeze(first, -1) // size + index, (-1,))
        share = ops.cast(ops.reshape(weight, (-1, 1)), values.dtype)
        rows = rows + ops.take(lines, source, axis=0) * share
    pixels = ops.reshape(rows, (-1, channels))
    across = ops.reshape(ops.arange(size, dtype="int32") * size, (1, size, 1))
    for index, weight in taps:
        source = ops.reshape(first + across + ops.expand_dims(index, 1), (-1,))
        share = ops.cast(ops.reshape(ops.expand_dims(weight, 1) * gain, (-1, 1)), values.dtype)
        columns = columns + ops.take(pixels, source, axis=0) * share
    return ops.reshape(columns, (-1, size, size, channels))
