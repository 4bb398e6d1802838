"""`benchmarks/run NAME`: measure, and end with a line per figure."""

import sys
from collections.abc import Callable, Mapping

from benchmarks import memory, post, scan, seal, settle, verify
from benchmarks.figure import Figure

# A benchmark has one figure, or several by name.
BENCHMARKS: Mapping[str, Callable[[], Figure | dict[str, Figure]]] = {
    "scan": scan.measure,
    "memory": memory.measure,
    "post": post.measure,
    "seal": seal.measure,
    "verify": verify.measure,
    "settle": settle.measure,
}


def main() -> int:
    """Run the benchmark that the argument names; 2 if it names none."""
    if len(sys.argv) != 2 or sys.argv[1] not in BENCHMARKS:
        print(f"Usage: benchmarks/run {'|'.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    measured = BENCHMARKS[sys.argv[1]]()
    if isinstance(measured, Figure):
        print(measured.line(sys.argv[1]))
    else:
        for name, figure in measured.items():
            print(figure.line(f"{sys.argv[1]} {name}"))
    return 0


sys.exit(main())
