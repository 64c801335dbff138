"""Paragraphs on models and their training."""

from collections.abc import Mapping
from typing import Any

from nascent.augmentation import PRESETS
from nascent.embed.layout import FEWEST
from nascent.figures.words import count
from nascent.kind import kind_of, module_of
from nascent.report.answers.phrases import listed
from nascent.report.methods.records import Paragraph
from nascent.study_record import StudyRecord
from nascent.task import task_of
from nascent.words import worded

Options = Mapping[str, Any]

BACKBONES = {
    "resnet50v2": "ResNet50V2 [@he2016]",
    "ResNet50V2": "ResNet50V2 [@he2016]",
    "xception": "Xception [@chollet2017]",
    "Xception": "Xception [@chollet2017]",
}
POOLINGS = {
    "average": "averaged over the frame",
    "masked_average": "averaged over the {object}",
    "flatten": "flattened",
}
OPTIMISERS = {
    "adam": "Adam [@kingma2015]",
    "adamw": "AdamW [@loshchilov2019] with weight decay {weight_decay:g}",
    "sgd": "stochastic gradient descent with momentum {momentum:g}",
}
SCHEDULES = {
    "constant": "a constant learning rate of {learning_rate:g}",
    "cosine": "a learning rate that falls from {learning_rate:g} to 0 along a cosine"
    " [@loshchilov2017]",
    "plateau": "a learning rate of {learning_rate:g} that is multiplied by {plateau_factor:g} after"
    " {plateau_patience} epochs without a better {monitor}",
}


def architectures(study: StudyRecord) -> Paragraph:
    """Return what the models are built of."""
    models = study.config["train"]["models"]
    of_images = kind_of(study.kind).has_images
    told = [f"{name} is {_architecture(options, of_images)}" for name, options in models.items()]
    text = ". ".join(told) + "."
    text += worded(
        " The last layer works in standard deviations of the training target around its mean."
        if not task_of(study.task).has_classes
        else " The last layer gives one logit a class."
    )
    return Paragraph("Models", text)


def _architecture(options: Options, of_images: bool) -> str:
    """Return what one model is, behind `is`; without images each value counts on its own."""
    name, layers = str(options["architecture"]), options["layers"]
    if name == "linear":
        what = worded("a linear model of the mean of each {feature} over the {object}")
        if not of_images:
            what = "a linear model of every value of the input"
        elif layers["pooling"] not in (None, "masked_average"):
            pooled = worded(POOLINGS[layers["pooling"]])
            what = worded("a linear model of the {features}, {pooled}", pooled=pooled)
        return f"{what}, fitted by gradient descent"
    pooling = worded(POOLINGS[layers["pooling"] or "average"])
    if name == "simple_cnn":
        widths = layers["widths"] or [64, 128]
        body = (
            f"a convolutional network with {count(len(widths), 'block')} of convolution (kernel 3,"
            f" {listed([str(width) for width in widths])} filters), batch normalisation"
            " [@ioffe2015], ReLU and max pooling by 2"
        )
    else:
        known = BACKBONES.get(name)
        if known is None:
            known = f"{name} [@tan2021]" if name.startswith("EfficientNetV2") else name
        body = f"a network with the body of {known}"
    head = [256, 128] if layers["head"] is None else layers["head"]
    text = f"{body}; its features are {pooling}"
    if head:
        text += (
            f" and enter dense layers of {listed([str(units) for units in head])} units with batch"
            " normalisation and ReLU"
        )
    if layers["embedding"]:
        text += f", then a dense layer of {layers['embedding']} units"
    if layers["dropout"]:
        text += f", with dropout of {layers['dropout']:g} [@srivastava2014]"
    if options["weights"]:
        text += "; it starts from given weights" + (", kept fixed" if options["freeze"] else "")
    penalties = [
        f"{key.replace('_', ' ').replace(' l', ' L')} {value:g}"
        for key, value in layers.items()
        if key.endswith(("_l1", "_l2")) and value
    ]
    return text + (f"; penalties on weights: {listed(penalties)}" if penalties else "")


def training(study: StudyRecord) -> Paragraph:
    """Return how the models learnt; models that learnt alike share a sentence."""
    alike: dict[str, list[str]] = {}
    for name, options in study.config["train"]["models"].items():
        alike.setdefault(_training(study, options), []).append(name)
    text = " ".join(f"{listed(names)}: {told}" for told, names in alike.items())
    seeds = sorted({seed for model in study.models.values() for seed in model.seeds})
    text += f" Training seeds: {listed([str(seed) for seed in seeds])}."
    return Paragraph("Training", text)


def _training(study: StudyRecord, options: Options) -> str:
    task = task_of(study.task)
    optimiser = OPTIMISERS[options["optimizer"]].format(**options)
    schedule = SCHEDULES[options["schedule"]].format(**options)
    if options["warmup"]:
        schedule += f", after a warm-up over {options['warmup']:g} epochs"
    smoothed = f", averaged over {options['smooth']} epochs" if options["smooth"] else ""
    parts = [
        f"{optimiser} with {schedule}; {task.loss_in_words(options)}; batches of"
        f" {options['batch_size']} {worded('{examples}')}; at most {options['epochs']} epochs;"
        f" training stops after {options['patience']} epochs without a better"
        f" {_monitor(options)}{smoothed}, and the epoch with the lowest value is kept."
    ]
    if options["class_weights"] == "balanced":
        parts.append("Classes are weighted so that all count alike.")
    if options["label_smoothing"]:
        parts.append(f"Labels are smoothed by {options['label_smoothing']:g}.")
    if options["precision"] != "float32":
        parts.append(f"Layers compute in {options['precision']} [@micikevicius2018].")
    if options["validation"] == "eight_fold":
        parts.append(worded("Validation is over all flips and quarter turns of the {examples}."))
    if options["prediction"] == "eight_fold":
        parts.append("Predictions are means over all flips and quarter turns.")
    if options["retries"]:
        parts.append(f"Trainings that collapse are repeated up to {options['retries']} times.")
    parts.append(_augmentation(options["augment"]))
    return " ".join(parts)


def _monitor(options: Options) -> str:
    name = str(options["monitor"]).removeprefix("val_").replace("_", " ")
    return (
        "validation loss"
        if name == "loss"
        else f"validation {name.upper() if name == 'mae' else name}"
    )


def _augmentation(given: Options) -> str:
    """Return what training changes about an example."""
    preset = PRESETS[given["preset"]]
    value = {
        key: getattr(preset, key) if given[key] is None else given[key]
        for key in ("shift", "shift_mean", "shift_sd", "noise_sd", "zoom", "flip", "turn")
    }
    told = []
    if value["shift"] != "none":
        told.append(
            worded(
                "a {law} number added to each {feature} (mean {mean:g}, scale {sd:g})",
                law=value["shift"],
                mean=value["shift_mean"],
                sd=value["shift_sd"],
            )
        )
    if value["noise_sd"]:
        told.append(
            worded("noise of standard deviation {sd:g} in each {place}", sd=value["noise_sd"])
        )
    if value["zoom"] != "none":
        told.append(
            worded(
                "zoom (size drawn as the training {examples} have it: {zoom})", zoom=value["zoom"]
            )
        )
    told += ["left–right flips"] * bool(value["flip"]) + ["quarter turns"] * bool(value["turn"])
    return f"Augmentation: {listed(told)}." if told else "There was no augmentation."


def searches(study: StudyRecord) -> list[Paragraph]:
    """Return how options were searched for, where they were."""
    told = []
    for name, search in study.config["tune"].items():
        keys = listed([key.replace("_", " ") for key in search["keys"]])
        how = (
            f"{search['candidates']} random combinations [@bergstra2012]"
            if search["search"] == "random"
            else "all combinations of the values given"
        )
        told.append(f"For {name}, {keys} were chosen among {how}.")
    if not told:
        return []
    task = task_of(study.task)
    told.append(
        worded(
            "The candidate with the lowest {metric} on the validation {examples} of a fold was"
            " taken; test {examples} had no part in the choice.",
            metric=task.metric(task.learning).short,
        )
    )
    return [Paragraph("Search for options", " ".join(told))]


def embedding(study: StudyRecord) -> list[Paragraph]:
    """Return how examples were laid out by what networks read, where they were."""
    # A study of an older nascent has no such section.
    if "embed" not in study.config:
        return []
    config = module_of(study.kind, "config").Study
    embedded = config.model_validate({**study.config, "kind": study.kind}).embedded_models()
    if not embedded:
        return []
    options = study.config["embed"]
    layer = f"of layer {options['layer']}" if options["layer"] else "that the last layer reads"
    return [
        Paragraph(
            "Embedding",
            worded(
                "The values {layer} in {models} were standardised over the validation and test"
                " {examples} and laid out by UMAP [@mcinnes2018], started from principal components"
                " [@kobak2021] (by these alone where there are fewer than {fewest} {examples}),"
                " with up to {neighbours} neighbours and a minimal distance of {min_dist:g}."
                " Whether the nearest {examples} share target, error and {group} was compared with"
                " {draws} random assignments of these.",
                layer=layer,
                models=listed(embedded),
                fewest=FEWEST,
                **{key: options[key] for key in ("neighbours", "min_dist", "draws")},
            ),
        )
    ]
