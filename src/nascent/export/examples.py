"""What every export says of the examples: their table, split and predictions."""

from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from nascent import integrity
from nascent.errors import ResultError, StoreError
from nascent.examples import InputSpec
from nascent.notebook.study import Study
from nascent.store import Store, open_store

_KEYS = ("id", "group", "design", "fold", "split", "model", "seed", "target")


def examples_with_answers(study: Study) -> pd.DataFrame:
    """Return the table of examples with `split`, and what each trained model predicts.

    Predictions are those of the fold whose models are explained, in columns
    `<column of the answer>_<model>_<seed>`, of further targets with the target behind; a study that
    has none yet goes without.

    Returns
    -------
    pandas.DataFrame
        The index is `id`, as text.
    """
    table, fold = study.examples, study.record.explained_fold
    try:
        splits = study.table(f"splits/{fold}/splits").set_index("id")["split"]
        table = table.assign(split=splits.reindex(table.index))
        predictions = study.predictions
    except ResultError:
        return _plain(table)
    own = predictions[(predictions["fold"] == fold) & predictions["model"].isin(study.models)]
    answers = [name for name in own.columns if name not in _KEYS and not _is_truth(name)]
    columns = {}
    for (model, seed, target), rows in own.groupby(["model", "seed", "target"], sort=False):
        further = "" if target == study.record.target.name else f"_{target}"
        by_id = rows.set_index("id")
        for name in answers:
            if by_id[name].notna().any():
                columns[f"{name}_{model}_{seed}{further}"] = by_id[name].reindex(table.index)
    return _plain(pd.concat([table, pd.DataFrame(columns, index=table.index)], axis=1))


def _is_truth(name: str) -> bool:
    """Tell whether a column holds what was measured, which the table of examples has."""
    return name in ("y", "true_class")


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table as AnnData files hold it: numbers, flags, and text as categories."""
    columns = {}
    for name in table.columns:
        values = table[name]
        if not is_numeric_dtype(values) or (is_bool_dtype(values) and values.isna().any()):
            values = categories(values)
        columns[str(name).replace("/", "_")] = values
    index = pd.Index(table.index.astype(str), name="id", dtype=object)
    return pd.DataFrame({name: pd.Series(values).array for name, values in columns.items()}, index)


def categories(values: pd.Series) -> pd.Categorical:
    """Return text as categories, which every version of AnnData reads; missing stays missing."""
    texts = [str(value) if pd.notna(value) else None for value in values]
    levels = sorted({text for text in texts if text is not None})
    return pd.Categorical(texts, categories=pd.Index(levels, dtype=object))


@contextmanager
def stores_in_order(study: Study) -> Iterator[Iterator[tuple[str, Store]]]:
    """Give part → open store, one at a time, in the order of the table of examples."""

    def each() -> Iterator[tuple[str, Store]]:
        for part in dict.fromkeys(study.examples["part"].astype(str)):
            path = study.folder / study.record.first_stage / f"{part}.h5"
            integrity.checked(path)
            with open_store(path) as store:
                yield part, store

    yield each()


def image_spec(study: Study, axes: tuple[str, ...], format_name: str) -> InputSpec:
    """Return what the images of a study are: its first input.

    Raises
    ------
    StoreError
        Where it has other axes than a format can hold.
    """
    with stores_in_order(study) as stores:
        _, store = next(stores)
        spec = store.input()
    if spec.axes not in axes:
        raise StoreError(
            f"{format_name} holds images, and the {spec.name} of a {study.words.example} has the"
            f" axes {spec.axes}",
            mend="Export it to anndata.",
        )
    return spec
