"""Keras, loaded without the packages that it would only offer to work together with.

Where they are installed, Keras and TensorFlow import scikit-learn, matplotlib and JAX for wrappers,
galleries and a converter that nothing here uses: 40 % of what a job with a network spends before it
works. So modules import Keras from here, `from nascent.frameworks import keras`.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from nascent.provenance import keras_backend

OPTIONAL = {"jax", "matplotlib", "sklearn"}
"""What Keras and its backends import where it is installed, and do without where it is not."""


@contextmanager
def hidden(*packages: str) -> Iterator[None]:
    """Let an import in this context find no such package, unless it is loaded already.

    Behind the context they are imported as ever.
    """
    absent = [name for name in packages if name not in sys.modules]
    # An import of a name that stands for None there fails as that of a missing package does.
    sys.modules.update(dict.fromkeys(absent))
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


with hidden(*OPTIONAL - {keras_backend()}):
    import keras
    from keras import layers, ops

__all__ = ["OPTIONAL", "hidden", "keras", "layers", "ops"]
