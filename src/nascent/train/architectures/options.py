"""The options of an architecture's layers, as the config gives them."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Layers:
    """What a model's layers are; None is what the architecture says.

    Attributes
    ----------
    pooling
        From the feature map to one value a feature: `average` over the whole frame,
        `masked_average` over the example, or `flatten`, which keeps every place apart.
    head
        Units of the dense layers after the pooling, each with batch normalisation and ReLU; empty
        for none.
    embedding
        Units of one more dense layer without normalisation or activation, before the output.
    widths
        Of an architecture's convolution blocks, where it takes them.
    norm_momentum
        Of every batch normalisation; None fits the steps of an epoch, see `nascent.train.norms`.
    dropout
        Share of the units dropped after each activation of the head.
    body_l1, body_l2
        Penalty on |w| and w² of every kernel of the body.
    head_l1, head_l2
        The same of the head's and the embedding's kernels.
    output_l1, output_l2
        The same of the output's kernel; None is the head's.
    bias_l1, bias_l2
        The same of every bias, from the first layer to the output.
    """

    pooling: str | None = None
    head: Sequence[int] | None = None
    embedding: int | None = None
    widths: Sequence[int] | None = None
    norm_momentum: float | None = None
    dropout: float = 0.0
    body_l1: float = 0.0
    body_l2: float = 0.0
    head_l1: float = 0.0
    head_l2: float = 0.0
    output_l1: float | None = None
    output_l2: float | None = None
    bias_l1: float = 0.0
    bias_l2: float = 0.0


# Whatever the architecture says, and no penalties.
USUAL = Layers()
