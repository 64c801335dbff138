"""What a crate says of the workflow, of its inputs and outputs, and of the run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from rocrate.model.contextentity import ContextEntity
from rocrate.rocrate import ROCrate

from nascent import provenance
from nascent.crate.contents import MAIN, media_type, workflow_files
from nascent.kind import module_of
from nascent.study_record import StudyRecord

PROFILES: Mapping[str, tuple[str, str]] = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": ("Workflow RO-Crate", "1.0"),
}
"""Address → name and version of each profile that the crate follows."""

WORKFLOW_PROFILE = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"
PARAMETER_PROFILE = "https://bioschemas.org/profiles/FormalParameter/1.0-RELEASE"
CONFIG = "config.yaml"


def add_workflow(crate: ROCrate, root: Path, versions: Mapping[str, str]) -> Any:
    """Add the workflow, with what it needs; the Snakefile is the main entity of the crate."""
    files = workflow_files(root)
    main = crate.add_workflow(
        root / MAIN,
        MAIN,
        main=True,
        lang="snakemake",
        lang_version=versions.get("snakemake"),
        properties={
            "name": "nascent",
            "description": "Snakemake workflow from raw data to what a trained model uses of them",
            "version": versions.get("nascent", "unknown"),
            "conformsTo": {"@id": WORKFLOW_PROFILE},
            "encodingFormat": media_type(Path(MAIN)),
        },
    )
    crate.add(
        ContextEntity(
            crate,
            WORKFLOW_PROFILE,
            properties={
                "@type": "CreativeWork",
                "name": "ComputationalWorkflow",
                "version": "1.0-RELEASE",
            },
        )
    )
    for path in files:
        add_file(crate, root / path, path)
    main["softwareRequirements"] = [
        crate.add(
            ContextEntity(
                crate,
                _home(name, version),
                properties={
                    "@type": "SoftwareApplication",
                    "name": name,
                    "softwareVersion": version,
                    "url": _home(name, version),
                },
            )
        )
        for name, version in versions.items()
    ]
    return main


def _home(package: str, version: str) -> str:
    """Return the address of a package; of one version alone where only one was used."""
    if package == "python":
        return "https://www.python.org/"
    return f"https://pypi.org/project/{package}/" + (f"{version}/" if "," not in version else "")


def add_inputs(crate: ROCrate, study: StudyRecord, made: Path) -> list[Any]:
    """Add what the run was given: the config with all defaults, and tables of raw data."""
    text = yaml.safe_dump(dict(study.config), sort_keys=False, allow_unicode=True)
    (made / CONFIG).write_text(text, encoding="utf-8")
    found = [add_file(crate, made / CONFIG, Path(CONFIG))]
    for name in getattr(module_of(study.kind, "parts"), "TABLES", ()):
        table = study.config.get(name)
        if isinstance(table, str) and Path(table).is_file():
            found.append(add_file(crate, Path(table), Path("inputs", Path(table).name)))
    for entity in found:
        parameter = crate.add(
            ContextEntity(
                crate,
                f"#input-{Path(entity.id).stem}",
                properties={
                    "@type": "FormalParameter",
                    "name": Path(entity.id).stem,
                    "additionalType": "File",
                    "conformsTo": {"@id": PARAMETER_PROFILE},
                    "valueRequired": True,
                    "workExample": {"@id": entity.id},
                },
            )
        )
        entity["exampleOfWork"] = parameter
        crate.mainEntity.append_to("input", parameter)
    crate.add(
        ContextEntity(
            crate,
            PARAMETER_PROFILE,
            properties={
                "@type": "CreativeWork",
                "name": "FormalParameter",
                "version": "1.0-RELEASE",
            },
        )
    )
    return found


def add_file(crate: ROCrate, source: Path, place: Path, digest: str | None = None) -> Any:
    """Add a file with its format, size and SHA-256."""
    properties = {
        "name": place.name,
        "contentSize": str(source.stat().st_size),
        "sha256": digest or provenance.file_digest(source),
        "encodingFormat": media_type(place),
    }
    return crate.add_file(source, place.as_posix(), properties=properties)


def add_run(
    crate: ROCrate, study: StudyRecord, main: Any, inputs: list[Any], outputs: list[Any]
) -> None:
    """Add the run: the workflow read the inputs and made the outputs, on whose behalf."""
    properties = {
        "name": f"Run of study {study.study}",
        "description": f"nascent {study.nascent}, seed {study.config['seed']}",
    }
    if authors := crate.root_dataset.get("author"):
        first = authors[0] if isinstance(authors, list) else authors
        properties["agent"] = {"@id": first.id}
    action = crate.add_action(
        main, identifier="#run", object=inputs, result=outputs, properties=properties
    )
    crate.root_dataset["mentions"] = action


def add_profiles(crate: ROCrate) -> None:
    """Say which profiles the crate follows."""
    entities = [
        crate.add(
            ContextEntity(
                crate,
                address,
                properties={"@type": "CreativeWork", "name": name, "version": version},
            )
        )
        for address, (name, version) in PROFILES.items()
    ]
    crate.root_dataset["conformsTo"] = entities
