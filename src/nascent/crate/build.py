"""Writing the crate of a study."""

import datetime
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rocrate.model.contextentity import ContextEntity
from rocrate.model.person import Person
from rocrate.rocrate import ROCrate

from nascent import integrity, provenance
from nascent.config.publish import Publish
from nascent.crate.contents import result_files
from nascent.crate.entities import add_file, add_inputs, add_profiles, add_run, add_workflow
from nascent.errors import ConfigError, OutputError
from nascent.report.methods.records import Methods
from nascent.report.methods.references import bibtex, in_list
from nascent.report.methods.text import methods_text
from nascent.study_record import StudyRecord, read_study_record

VERSION = "1.1"
"""Of RO-Crate, that the profiles below stand on."""

TERMS = "https://w3id.org/ro/terms/workflow-run/context"
"""Context that has the term sha256."""

METHODS, REFERENCES = "methods.txt", "references.bib"
README = "README.md"
_WHERE = """\
- `results/{study}/report.html`: the report, where it was made; begin here.
- `results/{study}/`: tables, figures and pages.
- `methods.txt`, `references.bib`: the methods section and its references.
- `config.yaml`: the config with all defaults; the run again: `snakemake --configfile config.yaml`.
- `Snakefile`, `rules/`, `workflow/`, `src/`: the workflow and its library.
"""
UNSTATED = "No licence is stated. Ask the authors before any use beyond reading."


@dataclass(frozen=True)
class Packed:
    """What was written.

    Attributes
    ----------
    path : pathlib.Path
    files : int
    licence : str or None
        None where none was named.
    """

    path: Path
    files: int
    licence: str | None


def write_crate(
    study_folder: str | Path,
    out: str | Path,
    *,
    workflow: str | Path = ".",
    licence: str | None = None,
    published: datetime.date | None = None,
) -> Packed:
    """Pack a study as an RO-Crate.

    Parameters
    ----------
    study_folder
        `results/<study>`.
    out
        Folder that is made, or a file that ends in `.zip`.
    workflow
        Folder of the workflow that made the study: that of its Snakefile.
    licence
        Identifier of SPDX or an address; None: as `publish.licence` of the config.
    published
        Day of publication; None: as `publish.date`, or else the day (UTC) at which the latest
        packed result was last changed.

    Raises
    ------
    ResultError
        Where the folder holds no study, or nothing but its record; where a result was changed since
        it was made; where there is no workflow.
    OutputError
        Where `out` is there already.
    ConfigError
        Where the licence is no identifier and no address.
    """
    study_folder, out, root = Path(study_folder), Path(out), Path(workflow)
    if out.exists():
        raise OutputError(
            "this is there already", where=out, mend="Give another name, or remove it."
        )
    study, results = read_study_record(study_folder), result_files(study_folder)
    packed = {path: integrity.checked(study_folder / path) for path in results}
    versions = _versions(study_folder / path for path in results)
    with tempfile.TemporaryDirectory() as scratch:
        crate = ROCrate(version=VERSION)
        crate.metadata.extra_contexts.append(TERMS)
        made = Path(scratch)
        given = licence or _publish(study)["licence"]
        _root(crate, study, given, published or _day(study, study_folder, results))
        main = add_workflow(crate, root, versions)
        inputs = add_inputs(crate, study, made)
        outputs = [
            add_file(crate, study_folder / path, Path("results", study.study, path), digest)
            for path, digest in packed.items()
        ]
        _texts(crate, study, methods_text(study, versions), made)
        add_run(crate, study, main, inputs, outputs)
        add_profiles(crate)
        if out.suffix == ".zip":
            crate.write_zip(out)
        else:
            crate.write(out)
    return Packed(out, len(crate.root_dataset["hasPart"]), given)


def _root(
    crate: ROCrate, study: StudyRecord, licence: str | None, published: datetime.date
) -> None:
    """Say of the whole crate whose it is, and under which licence."""
    publish = _publish(study)
    crate.name = publish["title"] or f"Study {study.study}"
    crate.description = publish["description"] or (
        f"Models that predict {study.target.label} of {study.words.examples}, their evaluation,"
        " explanations and checks, made by nascent."
    )
    crate.datePublished = published.isoformat()
    crate.license = _licence(crate, licence) if licence else UNSTATED
    authors = [_author(crate, one, number) for number, one in enumerate(publish["authors"])]
    if authors:
        crate.root_dataset["author"] = _one_or_several(authors)


def _licence(crate: ROCrate, licence: str) -> ContextEntity:
    if len(licence.split()) != 1:
        raise ConfigError(
            f"{licence!r} is neither an identifier of SPDX nor an address",
            where="licence",
            mend="Name it as in https://spdx.org/licenses, such as CC-BY-4.0.",
        )
    address = licence if "://" in licence else f"https://spdx.org/licenses/{licence}"
    properties = {"@type": "CreativeWork", "name": licence, "description": f"Licence {licence}"}
    return crate.add(ContextEntity(crate, address, properties=properties))


def _author(crate: ROCrate, author: Mapping[str, Any], number: int) -> Person:
    orcid = author.get("orcid")
    properties = {"name": author["name"]}
    if author.get("affiliation"):
        properties["affiliation"] = crate.add(
            ContextEntity(
                crate,
                f"#organisation-{number + 1}",
                properties={"@type": "Organization", "name": author["affiliation"]},
            )
        )
    identifier = f"https://orcid.org/{orcid}" if orcid else f"#author-{number + 1}"
    return crate.add(Person(crate, identifier, properties=properties))


def _one_or_several(entities: list[Any]) -> Any:
    """Return a list, or what is in it where it is one thing."""
    return entities[0] if len(entities) == 1 else entities


def _texts(crate: ROCrate, study: StudyRecord, methods: Methods, made: Path) -> None:
    """Add a page about the crate, and the methods section with its references."""
    (made / README).write_text(
        f"# {crate.name}\n\n{crate.description}\n\n{_WHERE.format(study=study.study)}",
        encoding="utf-8",
    )
    add_file(crate, made / README, Path(README))["about"] = crate.root_dataset
    listed = "\n".join(in_list(one) for one in methods.references)
    (made / METHODS).write_text(f"{methods.text}\n\nReferences\n\n{listed}\n", encoding="utf-8")
    (made / REFERENCES).write_text(bibtex(methods.references), encoding="utf-8")
    for name in (METHODS, REFERENCES):
        add_file(crate, made / name, Path(name))


def _versions(paths: Iterable[Path]) -> dict[str, str]:
    """Return package → version of what made the results, by their records."""
    found: dict[str, set[str]] = {}
    for path in paths:
        record = provenance.read(path) or {}
        for name, version in (record.get("versions") or {}).items():
            found.setdefault(name, set()).add(str(version))
    return {name: ", ".join(sorted(found[name])) for name in sorted(found)}


def _day(study: StudyRecord, folder: Path, results: list[Path]) -> datetime.date:
    """Return the day of publication that the config names, or that of the latest result."""
    given = _publish(study)["date"]
    if given:
        return datetime.date.fromisoformat(given)
    latest = max((folder / path).stat().st_mtime for path in results)
    return datetime.datetime.fromtimestamp(latest, datetime.UTC).date()


def _publish(study: StudyRecord) -> Mapping[str, Any]:
    """Return whose the study is; one of an older nascent says nothing of it."""
    return study.config.get("publish") or Publish().plain()
