"""Rewriting a store of version 1 as version 2."""

import json
from pathlib import Path

from nascent import provenance
from nascent.integrity import made
from nascent.store import open_store
from nascent.store_v1 import FORMAT_1
from nascent.store_writer import StoreWriter

# Attributes that version 2 has no use for, or says itself.
_OWN = ("format", "version", "codec", "channels", "provenance")


def migrate(path: str | Path) -> bool:
    """Rewrite a store of version 1 as version 2, beside it, then in its place.

    Values, table and provenance stay as they are; compressed chunks are copied. The record beside
    the file gets the digest of the new bytes.

    Returns
    -------
    bool
        Whether there was anything to do: False where the store has version 2.

    Raises
    ------
    StoreError
        Where the file is no store, or lacks what version 2 needs.
    OutputError
        Where the disk is full or the folder cannot be written; the file stays as it was.
    """
    path = Path(path)
    with open_store(path) as store:
        if store.attributes["format"] != FORMAT_1:
            return False
        with StoreWriter(
            path,
            store.layout,
            codec=store.attributes["codec"],
            record=json.loads(store.attributes.get("provenance", "{}")),
            attributes={key: value for key, value in store.attributes.items() if key not in _OWN},
        ) as writer:
            for index in range(len(store)):
                writer.copy_from(store, index)
            writer.examples = store.examples
    record = provenance.read(path)
    if record is not None and "sha256" in record:
        provenance.write(path, {**record, **made(path)})
    return True
