"""Which examples train a model, which choose its epoch, and which judge it."""
