"""A network in float64, where no point is so near a kink that rounding decides on its side."""

import keras

from nascent.examples import image_input
from nascent.train.architectures.build import build


def in_float64(model: keras.Model) -> keras.Model:
    """Return a copy of a `simple_cnn` that computes in float64, as Keras does from now on."""
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    size, _, channels = model.input["image"].shape[1:]
    copy = build("simple_cnn", [image_input(size, channels)], target_mean=0.0)
    copy.set_weights(model.get_weights())
    return copy
