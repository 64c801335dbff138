"""The candidates of a search, in an order that never changes."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any


def candidates(
    keys: Mapping[str, Sequence[Any]], search: str, *, number: int, seed: int
) -> list[dict[str, Any]]:
    """Return the combinations of values that are tried.

    Parameters
    ----------
    keys
        Option → values.
    search
        `grid`: all combinations; `random`: `number` of them, none twice, or all where there are
        no more (Bergstra & Bengio 2012, JMLR 13:281).
    number, seed
        Of the random search.
    """
    # Scikit-learn loads slowly, and few studies search.
    from sklearn.model_selection import ParameterGrid, ParameterSampler

    space = {key: list(values) for key, values in sorted(keys.items())}
    grid = ParameterGrid(space)
    if search == "grid" or number >= len(grid):
        return list(grid)
    return list(ParameterSampler(space, number, random_state=seed))


def candidate_name(changes: Mapping[str, Any]) -> str:
    """Return a name that follows from what a candidate changes: a search that grows renames none.

    Parameters
    ----------
    changes
        Option → JSON-able value; their order does not matter.
    """
    text = json.dumps(changes, sort_keys=True)
    # Of digits alone a table would take it for a number.
    return "c" + hashlib.sha256(text.encode()).hexdigest()[:9]
