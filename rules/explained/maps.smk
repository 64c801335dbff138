# Where the maps and shards of explanations lie, and what made the maps.
from math import prod

from nascent.attribute.method import file_of_method
from nascent.attribute.options import axes_of, needs_training_cells


def test_cells(wildcards):
    """The test shards of the fold that is explained."""
    return [
        made(f"shards/{EXPLAINED_FOLD}/{name}.h5")
        for name in shards_of("test", EXPLAINED_FOLD)
    ]


def maps_held_against_truth(wildcards):
    """The maps of the shown split that are held against the truth, explanation by explanation."""
    return [
        made(f"attribute/{model}/{seed}/{name}/{shard}.h5")
        for model, seed, name in HELD_AGAINST_TRUTH
        for shard in shards_of(shown_split(), EXPLAINED_FOLD)
    ]


def method_of_maps(wildcards):
    """The configured method of a map set."""
    return STUDY.attribute.methods[wildcards.method.partition(".")[0]]


def code_of_method(script):
    """Digest of a rule's script and of the method that made its maps: of no other method."""
    return lambda wildcards: code(
        script, file_of_method(method_of_maps(wildcards).method)
    )


def code_of_methods(script):
    """Digest of a rule's script and of all methods of the study."""
    methods = {method.method for method in STUDY.attribute.methods.values()}
    return code(script, *map(file_of_method, sorted(methods)))


def kind_of_maps(map_set):
    """Whether the maps of a set are of pixels and channels, of places, or of channels."""
    method = STUDY.attribute.methods[map_set.partition(".")[0]]
    return axes_of(method.method, method.options())


def read_out_of_maps(wildcards):
    """What of the model's outputs a map set explains: the logit of a class, or a target."""
    _, _, column = wildcards.method.partition(".")
    return READ_OUT or column or TARGET


def training_cells(wildcards):
    """The training shards of the fold that is explained."""
    return [
        made(f"shards/{EXPLAINED_FOLD}/{name}.h5")
        for name in shards_of("train", EXPLAINED_FOLD)
    ]


def training_cells_of_method(wildcards):
    """The training shards, for the methods that compare with training cells."""
    method = method_of_maps(wildcards)
    if not needs_training_cells(method.method, method.options()):
        return []
    return training_cells(wildcards)


def maps_explored(wildcards):
    """The maps whose single cells are shown, one file a shard, explanation by explanation."""
    return [
        made(f"attribute/{model}/{seed}/{name}/{shard}.h5")
        for model, seed, name in EXPLORED
        for split in STUDY.attribute.splits
        for shard in shards_of(split, EXPLAINED_FOLD)
    ]


def lowest_seed(wildcards, pattern):
    """A path of the lowest seed of a model: the one whose single cells are shown."""
    seed = min(MODELS[wildcards.model].seeds)
    return made(
        pattern.format(model=wildcards.model, seed=seed, method=wildcards.method)
    )


def shards_explained(wildcards):
    """The shards of the splits that are explained."""
    return [
        made(f"shards/{EXPLAINED_FOLD}/{name}.h5")
        for split in STUDY.attribute.splits
        for name in shards_of(split, EXPLAINED_FOLD)
    ]


def maps_of_lowest_seed(wildcards):
    """The maps of the lowest seed of a model, one file a shard."""
    return [
        lowest_seed(wildcards, f"attribute/{{model}}/{{seed}}/{{method}}/{name}.h5")
        for split in STUDY.attribute.splits
        for name in shards_of(split, EXPLAINED_FOLD)
    ]


def maps_explained(wildcards):
    """The maps of all cells that are explained, one file a shard."""
    return [
        made(
            f"attribute/{wildcards.model}/{wildcards.seed}/{wildcards.method}/{name}.h5"
        )
        for split in STUDY.attribute.splits
        for name in shards_of(split, EXPLAINED_FOLD)
    ]


def maps_shown(wildcards):
    """The maps of the split whose read-outs are drawn, one file a shard."""
    return [
        made(
            f"attribute/{wildcards.model}/{wildcards.seed}/{wildcards.method}/{name}.h5"
        )
        for name in shards_of(shown_split(), EXPLAINED_FOLD)
    ]


def shards_shown(wildcards):
    """The shards of the split whose read-outs are drawn."""
    return [
        made(f"shards/{EXPLAINED_FOLD}/{name}.h5")
        for name in shards_of(shown_split(), EXPLAINED_FOLD)
    ]


def maps_of_all_explanations(wildcards):
    """The maps of the shown split of every model, seed and method; explanation by explanation."""
    return [
        made(f"attribute/{model}/{seed}/{method}/{name}.h5")
        for model, seed, method in EXPLAINED
        for name in shards_of(shown_split(), EXPLAINED_FOLD)
    ]


def maps_of_permuted_targets(wildcards):
    """The maps of a model's lowest seed trained on permuted targets, where the config asks for it."""
    asked = STUDY.explain.randomised_targets
    if not asked or int(wildcards.seed) != min(MODELS[wildcards.model].seeds):
        return []
    return [
        made(
            f"randomised/{wildcards.model}/{wildcards.seed}/{wildcards.method}/{name}.h5"
        )
        for name in shards_of(shown_split(), EXPLAINED_FOLD)
    ]


def memory_of_method(wildcards, attempt):
    """Memory of a job that explains a model by the method of a map set, MB."""
    return network_memory(method_of_maps(wildcards).batch_size, attempt)


def memory_of_agreement(wildcards, attempt):
    """Memory of comparing all maps, MB: of each those of two cells and their ranks."""
    one_map = 4 * prod(STUDY.places) * len(SPECS[0].features) / 1e6
    return int(attempt * (1500 + 12 * one_map * len(EXPLAINED)))


def shown_split():
    """The explained split whose channel importance is drawn: test cells, where they are."""
    return "test" if "test" in STUDY.attribute.splits else STUDY.attribute.splits[-1]


# A model, its maps and what made them: what checks read that ask the model again.
INSPECTED = {
    "model": made(f"train/{{model}}/{EXPLAINED_FOLD}/{{seed}}/model.keras"),
    "reader": made(f"train/{{model}}/{EXPLAINED_FOLD}/{{seed}}/reader.json"),
    "maps": maps_shown,
    "shards": shards_shown,
    "training": training_cells_of_method,
}

# What is read out of maps beside their shards.
READ_OUT_OF = {
    "maps": maps_shown,
    "shards": shards_shown,
    "reader": made(f"train/{{model}}/{EXPLAINED_FOLD}/{{seed}}/reader.json"),
    "cells": made("explain/{model}/{seed}/{method}.cells.tsv"),
}
