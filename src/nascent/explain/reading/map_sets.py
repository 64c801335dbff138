"""The maps of one explanation, which may lie in several files, by example."""

from collections.abc import Hashable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np

from nascent.attribute.maps import Maps, MapSource, open_maps
from nascent.errors import AttributionError
from nascent.kind import with_article
from nascent.words import spoken

ALIKE = ("model_sha256", "method", "options", "seed", "input", "channels", "axes", "read_out")
"""What the files of one explanation have in common; each is of another shard."""


class MapSet:
    """Maps of one model by one method.

    Attributes
    ----------
    source : MapSource
        Of the first file; the others are of another shard.
    channels : tuple of str
        The model's inputs.
    ids : list
        Of all files, in their order.

    Raises
    ------
    AttributionError
        Where there is no file, files are not all of one model and method, or an example comes
        twice.
    """

    def __init__(self, files: Sequence[Maps]) -> None:
        if not files:
            raise AttributionError(
                "there are no maps",
                mend=f"Explain a split that has {spoken().examples}: attribute.splits.",
            )
        self.source: MapSource = files[0].source
        for maps in files[1:]:
            refuse_unlike(self.source, maps)
        self.channels = self.source.channels
        self._place = {
            example_id: (maps, index) for maps in files for index, example_id in enumerate(maps.ids)
        }
        self.ids: list[Hashable] = list(self._place)
        if len(self.ids) < sum(map(len, files)):
            raise AttributionError(
                f"{with_article(spoken().example)} has maps in two files",
                where=", ".join(str(maps.path) for maps in files),
            )

    def __contains__(self, example_id: Hashable) -> bool:
        return example_id in self._place

    def map(self, example_id: Hashable) -> np.ndarray:
        """Return the map of an example, float32, in the shape of its axes."""
        maps, index = self._place[example_id]
        return maps[index]

    def mask(self, example_id: Hashable) -> np.ndarray:
        """Return the measured pixels (places …) bool of an example."""
        maps, index = self._place[example_id]
        return maps.mask(index)

    def object(self, example_id: Hashable) -> np.ndarray:
        """Return the places (places …) bool of the object of an example."""
        maps, index = self._place[example_id]
        return maps.object(index)


@contextmanager
def opened(paths: Sequence[str | Path]) -> Iterator[MapSet]:
    """Open the map files of one explanation together.

    Raises
    ------
    AttributionError
        See `MapSet`.
    """
    with ExitStack() as stack:
        yield MapSet([stack.enter_context(open_maps(path)) for path in paths])


def refuse_unlike(first: MapSource, maps: Maps) -> None:
    """Raise AttributionError where a file is not of the explanation of the first one."""
    for what in ALIKE:
        ours, theirs = getattr(first, what), getattr(maps.source, what)
        if ours != theirs:
            raise AttributionError(
                f"these maps differ in {what} from those before them: {theirs}, not {ours}",
                where=maps.path,
                mend="Delete them: the job that makes them will be repeated.",
            )
