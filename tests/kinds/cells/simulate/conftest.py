from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nascent.kinds.cells.simulate.options import Simulation, WellPlace
from nascent.kinds.cells.simulate.plate import simulate_well
from nascent.kinds.cells.simulate.truth import Truth, read_truth


@dataclass(frozen=True)
class Simulated:
    """A simulated well read back by NumPy and pandas alone."""

    folder: Path
    channels: list[str]
    metadata: pd.DataFrame
    cycles: pd.DataFrame
    counts: np.ndarray
    ids: np.ndarray
    x: np.ndarray
    y: np.ndarray
    truth: Truth

    def nuclei(self) -> list[np.ndarray]:
        """Counts (P, C) of each nucleus, in the order of the metadata."""
        order = np.argsort(self.ids, kind="stable")
        bounds = np.searchsorted(self.ids[order], self.metadata["mapobject_id"])
        return np.split(self.counts[order], bounds[1:])

    def means(self) -> np.ndarray:
        """Nuclear means, (n, C)."""
        return np.array([counts.mean(axis=0) for counts in self.nuclei()])


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Simulated]:
    """Simulate a well in the NumPy layout and read it back; equal calls share the well."""
    made: dict[tuple, Simulated] = {}

    def simulate(position: int = 0, nuclei: int = 40, **options: object) -> Simulated:
        key = (position, nuclei, *sorted(options.items()))
        if key not in made:
            folder = tmp_path_factory.mktemp("well")
            options = {"mean_area": 1080, "seed": 5} | options
            perturbation = options.pop("perturbation", None)
            simulate_well(
                folder,
                WellPlace("plate01", f"A{position + 1:02d}", position, perturbation),
                Simulation(nuclei=nuclei, layout="numpy", **options),
                truth_path=folder / "truth.h5",
                cycle_path=folder / "cycle.csv",
            )
            made[key] = read_back(folder)
        return made[key]

    return simulate


def read_back(folder: Path) -> Simulated:
    def array(name: str) -> np.ndarray:
        return np.load(folder / f"{name}.npy")

    return Simulated(
        folder=folder,
        channels=pd.read_csv(folder / "channels.csv", header=None)[1].tolist(),
        metadata=pd.read_csv(folder / "metadata.csv", index_col=0),
        cycles=pd.read_csv(folder / "cycle.csv"),
        counts=array("mpp"),
        ids=array("mapobject_ids"),
        x=array("x"),
        y=array("y"),
        truth=read_truth(folder / "truth.h5"),
    )
