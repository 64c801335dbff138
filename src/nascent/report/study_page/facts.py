"""What made a study, for the end of its page: versions, seeds, digests and cost."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import yaml

from nascent import provenance
from nascent.costs.table import by_stage
from nascent.files import read_json
from nascent.stages import stages_of
from nascent.study_record import StudyRecord


@dataclass(frozen=True)
class Made:
    """What made one result.

    Attributes
    ----------
    place
        In the folder of the study.
    code
        The first characters of the digest of the code.
    inputs
        How many files it was made of.
    seed
        Of the job; empty where it draws nothing at random.
    """

    place: str
    code: str
    inputs: int
    seed: str


@dataclass(frozen=True)
class Provenance:
    """What made a study.

    Attributes
    ----------
    config
        In full, as YAML.
    seeds
        What was drawn with which seed, in words.
    versions
        Package → version.
    results
        One a result.
    fingerprint
        Of the data that models were trained on.
    stages
        Stage, jobs, hours of wall time and of CPU, peak memory in GB.
    """

    config: str
    seeds: tuple[tuple[str, str], ...]
    versions: Mapping[str, str]
    results: tuple[Made, ...]
    fingerprint: str
    stages: tuple[tuple[str, ...], ...]


def provenance_of(
    record: StudyRecord, places: Iterable[str], costs: pd.DataFrame | None
) -> Provenance:
    """Return what made a study, from the records beside its results.

    Parameters
    ----------
    record
        Of the study.
    places
        Results whose records are shown, those that are there.
    costs
        As `report/costs.tsv` holds it; None where it is not there.
    """
    records = {place: provenance.read(record.folder / place) for place in places}
    known = {place: one for place, one in records.items() if one is not None}
    return Provenance(
        config=yaml.safe_dump(dict(record.config), sort_keys=False, allow_unicode=True, width=96),
        seeds=_seeds(record),
        versions=_versions(known.values()),
        results=tuple(_made(place, one) for place, one in known.items()),
        fingerprint=_fingerprint(record),
        stages=_stages(record, costs),
    )


def _seeds(record: StudyRecord) -> tuple[tuple[str, str], ...]:
    of_study = str(record.config.get("seed", ""))
    of_models = [
        (f"training of {name}", ", ".join(map(str, model.seeds)))
        for name, model in record.models.items()
    ]
    return (("simulation, splits, shuffling and resampling", of_study), *of_models)


def _versions(records: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for record in records:
        for package, version in (record.get("versions") or {}).items():
            known = found.setdefault(str(package), [])
            if str(version) not in known:
                known.append(str(version))
    return {package: ", ".join(versions) for package, versions in found.items()}


def _made(place: str, record: Mapping[str, Any]) -> Made:
    seed = record.get("seed")
    return Made(
        place,
        str(record.get("code") or "")[:12],
        len(record.get("inputs") or ()),
        "" if seed is None else str(seed),
    )


def _fingerprint(record: StudyRecord) -> str:
    fold = record.explained_fold
    cards = [
        record.folder / "train" / name / fold / str(seed) / "card.json"
        for name, model in record.models.items()
        for seed in model.seeds
    ]
    found = [(read_json(path).get("data") or {}) for path in cards if path.is_file()]
    return ", ".join(
        dict.fromkeys(str(one["fingerprint"]) for one in found if "fingerprint" in one)
    )


def _stages(record: StudyRecord, costs: pd.DataFrame | None) -> tuple[tuple[str, ...], ...]:
    if costs is None or costs.empty:
        return ()
    rows = by_stage(costs, stages_of(record.first_stage)).to_dict("records")
    return tuple(
        (
            str(row["stage"]),
            f"{row['jobs']:,.0f}",
            f"{60 * row['wall_hours']:,.1f}",
            f"{60 * row['cpu_hours']:,.1f}",
            f"{row['peak_memory_mb'] / 1000:.1f}",
        )
        for row in rows
    )
