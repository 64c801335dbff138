"""Which environment Snakemake hands to conda; a stand-in takes conda's place and makes nothing."""

import os

import pytest
from snakemake.deployment.conda import MIN_CONDA_VER

CONDA = f"""#!/bin/bash
case "$1" in
  --version) echo "conda {MIN_CONDA_VER}" ;;
  info) echo '{{"conda_prefix": "/nowhere", "platform": "linux-64"}}' ;;
  config) echo '{{"get": {{"channel_priority": "strict"}}}}' ;;
  env) printf '%s\\n' "$@" >> "$ASKED"
       while [ "$1" != --prefix ]; do shift; done
       mkdir -p "$2" ;;
esac
"""


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """What conda is asked for, an argument a line."""
    stand_in = tmp_path / "bin" / "conda"
    stand_in.parent.mkdir()
    stand_in.write_text(CONDA)
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", f"{stand_in.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("ASKED", str(tmp_path / "asked.txt"))
    return tmp_path / "asked.txt"


@pytest.mark.parametrize(
    ("options", "name"), [((), "cpu"), (("--config", "environment=cuda"), "cuda")]
)
def test_all_jobs_share_the_environment_that_the_study_names(checkout, asked, options, name):
    done = checkout.snakemake(
        *("--cores", "1", "--sdm", "conda", "--conda-create-envs-only"),
        *("--configfile", "config/tiny.yaml", *options),
    )
    assert done.returncode == 0, done.stdout
    arguments = asked.read_text().splitlines()
    assert arguments.count("create") == 1
    place = checkout.path / arguments[arguments.index("--file") + 1]
    assert place.read_bytes() == (checkout.path / "envs" / f"{name}.yaml").read_bytes()
    # From where conda runs pip, the entry `-e ../..` of the file is the clone.
    assert (place.parent / "../..").resolve() == checkout.path.resolve()
