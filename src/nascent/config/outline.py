"""What is known of a study before its first job: its parts, folds, features, inputs and classes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from nascent.config.channels import check_channel_groups, model_features
from nascent.config.checks import check_study
from nascent.config.folds import Fold, study_folds
from nascent.config.model_checks import searched
from nascent.config.names import check_groups, check_paths, check_predicted
from nascent.config.sections import Study
from nascent.config.target import study_levels
from nascent.examples import InputSpec, TargetSpec
from nascent.input_names import features_of
from nascent.kind import module_of
from nascent.tune.candidates import candidate_name


@dataclass(frozen=True)
class Outline:
    """A checked study, and what its config and its raw data say before anything is computed.

    Attributes
    ----------
    study
        The checked config.
    parts
        The raw data by parts, of which each has a job: a row a part, by name.
    folds
        By name; the first is the one that is explained.
    features
        Names of what is stored at each place of an example.
    levels
        The classes of the target; empty where it is a number.
    inputs
        Of the models.
    targets
        What the kind of data says that models predict; a model may predict further columns.
    seen
        Model → input → the features of it that the model sees.
    candidates
        Model → the candidates of its search, by name, as changes of its options.
    """

    study: Study
    parts: pd.DataFrame
    folds: Mapping[str, Fold]
    features: Sequence[str]
    levels: tuple[str, ...]
    inputs: Sequence[InputSpec]
    targets: Sequence[TargetSpec]
    seen: Mapping[str, Mapping[str, list[str]]]
    candidates: Mapping[str, dict[str, dict[str, Any]]]


def outline_of(config: Mapping[str, Any], *, where: str | Path = "config") -> Outline:
    """Return the outline of a study, after checking its config against its raw data.

    Parameters
    ----------
    config
        As it was read.
    where
        Its files, for messages.

    Raises
    ------
    NascentError
        On the first thing that is wrong with the config or the raw data.
    """
    study = check_study(config, where=where)
    raw = module_of(study.kind, "parts")
    parts = raw.parts(study)
    folds = study_folds(study, parts)
    check_paths(study, raw.paths(study, parts))
    raw.check(study, parts)
    features = raw.features(study, parts)
    columns = raw.columns(study, parts, features)
    check_predicted(study, columns)
    check_groups(study, columns)
    levels = study_levels(study, columns, parts) or ()
    inputs = raw.inputs(study, features)
    targets = raw.targets(study, levels)
    check_channel_groups(study, features_of(inputs))
    seen = {model: model_features(study, model, inputs) for model in study.train.models}
    candidates = {
        model: {candidate_name(changes): changes for changes in searched(study, model)}
        for model in study.train.models
    }
    return Outline(study, parts, folds, features, levels, inputs, targets, seen, candidates)
