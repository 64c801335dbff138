"""The config of a study: one typed model, from which schema, key list and example are generated."""

from nascent.config.channels import (
    check_channel_groups,
    input_channels,
    model_channels,
    study_channels,
)
from nascent.config.checks import check_study, check_tables, read_wells
from nascent.config.folds import Fold, study_folds
from nascent.config.model_checks import searched
from nascent.config.names import check_paths, check_predicted
from nascent.config.retraining import Retraining, retrainings
from nascent.config.sections import Study

__all__ = [
    "Fold",
    "Retraining",
    "Study",
    "check_channel_groups",
    "check_paths",
    "check_predicted",
    "check_study",
    "check_tables",
    "input_channels",
    "model_channels",
    "read_wells",
    "retrainings",
    "searched",
    "study_channels",
    "study_folds",
]
