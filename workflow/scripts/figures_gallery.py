"""Predictions and shards -> the examples predicted best, typically and worst."""

from contextlib import ExitStack
from dataclasses import replace

from nascent.evaluate.tables import RunNames
from nascent.figures import facts, gallery
from nascent.figures.gather import read_examples
from nascent.figures.predicted_examples import best_model, chosen, missed, of_most_contrast
from nascent.figures.save import save
from nascent.files import read_table
from nascent.jobs import job
from nascent.store import open_store
from nascent.task import task_of

with job(snakemake) as work, ExitStack() as stack:
    params, given = snakemake.params, snakemake.input
    best = best_model(read_table(given.comparison), params.target, params.task)
    model, design = best or ("", "")
    run = RunNames(design, params.fold, model, 0)
    predicted = missed(read_table(given.predictions), run, params.target, params.task)
    kinds = chosen(predicted["missed"], params.each)
    ids = [each for of_kind in kinds.values() for each in of_kind]
    shards = [stack.enter_context(open_store(path)) for path in given.shards]
    examples = read_examples(shards, ids, params.inputs)
    most = of_most_contrast(examples.images, examples.masks, 3)
    channels = [params.inputs[place] for place in most]
    examples = replace(examples, channels=channels, images=examples.images[..., most])
    figure = gallery.draw(examples, kinds, predicted, pixel_size=params.pixel_size)
    counted = facts.counted(len(predicted), predicted["group"].nunique(), "test")
    classes = task_of(params.task).has_classes
    told = gallery.in_words(label=params.label, classes=classes)
    shown = facts.Facts(n=counted, model=model, split=facts.split_by(design), more=told)
    facts.note(figure, shown)
    work.note(shown={"model": model, "cells": kinds, "channels": channels})
    save(figure, snakemake.output.png, work.record)
