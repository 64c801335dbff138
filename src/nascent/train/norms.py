"""How long batch normalisation remembers the batches that it has seen.

In training a batch is normalised by its own mean and variance; a trained model uses running means
of these, m · running + (1 − m) · batch after each step. Keras' m of 0.99 remembers some hundred
steps. Where an epoch has 17, these means stand for weights of six epochs ago: validation, and with
it the choice of the epoch, sees another network than the one that was trained.
"""

from nascent.frameworks import keras

OLDER = 1 / 6
"""Weight, after a step, of what the running means saw more than an epoch before."""

LONGEST = 0.99
"""Momentum at most, that of Keras; an epoch of 179 steps or more has it."""


def fitting_momentum(steps: int) -> float:
    """Return the momentum that fits an epoch of so many steps: OLDER ** (1 / steps), or LONGEST.

    17 steps give 0.90, 37 steps 0.953.
    """
    return min(OLDER ** (1 / steps), LONGEST)


def set_momentum(model: keras.Model, momentum: float) -> None:
    """Set the momentum of every batch normalisation of a model that is not compiled yet."""
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = momentum
