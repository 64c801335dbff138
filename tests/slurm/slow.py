"""A stand-in for a slow job: writes a table beside its place, renames it, and leaves traces.

    python slow.py OUT SECONDS [MEGABYTES]

Every run appends the time to a file of its own in `traces/`, five times a second while it lives.
"""

import os
import sys
import time
import uuid
from pathlib import Path

out, seconds = Path(sys.argv[1]), float(sys.argv[2])
megabytes = int(sys.argv[3]) if len(sys.argv) > 3 else 0
trace = Path("traces") / uuid.uuid4().hex
trace.parent.mkdir(exist_ok=True)
beside = out.with_name(f".{out.name}.{trace.name}.part")
end = time.monotonic() + seconds
held = b""
with beside.open("w") as table:
    table.write("cell\tscore\n")
    while True:
        with trace.open("a") as living:
            living.write(f"{time.time()}\n")
        held = held or b"x" * megabytes * 10**6
        if time.monotonic() > end:
            break
        time.sleep(0.2)
    table.writelines(f"{cell}\t{cell**2}\n" for cell in range(1000))
    table.flush()
    os.fsync(table.fileno())
beside.replace(out)
