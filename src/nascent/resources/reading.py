"""Reading what is shipped with the code, wherever the package is installed."""

import csv
from importlib.resources import files


def resource_text(name: str) -> str:
    """Return the text of a file that is shipped with the code.

    Name it where it is read, as plain text: a job's digest of the code counts the files that its
    modules name so (`nascent.syntax`).

    Parameters
    ----------
    name
        Its path in `nascent/resources`, such as `palettes.tsv`.
    """
    return files("nascent.resources").joinpath(name).read_text(encoding="utf-8")


def rows_of(text: str) -> list[dict[str, str]]:
    """Return the rows of a tab-separated table as they are written, by the names in its head."""
    return list(csv.DictReader(text.splitlines(), delimiter="\t"))
