"""The config of a study: one typed model, from which schema, key list and example are generated."""

from nascent.config.channels import input_channels, study_channels
from nascent.config.checks import check_splits, check_study, check_tables, read_wells
from nascent.config.sections import Study

__all__ = [
    "Study",
    "check_splits",
    "check_study",
    "check_tables",
    "input_channels",
    "read_wells",
    "study_channels",
]
