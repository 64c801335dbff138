"""The spread of a map over noise draws, see `nascent.attribute.noise`."""

from nascent.attribute.methods._noise import method_over_noise

METHOD = method_over_noise(None, over="integrated_gradients")
