"""Fixtures shared by all tests."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# The one setting that tells where the real data lie.
REAL_DATA = Path(os.environ.get("NASCENT_REAL_DATA", ROOT.parent / "shared" / "data"))


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
