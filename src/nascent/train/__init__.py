"""Models of the target, and training them.

Importing this package registers the layers of its own that saved models are made of, so that
`keras.saving.load_model` finds them.
"""

import os

# TensorFlow reads this once, when it is first imported, and otherwise fills every job's log.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from nascent.train import layers

__all__ = ["layers"]
