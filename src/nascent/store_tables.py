"""The table of examples in a store: one dataset a column, a slash in a name kept as `%2F`."""

import json
from collections.abc import Iterable, Sequence

import h5py
import pandas as pd

from nascent.errors import StoreError
from nascent.examples import GROUP, ID
from nascent.names import hdf5_key


def write_examples(group: h5py.Group, examples: pd.DataFrame) -> None:
    """Write the table of examples: index or column `id`, column `group`, and what else it has.

    Raises
    ------
    StoreError
        Where it has no ids or groups, or an example has none.
    """
    table = examples.reset_index() if examples.index.name == ID else examples
    for name in (ID, GROUP):
        if name not in table:
            raise StoreError(
                f"the table of examples has no column {name!r}",
                mend="Give each example an id, and the group that is held out whole with it.",
            )
        if table[name].isna().any():
            raise StoreError(f"an example has no {name}: row {int(table[name].isna().argmax())}")
    names = [str(name) for name in table.columns if name != ID]
    group.attrs["columns"] = json.dumps(names)
    for name, column in table.items():
        key = hdf5_key(str(name))
        if pd.api.types.is_numeric_dtype(column.dtype):
            group.create_dataset(key, data=column.to_numpy())
        else:
            # Missing text is the empty string, as in the tables.
            text = ["" if pd.isna(value) else str(value) for value in column]
            group.create_dataset(key, data=text, dtype=h5py.string_dtype())


class ExamplesTable:
    """The table of examples of a file, read column by column.

    Attributes
    ----------
    names
        Columns beside `id`, in order.

    Raises
    ------
    KeyError
        Where the file lacks a column that it lists.
    """

    def __init__(self, group: h5py.Group) -> None:
        self._group = group
        self.names: list[str] = json.loads(group.attrs["columns"])
        refuse_lost_columns(group, map(hdf5_key, [ID, *self.names]))

    def read(self, names: Sequence[str]) -> pd.DataFrame:
        """Return some columns; the index is `id`."""
        columns = {name: read_column(self._group[hdf5_key(name)]) for name in [ID, *names]}
        return pd.DataFrame(columns).set_index(ID)


def refuse_lost_columns(group: h5py.Group, keys: Iterable[str]) -> None:
    """Raise KeyError where a group lacks the dataset of a column."""
    if lost := set(keys) - set(group):
        raise KeyError(f"columns of the table: {sorted(lost)}")


def read_column(dataset: h5py.Dataset) -> pd.Series:
    """Return one column as numbers, flags, or text with None where it is missing."""
    if not h5py.check_string_dtype(dataset.dtype):
        return pd.Series(dataset[:])
    text = [value or None for value in dataset.asstr()[:]] if len(dataset) else []
    return pd.Series(text) if any(text) else pd.Series(text, dtype=object)
