"""Turn `uv export` on standard input into a conda environment of the very same versions."""

import sys

HEAD = """\
# Generated from uv.lock by `make envs`: its very versions.
channels:
  - conda-forge
  - nodefaults
dependencies:
  - python =3.11
  - pip
  - pip:
"""


def main() -> None:
    """Write the environment to standard output."""
    pins = [line.strip() for line in sys.stdin if line.strip() and not line.startswith("#")]
    sys.stdout.write(HEAD + "".join(f"      - {pin!r}\n" for pin in pins))
    # The library itself comes from the checkout that the workflow runs in.
    sys.stdout.write("      - -e ../..\n")


if __name__ == "__main__":
    main()
