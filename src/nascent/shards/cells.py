"""Finding cells in the crops of a well."""

import numpy as np
import pandas as pd

from nascent.store import Store

_KEYS = ["plate", "well", "id"]


def rows_of(store: Store, cells: pd.DataFrame) -> np.ndarray:
    """Return the row in `store` of each of `cells`, (n,) integer, -1 where it is not there.

    A cell is told by plate, well and id together. Where an id comes in two wells, the crop of the
    well that lost it (see `crops.duplicates`) is another object, and is left where it is.

    Parameters
    ----------
    store
        The crops of a well.
    cells
        Columns id, plate, well.
    """
    have, wanted = (
        pd.MultiIndex.from_frame(table[_KEYS].astype({"plate": str, "well": str}))
        for table in (store.columns(["plate", "well"]).reset_index(), cells)
    )
    return have.get_indexer(wanted)
