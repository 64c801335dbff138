"""A study as AnnData: examples × features, with predictions, and what the maps say of each.

| part | what |
|---|---|
| `X` | mean of each feature over an example's measured places, as measured |
| `obs` | the table of examples, their split, and what each model predicts of them |
| `var` | features of all inputs: their input, and whether a model sees them |
| `obsm["spatial"]` | middle of each example's bounding box (x, y), where the table has one |
| `obsm["shares_<model>_<seed>_<method>"]` | shares of features in its map; NaN where it has none |
| `uns["nascent"]` | what the study is, its config as JSON, and its tables of answers |
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nascent.errors import ResultError
from nascent.examples import InputSpec
from nascent.explain.exports.h5ad import BOX
from nascent.export.examples import categories, examples_with_answers, stores_in_order
from nascent.extras import of_extra
from nascent.files import written
from nascent.input_names import own_names
from nascent.notebook.study import Study
from nascent.store import Store

ANSWERS = ("comparison", "importance", "use", "standing")


def write(study: Study, path: Path) -> None:
    """Write a study as `.h5ad`.

    Raises
    ------
    NascentError
        Where the library anndata is not installed, or a result that is there was changed.
    """
    anndata = of_extra("anndata", "export")
    obs = examples_with_answers(study)
    means, var = _means(study)
    obsm = _shares(study, obs.index)
    if set(BOX) <= set(obs.columns):
        left, right, top, bottom = (obs[name].to_numpy(np.float64) for name in BOX)
        obsm["spatial"] = np.column_stack([left + right, top + bottom]) / 2
    whole = anndata.AnnData(means.loc[obs.index].to_numpy(), obs=obs, var=var, obsm=obsm)
    whole.uns["nascent"] = _told(study)
    with written(path) as beside:
        whole.write_h5ad(beside)


def _means(study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the mean of each feature of each example, and a table of the features."""
    tables, specs = [], ()
    with stores_in_order(study) as stores:
        for _, store in stores:
            specs = store.inputs
            rows = np.stack([_means_of(store, row) for row in range(len(store))])
            tables.append(pd.DataFrame(rows, store.columns([]).index.astype(str)))
    return pd.concat(tables), _features(study, specs)


def _means_of(store: Store, row: int) -> np.ndarray:
    """Return the mean of each feature over an example's measured places, (F,) float64."""
    means = []
    for spec in store.inputs:
        values, measured = store.array(f"inputs/{spec.name}", row), store.measured(row, spec.name)
        if not spec.places:
            means.append(values.astype(np.float64))
            continue
        measured = np.ones(spec.places, bool) if measured is None else measured
        there = values[measured].astype(np.float64)
        means.append(there.mean(axis=0) if len(there) else np.full(len(spec.features), np.nan))
    return np.concatenate(means)


def _features(study: Study, specs: tuple[InputSpec, ...]) -> pd.DataFrame:
    named = own_names({spec.name: list(spec.features) for spec in specs})
    seen = {
        (name, feature)
        for model in study.record.models.values()
        for name, features in model.features.items()
        for feature in features
    }
    rows = [
        (spec.name, (spec.name, feature) in seen) for spec in specs for feature in spec.features
    ]
    names = [name for spec in specs for name in named[spec.name]]
    table = pd.DataFrame(rows, pd.Index(names, name="feature", dtype=object), ["input", "seen"])
    return table.assign(input=categories(table["input"]))


def _shares(study: Study, ids: pd.Index) -> dict[str, pd.DataFrame]:
    """Return explanation → each example's shares of features, as far as they are made."""
    found = {}
    for method, told in study.record.methods.items():
        for model in told.models:
            for seed in study.record.models[model].seeds:
                try:
                    table = study.table(f"explain/{model}/{seed}/{method}.cells")
                except ResultError:
                    continue
                features = study.record.models[model].features
                names = [name for own in own_names(features).values() for name in own]
                shares = table.set_index(table["id"].astype(str))
                columns = [name for name in names if name in shares]
                if columns:
                    found[f"shares_{model}_{seed}_{method}"] = shares[columns].reindex(ids)
    return found


def _told(study: Study) -> dict[str, Any]:
    record = study.record
    tables = {}
    for name in ANSWERS:
        try:
            tables[name] = _writable(getattr(study, name))
        except ResultError:
            continue
    return {
        "study": record.study,
        "kind": record.kind,
        "task": record.task,
        "target": record.target.name,
        "target_label": record.target.label,
        "nascent": record.nascent,
        "config": json.dumps(record.config, sort_keys=True),
        **tables,
    }


def _writable(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with text for what is neither number nor flag."""
    columns: Mapping[str, Any] = {
        name: table[name].to_numpy()
        if table[name].dtype.kind in "iufb"
        else categories(table[name])
        for name in table.columns
    }
    return pd.DataFrame(columns, index=table.index.astype(str).astype(object))
