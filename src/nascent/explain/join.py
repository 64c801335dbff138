"""One table of the tables that the explanations of a study gave."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from nascent.files import read_table, write_table

LABELS = ["model", "seed", "method"]


def join_tables(paths: Sequence[str | Path], labels: Sequence[Sequence], out: str | Path) -> None:
    """Write tables of one check below each other, beside the explanation that each is of.

    Parameters
    ----------
    paths
        A table an explanation, all of the same columns; a table may have no rows.
    labels
        (model, seed, method) of each. They come first, in place of columns of these names.
    out
        The joined table.
    """
    tables = [
        read_table(path).assign(**dict(zip(LABELS, names, strict=True)))
        for path, names in zip(paths, labels, strict=True)
    ]
    if not tables:
        write_table(pd.DataFrame(columns=LABELS), out)
        return
    others = [column for column in tables[0].columns if column not in LABELS]
    # Tables without rows have no types, and would take those of the others.
    filled = [table for table in tables if len(table)] or tables[:1]
    write_table(pd.concat(filled, ignore_index=True)[[*LABELS, *others]], out)
