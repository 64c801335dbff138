"""Keras, loaded without the packages that it would only offer to work together with.

Where they are installed, Keras and TensorFlow import scikit-learn, matplotlib and JAX for wrappers,
galleries and a converter that nothing here uses: 40 % of what a job with a network spends before it
works. So modules import Keras from here, `from nascent.frameworks import keras`.
"""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from nascent.hiding import hidden
from nascent.provenance import keras_backend

OPTIONAL = {"jax", "matplotlib", "sklearn"}
"""What Keras and its backends import where it is installed, and do without where it is not."""


BANNER = re.compile(rb"absl::InitializeLog|oneDNN custom operations|TF_ENABLE_ONEDNN_OPTS")
"""Lines that TensorFlow writes whenever it is loaded, whatever level its log has."""


@contextmanager
def without_banner() -> Iterator[None]:
    """Hold back what is written to standard error in this context; behind it, pass on the rest.

    TensorFlow's own code writes there, past Python: so the file descriptor itself is turned away.
    """
    with tempfile.TemporaryFile() as kept:
        terminal = os.dup(2)
        os.dup2(kept.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)
            kept.seek(0)
            for line in kept:
                if not BANNER.search(line):
                    os.write(2, line)


# TensorFlow reads this once, as it is loaded, and otherwise fills every job's log.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
with hidden(*OPTIONAL - {keras_backend()}), without_banner():
    import keras
    from keras import layers, ops

__all__ = ["OPTIONAL", "hidden", "keras", "layers", "ops", "without_banner"]
