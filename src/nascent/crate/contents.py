"""Which files of a study, and of its workflow, are packed."""

from pathlib import Path

from nascent.errors import ResultError
from nascent.study_record import FILE

RESULTS = (
    FILE,
    "*/cells.tsv",
    "*/quality.tsv",
    "splits/*/*.tsv",
    "shards/*/channels.tsv",
    "shards/*/shards.tsv",
    "tune/**/*.tsv",
    "train/**/card.json",
    "train/**/history.tsv",
    "train/**/reader.json",
    "embed/**/*.tsv",
    "evaluate/**/*.tsv",
    "explain/*.tsv",
    "explain/*/*/use.cells.tsv",
    "figures/**/*.png",
    "figures/**/*.svg",
    "figures/**/*.pdf",
    "report/**/*.html",
    "report/**/*.tsv",
    "report.html",
)
"""Patterns in the folder of a study: its tables, figures and pages. Raw data, stores, weights of
models and maps are left out: they are large, and the workflow makes them anew."""

WORKFLOW_FILES = ("pyproject.toml", "uv.lock", "LICENSE", "CITATION.cff")
WORKFLOW_FOLDERS = ("rules", "workflow", "envs", "src")
MAIN = "Snakefile"

FORMATS = {
    ".tsv": "text/tab-separated-values",
    ".json": "application/json",
    ".html": "text/html",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".pdf": "application/pdf",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".toml": "application/toml",
    ".bib": "application/x-bibtex",
    ".md": "text/markdown",
    ".py": "text/x-python",
    ".js": "text/javascript",
    ".css": "text/css",
}
"""Suffix → media type; of others `TEXT`."""

TEXT = "text/plain"


def result_files(study_folder: Path) -> list[Path]:
    """Return the results that are packed, as paths in the folder of the study, sorted.

    Raises
    ------
    ResultError
        Where nothing was computed yet.
    """
    places = {
        path.relative_to(study_folder)
        for pattern in RESULTS
        for path in study_folder.glob(pattern)
        if path.is_file()
    }
    found = {place for place in places if not any(part.startswith(".") for part in place.parts)}
    if found <= {Path(FILE)}:
        raise ResultError(
            "this study has no tables, figures or pages yet",
            where=study_folder,
            mend="Run it, then pack it.",
        )
    return sorted(found)


def workflow_files(root: Path) -> list[Path]:
    """Return the files of the workflow that are packed, as paths in its checkout, sorted.

    Parameters
    ----------
    root
        Folder with the Snakefile.

    Raises
    ------
    ResultError
        Where there is no workflow.
    """
    if not (root / MAIN).is_file():
        raise ResultError(
            f"there is no {MAIN} here",
            where=root.resolve(),
            mend="Run the command in the folder of the workflow that made the study.",
        )
    found = [root / name for name in WORKFLOW_FILES]
    found += [path for name in WORKFLOW_FOLDERS for path in (root / name).rglob("*")]
    return sorted(path.relative_to(root) for path in found if path.is_file() and _is_source(path))


def media_type(path: Path) -> str:
    """Return the media type of a file, by its suffix."""
    return FORMATS.get(path.suffix, TEXT)


def _is_source(path: Path) -> bool:
    """Return whether a file is written by hand, and not left by Python or an installation."""
    return not any(part == "__pycache__" or part.endswith(".egg-info") for part in path.parts)
