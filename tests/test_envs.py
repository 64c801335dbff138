"""The environments of conda and the container name what the lock file says."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from nascent.config.sections import Study

ENVIRONMENTS = Study.model_fields["environment"].annotation.__args__
EACH = pytest.mark.parametrize("name", ENVIRONMENTS)
LINUX = {"sys_platform": "linux", "platform_machine": "x86_64", "platform_system": "Linux"}


@pytest.fixture(scope="module")
def lock(root) -> list[dict]:
    return tomllib.loads((root / "uv.lock").read_text())["package"]


def environment_of(root: Path, name: str) -> tuple[list[str], list[str]]:
    """Return what an environment asks of conda, and what of pip."""
    listed = yaml.safe_load((root / "envs" / f"{name}.yaml").read_text())["dependencies"]
    (pip,) = [entry["pip"] for entry in listed if isinstance(entry, dict)]
    return [entry for entry in listed if isinstance(entry, str)], pip


def pins_of(root: Path, name: str) -> list[tuple[str, str, str]]:
    """Return name, version and marker of each pin of an environment."""
    _, pip = environment_of(root, name)
    read = (re.fullmatch(r"([\w.-]+)==([^ ;]+)(?: ; (.+))?", pin) for pin in pip if "==" in pin)
    return [(canonicalize_name(pin[1]), pin[2], pin[3] or "") for pin in read]


def needed(lock: list[dict], extra: str, python: str) -> set[tuple[str, str]]:
    """Return name and version of all that the lock file gives nascent with an extra, on Linux."""
    where = LINUX | {
        "python_version": python,
        "python_full_version": f"{python}.9",
        "extra": f"extra-7-nascent-{extra}",
    }
    (nascent,) = [package for package in lock if package["name"] == "nascent"]
    pending = nascent["dependencies"] + nascent["optional-dependencies"][extra]
    found: dict[tuple[str, str], None] = {}
    asked = set()
    while pending:
        wanted = pending.pop()
        if "marker" in wanted and not Marker(wanted["marker"]).evaluate(where):
            continue
        (package,) = [
            each
            for each in lock
            if each["name"] == wanted["name"]
            and each["version"] == wanted.get("version", each["version"])
        ]
        for part in (None, *wanted.get("extra", [])):
            if (package["name"], part) in asked:
                continue
            asked.add((package["name"], part))
            of_extras = package.get("optional-dependencies", {})
            pending += package.get("dependencies", []) if part is None else of_extras[part]
        found[package["name"], package["version"]] = None
    return set(found)


@EACH
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_an_environment_of_conda_names_what_the_lock_gives_and_nothing_else(
    root, lock, name, python
):
    where = LINUX | {"python_version": python, "python_full_version": f"{python}.9"}
    pins = {
        (package, version)
        for package, version, marker in pins_of(root, name)
        if not marker or Marker(marker).evaluate(where)
    }
    assert pins == needed(lock, name, python), "run `make envs`"


@EACH
def test_every_version_that_an_environment_names_is_in_the_lock(root, lock, name):
    locked = {(package["name"], package.get("version")) for package in lock}
    assert {pin[:2] for pin in pins_of(root, name)} <= locked, "run `make envs`"


def test_the_environments_differ_in_what_computes_and_in_nothing_else(root):
    cpu, cuda = ({pin[0] for pin in pins_of(root, name)} for name in ("cpu", "cuda"))
    assert cpu - cuda == {"tensorflow-cpu"}
    assert "tensorflow" in cuda - cpu
    assert all(package.startswith("nvidia-") for package in cuda - cpu - {"tensorflow"})
    assert {"nvidia-cudnn-cu12", "nvidia-cublas-cu12"} <= cuda


@EACH
def test_an_environment_takes_python_from_conda_and_the_library_from_the_clone(root, name):
    conda, pip = environment_of(root, name)
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    (python,) = [entry.split("=")[1] for entry in conda if entry.startswith("python ")]
    assert f"{python}.0" in SpecifierSet(project["requires-python"])
    # Snakemake copies the file to .snakemake/conda, two folders below the root.
    assert [entry for entry in pip if "==" not in entry] == ["-e ../.."]


def test_there_is_an_environment_of_each_name_and_no_other(root):
    assert {path.stem for path in (root / "envs").glob("*.yaml")} == set(ENVIRONMENTS)


def instructions(root: Path) -> list[tuple[str, str]]:
    """Return the instructions of the container's recipe, lines joined."""
    text = (root / "Containerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [tuple(line.split(maxsplit=1)) for line in lines]


def test_the_container_installs_what_is_locked_and_is_not_root(root):
    recipe = instructions(root)
    (sync,) = [text for word, text in recipe if word == "RUN" and "uv sync" in text]
    assert {"--locked", "--no-dev"} <= set(sync.split())
    assert '--extra "${EXTRA}"' in sync
    # No other step installs a Python package but uv itself, at one version.
    assert [text for word, text in recipe if "pip install" in text] == [
        'python3 -m venv /opt/uv && /opt/uv/bin/pip install --no-cache-dir "uv==${UV}"'
    ]
    assert re.fullmatch(r"UV=\d+\.\d+\.\d+", next(text for _, text in recipe if "UV=" in text))
    users = [text for word, text in recipe if word == "USER"]
    assert users == ["nascent"]
    assert recipe[-1] == ("ENTRYPOINT", '["snakemake"]')


def test_the_container_is_chosen_as_the_extras_are(root):
    arguments = [text for word, text in instructions(root) if word == "ARG"]
    assert "EXTRA=cpu" in arguments
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    assert set(ENVIRONMENTS) <= set(project["optional-dependencies"])


def test_the_container_copies_files_that_git_keeps(root):
    copied = [
        name for word, text in instructions(root) if word == "COPY" for name in text.split()[:-1]
    ]
    kept = subprocess.run(
        ["git", "ls-files"], cwd=root, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    for name in copied:
        assert any(path == name or path.startswith(f"{name}/") for path in kept), name
