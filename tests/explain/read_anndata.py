# /// script
# requires-python = ">=3.11"
# dependencies = ["anndata==0.12.*"]
# ///
"""Read an AnnData file with the library itself and print what it holds, as JSON.

The library stands on an older pandas than nascent, so it runs in an environment of its own, which
`uv run --locked --script` makes from the lock file beside this script.
"""

import json
import sys

import anndata
import numpy as np


def main() -> None:
    """Read the file, write it again, and read that."""
    path, again = sys.argv[1:]
    anndata.read_h5ad(path).write_h5ad(again)
    held = anndata.read_h5ad(again)
    told = {
        "shape": held.shape,
        "X": np.asarray(held.X).tolist(),
        "layers": {name: np.asarray(values).tolist() for name, values in held.layers.items()},
        "cells": held.obs_names.tolist(),
        "channels": held.var_names.tolist(),
        "kinds": {name: str(kind) for name, kind in held.obs.dtypes.items()},
        "obs": json.loads(held.obs.to_json()),
        "spatial": held.obsm["spatial"].tolist(),
        "uns": dict(held.uns["nascent"]),
        "low": held[held.obs["stratum"] == "low"].n_obs,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
