"""The one table of read-outs and checks of models and maps.

Rules, joined tables, figures, pages of the report and rows of the costs follow from it. To add a
check, write its rules into `rules/explain/<check>.smk` and its record into `CHECKS`. The rules read
the table as Snakemake starts, so this loads nothing that computes.
"""

from typing import Any

from nascent.explain.check import (
    ENTRY,
    EXPLAINS,
    FEATURE,
    MAPS,
    OF_MAPS,
    OF_RUN,
    PLACE,
    PREDICTS,
    Check,
    Study,
)
from nascent.explain.conditions import of_images, of_numbers, planted, with_regions, with_retraining
from nascent.figure import DATA, EXPLANATIONS, MODELS, Figure


def _of_study(name: str, label: str, *options: str, **others: Any) -> Figure:
    """Return a check's figure of the whole study, drawn of the check's table where none is told."""
    usual = {"tables": (f"explain/{name}.tsv",), "subcategory": "Checks"}
    return Figure(name, EXPLANATIONS, label, options=options, **usual | others)


def _of_maps(name: str, label: str, maps: tuple[str, ...], *tables: str, **others: Any) -> Figure:
    """Return a figure of each model and method, drawn of tables of the map set."""
    paths = tuple(f"explain/{OF_MAPS}/{table}.tsv" for table in tables)
    return Figure(name, EXPLANATIONS, label, paths, maps=maps, **others)


CHECKS = (
    Check("strata", always=True),
    Check(
        "channel_correlations",
        title="{Features} that repeat each other",
        note=(
            "Correlation of every two input {features} over the training {examples}: of {places},"
            " after the mean of each {example} is subtracted, and of {example} means. Two"
            " {features} are duplicates where the correlation of {places} is at least"
            " explain.duplicates, with either sign."
        ),
        always=True,
        beside=("channel_groups.tsv",),
        figures=(
            Figure(
                "channel_correlations",
                DATA,
                "{features} that repeat each other",
                ("explain/channel_correlations.tsv", "explain/channel_groups.tsv"),
                ("channels", "bound"),
                drawing="duplicates.draw",
                rule="duplicates",
            ),
        ),
        rule="explain_duplicates",
    ),
    Check(
        "use",
        always=True,
        network=PREDICTS,
        beside=(f"{OF_RUN}use.cells.tsv",),
        figures=(
            _of_study(
                "use",
                "what the models use of each {feature}",
                "confidence",
                "task",
                subcategory="{Feature} use",
            ),
            Figure(
                "gallery",
                MODELS,
                "{examples} predicted best, typically and worst",
                of_images=True,
            ),
        ),
        work="use",
    ),
    Check(
        "channel_importance",
        always=True,
        beside=(f"{OF_MAPS}.tsv", f"{OF_MAPS}.cells.tsv", f"{OF_MAPS}.null.tsv"),
        figures=(
            _of_maps("panels", "typical {examples} and their maps", (ENTRY, PLACE), of_images=True),
            _of_maps("importance", "share of the map by {feature}", (ENTRY, FEATURE)),
            _of_maps("score_maps", "maps of single {features}", (ENTRY,), of_images=True),
        ),
        work="explained maps",
        rule=MAPS,
        file="importance",
    ),
    Check(
        "joint_importance",
        title="Joint shares of {features} that repeat each other",
        note=(
            "Share of the map that the {features} of a group have together: their scores are"
            " added at every {place} first. `apart` is the sum of their shares as single"
            " {features}."
        ),
        each=True,
        rule=MAPS,
        file="importance",
    ),
    Check(
        "completeness",
        figures=(_of_study("completeness", "how far maps add up", tables=()),),
        rule="explain_gather",
        file="importance",
    ),
    Check(
        "standing",
        title="How far each explanation can be relied on",
        note=(
            "An explanation passes where its model beats the best reference predictor on the test"
            " {examples}, and where its maps change once the weights are random. It fails where"
            " one of the two is shown not to hold. Its maps, shares and trends are then no"
            " evidence, and stand last. The explorer opens with the first row."
        ),
    ),
    Check(
        "similarity",
        title="Maps and images",
        note=(
            "For the map of each {feature}, the image {feature} that it resembles most within the"
            " {example}. The null compares it with images of other {examples}."
        ),
        each=True,
        figures=(
            _of_maps(
                "similarity",
                "what maps look like",
                (ENTRY,),
                "similarity",
                options=("shown",),
                intervals=False,
            ),
        ),
        applies=of_images,
        work="shown maps",
        rule=MAPS,
    ),
    Check(
        "channel_clusters",
        title="{Features} by their maps",
        note=(
            "Clusters of {features} with similar maps, and how often a resample of the {examples}"
            " gives the same cluster."
        ),
        each=True,
        beside=(f"{OF_MAPS}/channel_distances.tsv",),
        figures=(
            _of_maps(
                "clusters",
                "{features} by their maps",
                (ENTRY,),
                "channel_clusters",
                "channel_distances",
            ),
        ),
        work="shown maps",
        rule=MAPS,
        file="clusters",
    ),
    Check(
        "regions",
        title="Share of the maps in regions of the {example}",
        note=(
            "Share of each map in the region, divided by the region's share of the {example}: 1 is"
            " chance. The null takes the regions of other {examples}."
        ),
        each=True,
        applies=with_regions,
        figures=(_of_maps("regions", "regions of the {example}", (ENTRY, PLACE), "regions"),),
        work="shown maps",
        rule=MAPS,
    ),
    Check(
        "radial",
        title="Maps from the centre to the edge of the {example}",
        note=(
            "Mean magnitude of the map in rings of equal width, over its mean in the {object},"
            " beside the same of the image. 0 is the middle of the {object}, 1 its outline."
        ),
        each=True,
        applies=of_images,
        figures=(
            _of_maps(
                "radial",
                "mean maps, and from centre to edge",
                (ENTRY, PLACE),
                of_images=True,
            ),
        ),
        work="shown maps",
        rule=MAPS,
    ),
    Check(
        "trend",
        title="Change with the target",
        note="Rank correlation of each {feature}'s share of the map with the target, within"
        " {groups}. q is corrected for the number of {features}.",
        each=True,
        applies=of_numbers,
        figures=(
            _of_maps(
                "trend",
                "change with the target",
                (ENTRY, FEATURE),
                "trend",
                options=("label",),
                every_seed=True,
            ),
        ),
        rule=MAPS,
    ),
    Check(
        "attention",
        title="Share of the maps in the {example}",
        note=(
            "Grad-CAMO: the share of a map's positive part that lies in the {example}. Two things"
            " to compare with: the share of the frame that the {example} covers, and the share in"
            " the masks of other {examples}."
        ),
        each=True,
        cells=True,
        figures=(
            _of_study(
                "attention",
                "share in the {example} (Grad-CAMO)",
                "split",
                "confidence",
                "methods",
                tables=("explain/attention.tsv", "explain/feature_attention.tsv"),
                drawing="attention.draw_split",
            ),
        ),
        applies=of_images,
        work="explained maps",
        rule=MAPS,
    ),
    Check(
        "feature_attention",
        network=PREDICTS,
        beside=(f"{OF_RUN}features.tsv", f"{OF_RUN}feature_attention.tsv"),
        rule="explain_features",
        applies=of_images,
        work="explained maps",
        file="attention",
    ),
    Check(
        "removal",
        title="Removed {places}",
        note="How far the prediction moves when {places} are removed in the order of the map, in"
        " random order, and the brightest first.",
        each=True,
        network=PREDICTS,
        figures=(
            _of_study("removal", "deletion and insertion", "label", "confidence", "methods"),
            _of_maps(
                "removal",
                "curves of deletion and insertion",
                (ENTRY, PLACE),
                "removal",
                options=("label", "confidence"),
                drawing="removal.draw_curves",
                caption="removal_curves",
                rule="removal_curves",
            ),
        ),
        work="removal",
        rule=MAPS,
    ),
    Check(
        "randomisation",
        title="Maps of randomised models",
        note="Rank correlation of maps with maps of the same model after its weights were made"
        " random, layer by layer from the output to the input. Maps that stay the same do not"
        " depend on what the model learnt.",
        each=True,
        network=EXPLAINS,
        figures=(_of_study("randomisation", "randomised weights", "confidence", "methods"),),
        work="randomisation",
        rule=MAPS,
    ),
    Check(
        "agreement",
        title="Agreement of explanations",
        note="Rank correlation, within the {example}, of two maps of the same {examples}. The null"
        " compares maps of different {examples}.",
        figures=(_of_study("agreement", "agreement", "confidence", "methods"),),
        work="agreement",
    ),
    Check(
        "sensitivity",
        title="Small changes of the image",
        note="How far maps, and the prediction, move when the measured {places} change a little.",
        each=True,
        network=EXPLAINS,
        figures=(_of_study("sensitivity", "small changes", "label", "confidence", "methods"),),
        work="sensitivity",
        rule=MAPS,
    ),
    Check(
        "roar",
        title="Models retrained without the top entries",
        note=(
            "The top entries of a map are removed from all {examples}, and a model is trained on"
            " what is left. If it does no worse than after random removal, the map has not found"
            " what the model needs."
        ),
        applies=with_retraining,
        figures=(
            _of_study(
                "roar",
                "removed and retrained",
                "target",
                "design",
                "confidence",
                "task",
                "references",
                "methods",
                tables=(
                    "explain/roar.tsv",
                    "evaluate/comparison.tsv",
                    "evaluate/intervals.tsv",
                ),
                drawing="roar.draw_beside_floor",
            ),
        ),
    ),
    Check(
        "truth",
        title="The planted truth",
        note=(
            "How much of the map falls on the {places} and {features} that set the target. To"
            " compare with: chance, the most that a map can find, maps of a model with random"
            " weights, and maps of the image alone."
        ),
        each=True,
        cells=True,
        applies=planted,
        network=EXPLAINS,
        figures=(_of_study("truth", "what was found of the truth", tables=()),),
        work="truth",
        rule=MAPS,
    ),
)
"""Every check, in the order in which rules, exports and targets name them."""


def checks_of(study: Study) -> dict[str, Check]:
    """Return name → check of those for which a study has what they need.

    Parameters
    ----------
    study
        The config in full, as plain data.
    """
    return {check.name: check for check in CHECKS if check.applies(study)}


def names_of_runs() -> tuple[str, ...]:
    """Return the names of the tables that lie where those of a model's methods do."""
    paths = [path for check in CHECKS for path in check.beside if path.startswith(OF_RUN)]
    names = [path.removeprefix(OF_RUN).partition(".")[0] for path in paths]
    return tuple(name for name in names if not name.startswith("{method}"))
