"""One input of some examples, as a model sees it."""

from collections.abc import Iterable, Sequence

import numpy as np

from nascent.examples import InputSpec, mask_inputs
from nascent.reader import InputReader, Reader
from nascent.store import Store
from nascent.store_layout import input_path, mask_path


def read_input(
    store: Store, reader: InputReader, rows: Sequence[int] | np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return an input of some examples in the order asked, and where its values were measured.

    Parameters
    ----------
    store
        Of the examples.
    reader
        Of the input.
    rows
        Of the examples in the store.

    Returns
    -------
    values : numpy.ndarray
        (n, …) float32.
    measured : numpy.ndarray
        (n, places …) bool, everywhere True where no mask tells.
    """
    spec, stored = reader.spec, reader.stored
    values = np.empty((len(rows), *spec.shape), np.float32)
    measured = np.ones((len(rows), *spec.places), bool)
    raw = np.empty(stored.shape, store.layout.dtypes[stored.name])
    for place, row in enumerate(rows):
        store.array_into(input_path(stored.name), int(row), raw)
        known = store.measured(int(row), stored.name)
        if known is not None:
            measured[place] = known
        reader.into(raw, known, values[place])
    return values, measured


def read_example(store: Store, reader: InputReader, row: int) -> tuple[np.ndarray, np.ndarray]:
    """Return an input of one example, (…) float32, and where its values were measured."""
    values, measured = read_input(store, reader, [row])
    return values[0], measured[0]


def read_others(
    store: Store, reader: Reader, rows: Sequence[int] | np.ndarray, *, explained: str
) -> dict[str, np.ndarray]:
    """Return what a model is given of some examples besides an explained input: name → (n, …).

    That is all other inputs, and the masks of their objects. Of the explained input it is the mask
    of the object, where that is not where the input was measured: a method moves what was measured
    and leaves the object as it is.
    """
    found, masks = {}, mask_inputs(reader.specs)
    for one in reader.inputs:
        name = one.spec.name
        if name != explained:
            found[name], _ = read_input(store, one, rows)
        if name in masks and (name != explained or not has_one_mask(store, one.stored)):
            found[masks[name]] = read_object(store, one.stored, rows)
    return found


def mask_of_measured(stores: Iterable[Store], reader: Reader, name: str) -> str | None:
    """Return the name under which a model takes where an input was measured, if it takes that.

    None where it takes no mask of the input, or one of the object that is another one in some
    store.
    """
    spec = reader.input(name).stored
    if not all(has_one_mask(store, spec) for store in stores):
        return None
    return mask_inputs(reader.specs).get(name)


def read_object(store: Store, spec: InputSpec, rows: Sequence[int] | np.ndarray) -> np.ndarray:
    """Return the masks of the object in an input of some examples, (n, places …) bool."""
    found = np.empty((len(rows), *spec.places), bool)
    for out, row in zip(found, rows, strict=True):
        store.array_into(object_path(spec), int(row), out)
    return found


def object_path(spec: InputSpec) -> str:
    """Return the path of the mask of the object: of the first region, or of what was measured."""
    return mask_path(spec.name, spec.regions[0] if spec.regions else spec.masks[0])


def has_one_mask(store: Store, spec: InputSpec) -> bool:
    """Return whether the mask of the object is that of the measured values, or there is none."""
    if not spec.masks:
        return True
    path, measured = object_path(spec), mask_path(spec.name)
    return spec.measured and (path == measured or store.layout.same.get(path) == measured)
