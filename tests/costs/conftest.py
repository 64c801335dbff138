"""A study whose sizes are round, so that its work is computed by hand."""

import pytest

from nascent.config.checks import check_study
from nascent.costs.facts import Facts

CONFIG = {
    "study": "planted",
    "simulate": {"nuclei": 100, "channels": ["00_DAPI", "15_SON", "09_SRRM2", "00_EU"]},
    "crops": {"size": 10},
    "shards": {"cells": 64},
    "train": {
        "defaults": {"epochs": 5},
        "models": {"linear": {}, "simple_cnn": {"channels": ["15_SON"]}},
    },
    "tune": {"linear": {"keys": {"epochs": [2, 7]}}},
    "attribute": {
        "methods": {
            "ig": {"method": "integrated_gradients", "steps": 9},
            "cam": {"method": "grad_cam", "models": ["simple_cnn"]},
        }
    },
    "explain": {"cells": 8, "roar": {"methods": ["ig"]}},
}


@pytest.fixture
def facts_with():
    """Return the facts of the study with whole sections changed: 2 wells, 160/20/20 cells."""

    def made(cells=160, **changes):
        study = check_study(CONFIG | changes)
        return Facts(
            study,
            ("00_DAPI", "15_SON", "09_SRRM2", "00_EU"),
            {"p_A01": 100, "p_A02": 100},
            {"example": {"train": cells, "val": 20, "test": 20}},
        )

    return made


@pytest.fixture
def facts(facts_with):
    return facts_with()
