"""Finding examples in the store of a part."""

import numpy as np
import pandas as pd

from nascent.examples import ID, PART
from nascent.store import Store


def rows_of(store: Store, examples: pd.DataFrame) -> np.ndarray:
    """Return the row in `store` of each of `examples`, (n,) integer, -1 where it is not there.

    A store is called like its part, and has examples of that part alone. Where an id comes in two
    parts, that of the part which lost it (see `crops.duplicates`) is another object, and is left
    where it is.

    Parameters
    ----------
    store
        The examples of a part.
    examples
        Columns id and part.
    """
    rows = store.columns([]).index.get_indexer(pd.Index(examples[ID]))
    own = (examples[PART].astype(str) == store.path.stem).to_numpy()
    return np.where(own, rows, -1)
