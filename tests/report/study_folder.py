"""A small study's folder, made by hand: a page, a notebook or an export can be made of it.

A network beats the references by cell, its gradients pass their checks, and its Grad-CAM fails; a
linear model does not beat them.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from PIL import Image

from nascent.config.outline import outline_of
from nascent.config.record import plain_record
from nascent.config.sections import Study
from nascent.files import write_table
from nascent.report.record import write_study_record
from nascent.report.study_page.contents import files_of
from nascent.study_record import FILE

ROOT = Path(__file__).parents[2]
USED = ("15_SON", "00_DAPI")


def small_config(**changes) -> dict:
    """Return the config of the study, with other values for some of its keys."""
    config = yaml.safe_load((ROOT / "config" / "config.yaml").read_text("utf-8"))
    config["study"] = "small"
    config["splits"] = {"by": ["example", "group"]}
    config["train"]["models"] = {"linear": {}, "cnn": {"architecture": "simple_cnn"}}
    config["attribute"] = {
        "methods": {
            "gradient": {"method": "gradient", "models": ["cnn"]},
            "grad_cam": {"method": "grad_cam", "models": ["cnn"]},
        }
    }
    config["explain"]["roar"] = None
    return config | changes


def write_study(folder: Path, make, config: dict, *, well: str = "P_A03") -> Study:
    """Write the folder of a study that is done.

    Parameters
    ----------
    folder
        Where to.
    make
        The builders of tables, a fixture.
    config
        See `small_config`.
    well
        Name of the worst well.
    """
    outline = outline_of(config)
    write_study_record(plain_record(outline), "1.0", folder / FILE)
    tables = _tables(make, well)
    for place in files_of(outline.study):
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        if place.endswith(".png"):
            _write_figure(path)
        else:
            usual = pd.DataFrame({"model": ["cnn"], "number": [3], "value": [0.5]})
            write_table(tables.get(place, usual), path)
    (folder / "report").mkdir(exist_ok=True)
    (folder / "report" / "explorer.html").write_text("<!doctype html><title>Explorer</title>")
    write_table(tables["explain/channel_groups.tsv"], folder / "explain" / "channel_groups.tsv")
    return outline.study


def _tables(make, well: str) -> dict[str, pd.DataFrame]:
    comparison = make.comparison()
    comparison["worst_group"] = well
    return {
        "evaluate/comparison.tsv": comparison,
        "evaluate/pairs.tsv": make.pairs(),
        "evaluate/levels.tsv": make.levels().assign(by="group", level=well),
        "evaluate/confounders.tsv": make.confounders(),
        "evaluate/controls.tsv": make.controls(),
        "explain/use.tsv": _use(),
        "explain/channel_groups.tsv": pd.DataFrame(
            columns=["input", "group", "channel", "least_correlation"]
        ),
        "explain/standing.tsv": _standing(),
        "explain/randomisation.tsv": _randomisation(),
        "explain/removal.tsv": pd.DataFrame(
            columns=["model", "method", "seed", "order", "measure", "unit", "mean", "verdict"]
        ),
        "explain/agreement.tsv": pd.DataFrame(
            columns=["model", "method", "other_model", "other_method", "level", "verdict"]
        ),
        "explain/truth.tsv": pd.DataFrame(
            columns=["model", "method", "seed", "map", "what", "lift", "verdict"]
        ),
        "explain/regions.tsv": _many_rows(),
    }


def _use() -> pd.DataFrame:
    rows = []
    for model, skill in (("cnn", 0.8125), ("linear", 0.0625)):
        for number, channel in enumerate(USED):
            for change in ("permuted", "intensity", "structure"):
                use = 0.25 if model == "cnn" and number == 0 and change != "intensity" else 0.0
                rows.append(
                    {
                        **{"model": model, "seed": "each", "input": "image", "unit": "channel"},
                        **{"channel": channel, "members": channel, "change": change},
                        **{"cells": 64, "groups": 4, "skill": skill, "use": use},
                        **{"low": use - 0.125, "high": use + 0.125},
                        **{"low_groups": use - 0.1875, "high_groups": use + 0.1875},
                        "members_sum": np.nan,
                        "verdict": "is used" if use else "not shown to be used",
                    }
                )
    return pd.DataFrame(rows)


def _standing() -> pd.DataFrame:
    beats, loses = "depends on the model", "does not depend on the model"
    return pd.DataFrame(
        [
            (1, "cnn", "gradient", "passes", "beats the best floor", beats, True, ""),
            (2, "cnn", "grad_cam", "fails", "beats the best floor", loses, False, "It stays."),
        ],
        columns=[
            *("place", "model", "method", "standing", "model_verdict", "maps_verdict"),
            *("default", "sentence"),
        ],
    )


def _randomisation() -> pd.DataFrame:
    rows = [("gradient", 0.03125, "depends on the model")]
    rows += [("grad_cam", 0.9375, "does not depend on the model")]
    return pd.DataFrame(
        [
            {"model": "cnn", "seed": 1, "method": method, "stage": "weights", "number": 1}
            | {"layer": "output", "level": "pixels", "cells": 16, "groups": 4, "mean": mean}
            | {"low": mean - 0.03125, "high": mean + 0.03125, "verdict": verdict}
            for method, mean, verdict in rows
        ]
    )


def _many_rows() -> pd.DataFrame:
    """Return more rows than a page shows, in an order that is none."""
    number = np.arange(1200) * 7 % 1200 - 600
    return pd.DataFrame({"model": "cnn", "channel": [f"c{one}" for one in number], "share": number})


def _write_figure(path: Path) -> None:
    # One is wider than a page shows.
    size = (1600, 800) if path.stem == "comparison" else (160, 80)
    image = Image.new("RGB", size, "white")
    image.paste("#0072b2", (10, 10, 70, 70))
    image.save(path)
    for kind in ("svg", "pdf"):
        path.with_suffix(f".{kind}").write_text("<svg/>")
