"""What a prediction loses with each channel, see `nascent.attribute.ablation`."""

from typing import TYPE_CHECKING

from nascent.attribute.method import Method, Options, Prepared

if TYPE_CHECKING:
    from nascent.attribute.explained import ExplainedModel
    from nascent.attribute.inputs import MethodData


def _prepare(explained: "ExplainedModel", data: "MethodData", options: Options) -> Prepared:
    from nascent.attribute import ablation

    size = {"batch_size": options["batch_size"]}
    if options["to"] == "baseline":
        baseline = data.baseline(options)
        return lambda cells: ablation.ablation_to_baseline(explained, cells, baseline, **size)
    data.drawn_references()  # Refused before an example is read, where none were given.
    return lambda cells: ablation.ablation_by_permutation(
        explained,
        cells,
        data.drawn_references(),
        samples=options["samples"],
        seed=data.seed,
        **size,
    )


def _taken(given: Options) -> tuple[str, ...]:
    permuted = given.get("to") == "permutation"
    return ("to", "samples", "references") if permuted else ("to", "baseline")


METHOD = Method(
    _prepare,
    taken=_taken,
    axes=lambda options: "feature",
    evaluations=lambda options, shape: shape[-1] * options.get("samples", 1),
)
