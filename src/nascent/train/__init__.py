"""Models of the target, and training them."""

import os

# TensorFlow reads this once, when it is first imported, and otherwise fills every job's log.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
