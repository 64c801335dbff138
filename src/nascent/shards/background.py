"""Background counts of features, of which the kind of data knows how they are measured."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from nascent.kind import module_of


def read_background(
    kind: str, path: str | Path, features: Sequence[str], **options: object
) -> pd.Series:
    """Return the background of each feature, in counts; NaN where the table has none.

    Parameters
    ----------
    kind
        Of the study; its module `background` reads the table.
    path
        The table.
    features
        Of the store.
    options
        How the table is read.
    """
    return module_of(kind, "background").read_background(path, features, **options)
