"""Kinds of data: one folder each, found by its name (`nascent.kind`).

Those of a lab lie in folders of its own, which the environment variable `NASCENT_KINDS` lists.
"""

import os

__path__ += [folder for folder in os.environ.get("NASCENT_KINDS", "").split(os.pathsep) if folder]
