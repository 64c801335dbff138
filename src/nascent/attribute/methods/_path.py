"""The options of a path from a baseline to the image, and what it costs."""

from nascent.attribute.method import Options

OF_INTEGRAL = ("steps", "rule", "tolerance", "batch_size")
TAKEN = ("steps", "tolerance", "rule", "baseline")


def points(options: Options) -> int:
    """Return the evaluations of one path: with a tolerance, of all its tries."""
    return (1 if options["tolerance"] is None else 2) * (options["steps"] + 1)
