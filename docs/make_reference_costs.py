"""Write the measurements that are shipped with the code, from a run of the demo.

    make demo
    python docs/make_reference_costs.py

`nascent plan` tells hours from them where neither the study nor another one has run.
"""

import os
import re
from pathlib import Path

from nascent.costs.benchmarks import by_own_words, read_benchmarks
from nascent.costs.facts import facts_of_results
from nascent.costs.reference import write_reference

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "src" / "nascent" / "resources" / "costs"


def main() -> None:
    """Write both files."""
    facts = facts_of_results(ROOT / "results" / "demo")
    if facts is None:
        raise SystemExit("results/demo is not whole. Run make demo first.")
    measured = read_benchmarks(ROOT / "logs" / "demo", by_own_words)
    write_reference(FOLDER, measured, facts, f"{os.cpu_count()} cores of {processor()}")


def processor() -> str:
    """Return the name of this machine's processor, as Linux tells it."""
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1].strip() if found else "an unknown processor"


if __name__ == "__main__":
    main()
