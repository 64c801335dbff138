"""Jobs that make several parts, and of those alone that would come out otherwise than before.

A part is a script with what it reads, makes and is told, as a job of its own would be. What it made
is kept aside, in a folder of the study's state, with its record. When the job runs again, a part
whose inputs, config, code, seed and versions are those of that record is not made anew: its files
are taken from there. So a change of one part costs that part, and a job that was cut off goes on
with the first part that it had not finished.
"""

import logging
import os
import runpy
import shutil
from collections.abc import ItemsView, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nascent import provenance
from nascent.devices import Devices
from nascent.errors import NascentError
from nascent.files import written
from nascent.jobs import Described, devices_of, name_in_study, record_of
from nascent.logs import job_log
from nascent.usage import used

logger = logging.getLogger(__name__)


class Named(dict):
    """Values by name, as `params.seed` or `params["seed"]`."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class Files(list):
    """Files in a row and by name; under a name there is one path, or a list of them."""

    def __init__(self, named: Mapping[str, Any]) -> None:
        super().__init__(
            path
            for files in named.values()
            for path in ([files] if isinstance(files, str) else files)
        )
        self._named = dict(named)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["_named"][name]
        except KeyError:
            raise AttributeError(name) from None

    def __getitem__(self, key: Any) -> Any:
        return self._named[key] if isinstance(key, str) else super().__getitem__(key)

    def get(self, name: str, default: Any = None) -> Any:
        """Return the files of a name."""
        return self._named.get(name, default)

    def items(self) -> ItemsView[str, Any]:
        """Return names and their files."""
        return self._named.items()


@dataclass
class Part:
    """One part of a job, described as a job is (`nascent.jobs.Described`).

    Attributes
    ----------
    rule
        The name of its script, which tells its stage.
    devices
        The GPUs of the job, once one of its parts works.
    shared
        What its parts have set up in the process, see `nascent.network_jobs`.
    """

    rule: str
    log: list[str]
    input: Files
    output: Files
    params: Named
    resources: Mapping[str, Any]
    threads: int
    wildcards: Named
    devices: Devices | None = None
    shared: dict[str, Any] = field(default_factory=dict)


def make_parts(described: Described, scripts: str | Path) -> None:
    """Do the work of a job of several parts.

    Parameters
    ----------
    described
        The job. Of `params`, `state` is the folder in which finished parts are kept, and `parts` is
        name → part, in the order of the work: `script` (a name), `code` (digest), `params`, `reads`
        (name → name among the job's inputs or outputs), `makes` (name → name among its outputs) and
        `wildcards` that the job itself has not.
    scripts
        The folder of the scripts. A script sees its part as `snakemake`.

    Raises
    ------
    SystemExit
        As `nascent.jobs.job`; the parts that are done stay kept.
    """
    state, unchanged = Path(described.params["state"]), []
    with job_log(described.log[0]):
        for path in described.output:
            provenance.forget(path)
        with ExitStack() as stack:
            devices, shared = None, {}
            for name, told in described.params["parts"].items():
                part = part_of(described, told)
                if restored(part, state):
                    unchanged.append(name)
                    continue
                devices = devices or stack.enter_context(devices_of(described))
                part.devices, part.shared = devices, shared
                logger.info("%s", name)
                script = Path(scripts, f"{part.rule}.py")
                runpy.run_path(str(script), init_globals={"snakemake": part})
                keep(part, state)
        if unchanged:
            logger.info("unchanged, and not made anew: %s", ", ".join(unchanged))
        logger.info("%s", used())


def part_of(described: Described, told: Mapping[str, Any]) -> Part:
    """Return what a part of a job is told, see `make_parts`."""
    files = dict(described.input.items()) | dict(described.output.items())
    return Part(
        rule=told["script"],
        log=list(described.log),
        input=Files({name: files[key] for name, key in told["reads"].items()}),
        output=Files({name: files[key] for name, key in told["makes"].items()}),
        params=Named(told["params"] | {"code": told["code"]}),
        resources=described.resources,
        threads=described.threads,
        wildcards=Named(dict(described.wildcards.items()) | told["wildcards"]),
    )


def restored(part: Part, state: str | Path) -> bool:
    """Take a part's files from where they are kept; return whether they are what it would make.

    Raises
    ------
    ResultError
        Where an input was changed since it was made.
    """
    record, digests = record_of(part)
    stamp = record | {"inputs": digests}
    kept = [(Path(path), place_of(path, state)) for path in part.output]
    records = [_record_if_whole(place) for _, place in kept]
    if not all(
        one is not None and {key: one.get(key) for key in stamp} == stamp for one in records
    ):
        return False
    for (path, place), one in zip(kept, records, strict=True):
        _copy(place, path)
        # As any result of this run: no older than what it was made of.
        os.utime(path)
        provenance.write(path, one)
    return True


def keep(part: Part, state: str | Path) -> None:
    """Keep what a part made, with its records, for a job that runs again."""
    for path in map(Path, part.output):
        record = provenance.read(path)
        if record is None:
            # Of files in a storage that is no file system there are no records.
            continue
        place = place_of(path, state)
        provenance.forget(place)
        _copy(path, place)
        provenance.write(place, record)


def place_of(path: str | Path, state: str | Path) -> Path:
    """Return where a result is kept: at its place in the study, below the folder of the state."""
    return Path(state) / (name_in_study(path) or Path(path).name)


def _record_if_whole(place: Path) -> dict[str, Any] | None:
    """Return the record of a file that is kept; None where it is not there, or is another one."""
    try:
        record = provenance.read(place)
        whole = record is not None and provenance.file_digest(place) == record.get("sha256")
    except (OSError, NascentError):
        return None
    return record if whole else None


def _copy(source: Path, target: Path) -> None:
    """Make `target` the same file as `source`, and a copy of it where that cannot be."""
    with written(target) as beside:
        beside.unlink(missing_ok=True)
        try:
            os.link(source, beside)
        except OSError:
            shutil.copyfile(source, beside)
