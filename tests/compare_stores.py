"""Tell whether two stores or shards hold the same examples, bit for bit.

    python tests/compare_stores.py A.h5 B.h5

Exits with status 1 and names the first difference. Provenance and codec may differ.
"""

import sys

import numpy as np
import pandas as pd

from nascent.store import Store, open_store


def first_difference(ours: Store, theirs: Store) -> str | None:
    """Return what differs first between two stores, None where nothing does."""
    if (difference := ours.layout.difference(theirs.layout)) is not None:
        return difference
    for name, one in ours.layout.dtypes.items():
        if one != (other := theirs.layout.dtypes[name]):
            return f"type of {name}: {one} and {other}"
    if len(ours) != len(theirs):
        return f"number of examples: {len(ours)} and {len(theirs)}"
    table = differing_table(ours.examples.reset_index(), theirs.examples.reset_index())
    if table is not None:
        return f"table, {table}"
    paths = sorted({*ours.layout.forms, *ours.layout.same})
    for index, example in enumerate(ours.examples.index):
        for path in paths:
            if not same_bits(ours.array(path, index), theirs.array(path, index)):
                return f"{path} of example {example}"
    return None


def differing_table(ours: pd.DataFrame, theirs: pd.DataFrame) -> str | None:
    """Return which part of two tables differs, None where nothing does."""
    if list(ours.columns) != list(theirs.columns):
        return f"columns: {list(ours.columns)} and {list(theirs.columns)}"
    for name in ours.columns:
        one, other = ours[name], theirs[name]
        if one.dtype != other.dtype:
            return f"type of column {name}: {one.dtype} and {other.dtype}"
        numeric = pd.api.types.is_numeric_dtype(one.dtype)
        same = same_bits(one.to_numpy(), other.to_numpy()) if numeric else one.equals(other)
        if not same:
            return f"column {name}"
    return None


def same_bits(ours: np.ndarray, theirs: np.ndarray) -> bool:
    """Tell whether two arrays are the same to the bit, missing numbers and signed zeros too."""
    shape = ours.shape == theirs.shape and ours.dtype == theirs.dtype
    return shape and ours.tobytes() == theirs.tobytes()


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit("usage: python tests/compare_stores.py A.h5 B.h5")
    with open_store(sys.argv[1]) as ours, open_store(sys.argv[2]) as theirs:
        difference = first_difference(ours, theirs)
    if difference is not None:
        sys.exit(f"{sys.argv[1]} and {sys.argv[2]} differ. {difference}")
    print(f"{sys.argv[1]} and {sys.argv[2]} hold the same examples.")


if __name__ == "__main__":
    main()
