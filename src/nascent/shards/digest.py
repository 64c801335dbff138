"""A digest of what a store holds, the same whatever codec or version of the format wrote it."""

import hashlib
import json

import numpy as np

from nascent.store import Store
from nascent.store_layout import input_path, mask_path


def content_digest(store: Store) -> str:
    """Return the SHA-256 of what a store holds, in hexadecimal: specifications, table, all values.

    The table counts because it may hold the target: arrays alone would not tell that it has
    changed. Words for people (labels) do not count, nor how the store is packed.
    """
    layout = store.layout
    specs = [one.to_plain() for one in (*layout.inputs, *layout.targets)]
    for spec in specs:
        spec.pop("label", None)
    forms = layout.forms | {mask: layout.forms[other] for mask, other in layout.same.items()}
    # Masks come first: they say how the values that follow are told.
    paths = sorted(forms, key=lambda path: (not path.startswith("masks/"), path))
    array_forms = [[path, forms[path].shape, forms[path].dtype.str] for path in paths]
    digest = hashlib.sha256(json.dumps([specs, array_forms]).encode())
    table = store.examples.drop(columns="split", errors="ignore")
    digest.update(table.to_csv(sep="\t", lineterminator="\n").encode())
    measured = {input_path(one.name): mask_path(one.name) for one in layout.inputs if one.measured}
    room = {path: np.empty(form.shape, form.dtype) for path, form in layout.forms.items()}
    for row in range(len(store)):
        for path, values in room.items():
            if values.ndim:
                store.array_into(path, row, values)
            else:
                values[...] = store.array(path, row)
        for path in paths:
            values = room[layout.same.get(path, path)]
            mask = room[measured[path]] if path in measured else None
            for part in _parts(values, mask):
                digest.update(part)
    return digest.hexdigest()


def _parts(values: np.ndarray, measured: np.ndarray | None) -> tuple[bytes | np.ndarray, ...]:
    """Return what tells all values of an array: the measured ones alone where all others are zero.

    To hash a frame of zeros would take longer than all else.
    """
    if measured is None:
        return (values,)
    bits = values.reshape(-1, values.shape[-1]).view(f"u{values.itemsize}")
    inside = bits.take(np.flatnonzero(measured), axis=0)
    if np.count_nonzero(bits) == np.count_nonzero(inside):
        return b"zero elsewhere", inside
    return b"everywhere", values
