"""The map of one example: where a model's prediction of it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from nascent.attribute.maps import ENTRY, PLACE
from nascent.errors import AttributionError, did_you_mean
from nascent.extras import of_extra
from nascent.kind import capital
from nascent.notebook.example import Example
from nascent.plain_words import method_words
from nascent.words import speaking

if TYPE_CHECKING:
    from anndata import AnnData
    from matplotlib.figure import Figure


@dataclass(frozen=True, repr=False)
class Maps:
    """One example's map: a score for each place and channel.

    Attributes
    ----------
    example : Example
        What is explained.
    model, seed : str, int or None
        The model, and the seed of its training; of a model outside a study there is none.
    method, options : str, mapping
        What was computed, and all options that it took.
    read_out : str
        What of the prediction is explained: the target, or the class whose logit it is.
    input : str
        Which input of the model.
    axes : str
        A letter an axis of `scores`: `yxc` of an image.
    channels : tuple of str
        Names along the last axis of `scores`; `all` where the method tells places apart and no
        channels.
    scores : numpy.ndarray
        (places …, C) float32, zero where nothing was measured; in units of the prediction where
        the method divides it among pixels.
    image : numpy.ndarray
        (places …, C) float32: the input as the model saw it, normalised.
    mask : numpy.ndarray
        (places …) bool, where the input was measured.
    kind : str
        What scores are told of: `entry` (place and channel), `place` or `feature`.
    prediction, prediction_baseline : float
        The model's output at the example and at the baseline; NaN without one.
    completeness_gap : float
        Sum of the scores less the difference of the two; NaN where a method divides none.
    steps, converged : int, bool
        Of a path, and whether its tolerance was met.
    target : str or None
        The channel whose mean is predicted, where there is one.

    Examples
    --------
    >>> maps = study.explain("simple_cnn", 100004, "integrated_gradients")  # doctest: +SKIP
    >>> maps.shares.head(3)                                                 # doctest: +SKIP
    >>> maps.plot()                                                         # doctest: +SKIP
    """

    example: Example
    model: str
    seed: int | None
    method: str
    options: Mapping[str, Any]
    read_out: str
    input: str
    axes: str
    channels: tuple[str, ...]
    scores: np.ndarray
    image: np.ndarray
    mask: np.ndarray
    kind: str
    prediction: float
    prediction_baseline: float
    completeness_gap: float
    steps: int
    converged: bool
    target: str | None = None

    @property
    def id(self) -> Any:
        """Of the example."""
        return self.example.id

    @property
    def title(self) -> str:
        """What it is, in a few words."""
        words = self.example.words
        with speaking(words.plain()):
            method = capital(method_words(self.method))
        return f"{method} of {words.example} {self.id} by {self.model}"

    @property
    def shares(self) -> pd.Series:
        """Each channel's share of Σ|score|, the largest first; NaN where the map is zero."""
        sums = np.abs(self.scores).reshape(-1, len(self.channels)).sum(axis=0, dtype=np.float64)
        total = sums.sum()
        shares = sums / total if total else np.full(len(sums), np.nan)
        found = pd.Series(shares, pd.Index(self.channels, name="channel"), name="share")
        return found.sort_values(ascending=False, kind="stable")

    def channel(self, name: str) -> np.ndarray:
        """Return the scores of one channel, (places …).

        Raises
        ------
        AttributionError
            Where there is no such channel; the nearest is named.
        """
        if name not in self.channels:
            raise AttributionError(
                f"the map has no {self.example.words.feature} {name!r}",
                mend=did_you_mean(name, self.channels),
            )
        return self.scores[..., self.channels.index(name)]

    def plot(self, *channels: str) -> "Figure":
        """Draw image, target and map; of what is no plane, the scores alone.

        Parameters
        ----------
        *channels
            Up to three channels that are shown in colours; none: those with the largest shares.

        Returns
        -------
        matplotlib.figure.Figure
            A notebook shows it; `figure.savefig("map.pdf")` keeps it.
        """
        from nascent.notebook.display import displayed
        from nascent.notebook.plots import drawn

        with speaking(self.example.words.plain()):
            return displayed(drawn(self, channels))

    def to_anndata(self) -> "AnnData":
        """Return the map as AnnData: a row a measured pixel, a column a channel.

        `X` is the scores, `layers["image"]` what the model saw, `obsm["spatial"]` where a pixel
        lies (x, y), `uns["nascent"]` how the map was made.

        Raises
        ------
        NascentError
            Where the library anndata is not installed.
        """
        anndata = of_extra("anndata", "export")
        places = self.scores.shape[:-1]
        measured = self.mask if self.mask.shape == places else np.ones(places, bool)
        at = np.argwhere(measured)
        names = ["_".join(map(str, place)) for place in at]
        obs = pd.DataFrame(at, index=names, columns=list(self.axes[:-1]))
        found = anndata.AnnData(
            self.scores[measured],
            obs=obs,
            var=pd.DataFrame(index=pd.Index(self.channels, name="channel")),
        )
        if self.kind == ENTRY and self.image.shape == self.scores.shape:
            found.layers["image"] = self.image[measured]
        if len(places):
            found.obsm["spatial"] = at[:, ::-1].astype(np.float64)
        found.uns["nascent"] = self.facts()
        return found

    def facts(self) -> dict[str, Any]:
        """Return how the map was made, as plain values."""
        options = {name: value for name, value in self.options.items() if value is not None}
        told = {
            "id": str(self.id),
            "model": self.model,
            "method": self.method,
            "options": options,
            "read_out": self.read_out,
            "input": self.input,
            "prediction": self.prediction,
            "prediction_baseline": self.prediction_baseline,
            "completeness_gap": self.completeness_gap,
        }
        return told | ({} if self.seed is None else {"seed": self.seed})

    def __repr__(self) -> str:
        first = f"{self.title}: scores {'×'.join(map(str, self.scores.shape))} ({self.axes})"
        shares = self.shares.dropna().head(3) if self.kind != PLACE else pd.Series(dtype=float)
        shown = ", ".join(f"{name} {100 * share:.1f} %" for name, share in shares.items())
        second = f"  prediction {self.prediction:.4g}"
        if np.isfinite(self.prediction_baseline):
            second += f", at the baseline {self.prediction_baseline:.4g}"
        return "\n".join([first, second, *([f"  largest shares: {shown}"] if shown else [])])
