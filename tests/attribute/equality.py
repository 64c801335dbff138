"""Compare the fast way with the plain loop, on the backend that KERAS_BACKEND names; prints JSON.

KERAS_BACKEND=jax python tests/attribute/equality.py small float32
"""

import json
import sys

import keras
import numpy as np
from networks import LARGE, ONE, SMALL, network, paths, plain_loop

from nascent.attribute.explained import ExplainedModel
from nascent.attribute.integrated_gradients import PathIntegrator

RULES = (("trapezoid", 6, 4), ("gauss_legendre", 5, 64), ("midpoint", 4, 6))


def differences(models):
    """Return model → the largest difference, as a share of the largest score, of every rule."""
    found = {}
    for name, size, layers in models:
        explained = ExplainedModel(network(name, size, layers))
        integrator = PathIntegrator(explained)
        given = paths(size)
        for rule, steps, batch_size in RULES:
            fast = integrator.integrate(given, steps=steps, rule=rule, batch_size=batch_size)
            for path, integral in zip(given, fast, strict=True):
                plain = plain_loop(explained, path, rule, steps)
                gap = np.abs(plain - integral.attribution).max() / np.abs(plain).max()
                ends = explained.outputs(
                    np.stack([path.image, path.baseline]), np.stack([path.mask] * 2)
                )
                off = np.abs(ends - [integral.prediction, integral.prediction_baseline]).max()
                label = f"{name} {size} {layers}"
                found.setdefault(label, {"map": [], "ends": []})
                found[label]["map"].append(float(gap))
                found[label]["ends"].append(float(off / np.abs(ends).max()))
    return found


if __name__ == "__main__":
    keras.config.set_floatx(sys.argv[2])
    chosen = {"one": ONE, "small": SMALL, "large": LARGE}[sys.argv[1]]
    print(json.dumps({"backend": keras.backend.backend(), "found": differences(chosen)}))
