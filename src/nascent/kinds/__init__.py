"""What the stages shared by all studies must know of one kind of study, found by its name."""

from nascent.errors import ConfigError, did_you_mean
from nascent.kinds import transcription
from nascent.kinds.kind import Kind

__all__ = ["KINDS", "Kind", "get"]

KINDS: dict[str, Kind] = {kind.name: kind for kind in (transcription.KIND,)}


def get(name: str) -> Kind:
    """Return the kind of study called `name`.

    Raises
    ------
    ConfigError
        Where there is no such kind; the nearest is named.
    """
    try:
        return KINDS[name]
    except KeyError:
        raise ConfigError(
            f"there is no kind of study {name!r}", where="kind", mend=did_you_mean(name, KINDS)
        ) from None
