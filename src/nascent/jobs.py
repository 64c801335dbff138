"""What every job does around its work: log, check what it reads, take a device, keep records."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, Protocol

from nascent import integrity, provenance
from nascent.devices import Devices, devices_of_job
from nascent.integrity import RESULTS
from nascent.kind import Words
from nascent.logs import job_log
from nascent.stages import stage_of
from nascent.usage import used
from nascent.words import speaking

# They say where a job works, not what it makes.
_PLACES = ("code", "state", "tensorboard", "table")

logger = logging.getLogger(__name__)


class Described(Protocol):
    """What a workflow says of one job; Snakemake gives every script such an object."""

    rule: str
    log: Sequence[str]
    input: Iterable[str]
    output: Iterable[str]
    params: Mapping[str, Any]
    resources: Mapping[str, Any]
    threads: int
    wildcards: Mapping[str, str]


@dataclass
class Job:
    """A job at work.

    Attributes
    ----------
    record
        What the results are made of, see `nascent.provenance.record`; for those that hold it
        inside.
    devices
        The GPUs it may compute on.
    seed
        Of what it draws; None where it draws nothing.
    computed
        What it computed with, where it computes with a network, see
        `nascent.train.backend.prepare`; kept beside every result.
    """

    record: dict[str, Any]
    devices: Devices
    seed: int | None = None
    computed: Mapping[str, Any] | None = None

    def note(self, **facts: Any) -> None:
        """Add to the record what came out as the job worked, such as which examples it shows."""
        self.record |= provenance.plain(facts)


@contextmanager
def job(
    described: Described, *, stage: str | None = None, seed: int | None = None
) -> Iterator[Job]:
    """Do a job's work inside of this context.

    Each input that has a record is checked against it; the GPUs are taken; when the work is done,
    a record of every output is kept beside it, and the log tells what memory and CPU time it took.
    Where the work fails no output has a record.

    Parameters
    ----------
    described
        The job: its log (`log[0]`), the files that it reads, results of other jobs or a user's
        own (`input`), and those that it makes (`output`). Of `params`, the config values, `code`
        is the digest of its code, `seed` that of what it draws, and `words` what it calls
        examples and groups, see `nascent.words`; where not given, those of the workflow's
        `config`, which change messages alone. Of `resources`, `gpu` is how
        many GPUs it computes on (none where not given), and `without_gpu` whether it computes on
        the `cpu` where there is none (the default), or ends with an `error`.
    stage
        Its name in the records; that of the rule's stage where not given.
    seed
        In the place of that of `params`.

    Raises
    ------
    SystemExit
        With status 1, after any NascentError was logged: an input was changed since it was made, a
        GPU is not there, or what the work itself raises.
    """
    outputs = [Path(path) for path in described.output]
    seed = described.params.get("seed") if seed is None else seed
    alone = not is_part(described)
    with job_log(described.log[0]) if alone else nullcontext():
        for path in outputs:
            provenance.forget(path)
        record, digests = record_of(described, stage=stage, seed=seed)
        with devices_of(described) as devices, speaking(_words(described)):
            work = Job(record, devices, seed)
            yield work
        _keep(outputs, work, digests)
        if alone:
            logger.info("%s", used())


def _words(described: Described) -> dict[str, str] | None:
    """Return the words that a job was given, or those that its workflow's captions have."""
    captions = getattr(described, "config", {}).get("words", {})
    usual = {name: word for name, word in captions.items() if name in Words().plain()}
    return described.params.get("words") or usual or None


def is_part(described: Described) -> bool:
    """Return whether what is described is part of a job, whose log and GPUs it shares."""
    return getattr(described, "devices", None) is not None


def record_of(
    described: Described, *, stage: str | None = None, seed: int | None = None
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the record of what a job makes, and name → SHA-256 of what it reads.

    Parameters
    ----------
    described, stage
        As in `job`.
    seed
        In the place of that of `params`.

    Raises
    ------
    ResultError
        Where an input was changed since it was made.
    """
    params = described.params
    digests = digests_of([Path(path) for path in described.input])
    record = provenance.record(
        stage or stage_of(described.rule),
        {key: value for key, value in params.items() if key not in _PLACES},
        seed=params.get("seed") if seed is None else seed,
        code=params.get("code"),
        inputs=digests,
    )
    return record, digests


@contextmanager
def devices_of(described: Described) -> Iterator[Devices]:
    """Give the GPUs that a job asks for; a part has those of its job.

    Raises
    ------
    DeviceError
        Where there is no GPU, and the job shall not compute without one.
    """
    if is_part(described):
        yield described.devices
        return
    resources = described.resources
    with devices_of_job(
        resources.get("gpu", 0), without=resources.get("without_gpu", "cpu")
    ) as devices:
        yield devices


def digests_of(inputs: Iterable[Path]) -> dict[str, str]:
    """Return name → SHA-256 of files that a job reads, those of results once they are checked.

    Raises
    ------
    ResultError
        Where a result was changed since it was made.
    """
    inputs = list(inputs)
    names = dict(zip(inputs, _told_apart(inputs), strict=True))
    found: dict[str, str] = {}
    unrecorded = []
    for path, name in names.items():
        digest = integrity.checked(path)
        if digest is None:
            unrecorded += [path] if name_in_study(path) is not None else []
            digest = provenance.file_digest(path)
        found[name] = digest
    if unrecorded:
        logger.info(
            "%d results without a record of their digest are used unchecked, such as %s",
            *(len(unrecorded), unrecorded[0]),
        )
    return found


def check(paths: Iterable[str | Path]) -> None:
    """Check results that a job reads because another one names them, such as shards of a manifest.

    Raises
    ------
    ResultError
        Where one was changed since it was made.
    """
    for path in paths:
        integrity.checked(path)


def name_in_study(path: str | Path) -> str | None:
    """Return a result's name in its study, `crops/cells.tsv`; None of a file that is no result."""
    parts = PurePath(path).parts
    for number in range(len(parts) - 3, -1, -1):
        if parts[number] == RESULTS:
            return "/".join(parts[number + 2 :])
    return None


def _told_apart(paths: list[Path]) -> list[str]:
    """Name results within their study, other files by the least of their path that is unique."""
    others = {path for path in paths if name_in_study(path) is None}
    return [name_in_study(path) or _least(path, others - {path}) for path in paths]


def _least(path: Path, others: set[Path]) -> str:
    for length in range(1, len(path.parts)):
        tail = path.parts[-length:]
        if all(other.parts[-length:] != tail for other in others):
            return "/".join(tail)
    return path.as_posix().lstrip("/")


def _keep(made: list[Path], work: Job, digests: Mapping[str, str]) -> None:
    common = work.record | {"inputs": dict(digests), "computed": work.computed}
    try:
        for path in made:
            artefact = name_in_study(path) or path.name
            provenance.write(path, common | {"artefact": artefact} | integrity.made(path))
    except BaseException:
        for path in made:
            provenance.forget(path)
        raise
