"""Augmentation of training examples, on the device, each example by draws of its own.

The layers take and return {"image": (n, S, S, C) float, zero where not measured, "mask":
(n, S, S) bool}; `nascent.augmentation` says what may be switched on.
"""
