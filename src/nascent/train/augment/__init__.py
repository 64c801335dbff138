"""Augmentation of training cells, on the device, each cell by draws of its own.

The layers take and return {"image": (n, S, S, C) float, zero where not measured, "mask":
(n, S, S) bool}; `nascent.augmentation` says what may be switched on.
"""

from nascent.train.augment.augmented import Augmented
from nascent.train.augment.choose import augmentation_layers
from nascent.train.augment.eight_fold import predict_eight_fold, variants

__all__ = ["Augmented", "augmentation_layers", "predict_eight_fold", "variants"]
