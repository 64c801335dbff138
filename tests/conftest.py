"""Fixtures shared by all tests."""

import json
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import h5py
import hdf5plugin
import numpy as np
import pandas as pd
import pytest
from browser import artefacts, chromium, opened  # noqa: F401
from checkouts import checkout, finished, ran, unrun  # noqa: F401
from hypothesis import settings

from nascent.kind import kind_of
from nascent.words import speaking

# How long one example takes says nothing on machines that do other work.
settings.register_profile("nascent", deadline=None, max_examples=25)
settings.register_profile("nightly", deadline=None, max_examples=200)
settings.load_profile("nascent")

ROOT = Path(__file__).parent.parent
# The one setting that tells where the real data lie.
REAL_DATA = Path(os.environ.get("NASCENT_REAL_DATA", ROOT.parent / "shared" / "data"))
# What takes longest goes first: processes share the tests file by file, and the last ones should be
# short. The first of them make the study that the others find finished.
LONGEST = (
    "workflow/test_plans.py",
    "kinds/contract.py",
    "workflow/test_storage.py",
    "workflow/test_faults.py",
    "workflow/test_costs.py",
    "workflow/test_searches.py",
    "attribute/test_fast_paths.py",
    "workflow/test_runs.py",
    "workflow/test_shipped_studies.py",
    "workflow/test_bad_studies.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = [ROOT / "tests" / name for name in LONGEST]
    assert all(path.is_file() for path in places), f"{LONGEST} are not all there"
    items.sort(key=lambda item: places.index(item.path) if item.path in places else len(places))


@pytest.fixture(autouse=True)
def words_of_cells() -> Iterator[None]:
    """Figures, pages and messages speak of cells, wells and channels, as in a study of cells."""
    with speaking(kind_of("cells").words.plain()):
        yield


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout under test."""
    return ROOT


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data; tests that need it are skipped where it is missing."""
    if not (REAL_DATA / "mpm_codex").is_dir():
        pytest.skip(f"no real data at {REAL_DATA}; set NASCENT_REAL_DATA")
    return REAL_DATA


@pytest.fixture(scope="session")
def described():
    """A function that describes a job as a workflow does."""

    def describe(rule="crops", log="job.log", input=(), output=(), params=None, **others):
        usual = {"resources": {}, "threads": 1, "wildcards": {}}
        lists = {"log": [log], "input": list(input), "output": list(output)}
        return SimpleNamespace(rule=rule, params=params or {}, **usual | lists | others)

    return describe


@pytest.fixture
def file_size_limit():
    """A context in which no file may grow past so many bytes: a disk that is full."""

    @contextmanager
    def limited(size: int) -> Iterator[None]:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        # Past the limit the kernel sends a signal; ignored, the write fails as on a full disk.
        handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            signal.signal(signal.SIGXFSZ, handler)

    return limited


@pytest.fixture
def write_version_1():
    """A function that writes a store as version 1 of the format had it."""
    return _write_version_1


def _write_version_1(
    path: Path, images: np.ndarray, masks: np.ndarray, cells: pd.DataFrame, **attributes: str
) -> Path:
    codec = hdf5plugin.Blosc(cname="lz4", clevel=5, shuffle=hdf5plugin.Blosc.BITSHUFFLE)
    with h5py.File(path, "w") as file:
        file.attrs.update(
            {
                "format": "nascent-crops",
                "version": 1,
                "codec": "blosc",
                "channels": json.dumps([f"c{number}" for number in range(images.shape[-1])]),
                "provenance": json.dumps({"stage": "crops"}),
                **attributes,
            }
        )
        for name, values in (("images", images), ("masks", masks)):
            file.create_dataset(name, data=values, chunks=(1, *values.shape[1:]), **codec)
        table = file.create_group("cells")
        table.attrs["columns"] = json.dumps([name for name in cells if name != "cell_id"])
        for name, column in cells.items():
            if pd.api.types.is_numeric_dtype(column.dtype):
                table[name] = column.to_numpy()
            else:
                text = ["" if pd.isna(value) else str(value) for value in column]
                table.create_dataset(name, data=text, dtype=h5py.string_dtype())
    return path
