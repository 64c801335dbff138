from collections.abc import Callable

import keras
import numpy as np
import pytest

from nascent.examples import image_input
from nascent.train.architectures.build import build


@pytest.fixture
def parameters() -> Callable[..., tuple[int, int]]:
    """Count the weights of a model, all and trained, without a place in memory for them."""

    def count(name, size, channels, **arguments):
        try:
            with keras.StatelessScope(initialize_variables=False):
                model = build(name, [image_input(size, channels)], **arguments)
            trained = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
            return model.count_params(), trained
        finally:
            # The weights wait to be made at the end of the next scope.
            keras.utils.clear_session()

    return count
