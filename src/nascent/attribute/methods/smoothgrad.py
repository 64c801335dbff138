"""The mean of a map over noise draws, see `nascent.attribute.noise`."""

from nascent.attribute.methods._noise import method_over_noise

METHOD = method_over_noise("mean", over="gradient")
