"""What is simulated: one well of a study, and how the wells of a plate are drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

from nascent.kinds.cells.simulate.nuclei import MEAN_AREA


@dataclass(frozen=True)
class WellPlace:
    """Which well of a study is simulated.

    Attributes
    ----------
    plate, well
        Names.
    position
        Index of the well in its study, from 0; sets its seed and its ids.
    perturbation
        A compound of `nascent.kinds.cells.simulate.biology.PERTURBATIONS`; None: untreated.
    """

    plate: str
    well: str
    position: int
    perturbation: str | None = None


@dataclass(frozen=True)
class Simulation:
    """How the wells of a plate are simulated, all alike.

    Attributes
    ----------
    nuclei
        Their number in a well.
    channels
        Names in the order wanted; None: the 38 of the published plate.
    truth
        structure, intensity or both.
    mean_area
        Mean area of a nucleus, pixels, at least 100; every size scales with it.
    well_effect
        Staining batch of the well: the target shifts by this many of its SDs times a standard
        normal draw, and each channel's intensity by a factor of its own that tells the well.
    well_stain
        SD of the natural logarithm of these factors; None: 0.2 x `well_effect`.
    noise
        Share of the target's variance that nothing shows.
    layout
        text, numpy or campa.
    seed
        Of everything drawn.
    """

    nuclei: int = 200
    channels: Sequence[str] | None = None
    truth: str = "structure"
    mean_area: float = MEAN_AREA
    well_effect: float = 0.0
    well_stain: float | None = None
    noise: float = 0.1
    layout: str = "text"
    seed: int = 123
