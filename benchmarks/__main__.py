"""`benchmarks/run NAME`: measure, and end with one line."""

import sys

from benchmarks import memory, scan

BENCHMARKS = {"scan": scan.measure, "memory": memory.measure}


def main() -> int:
    """Run the benchmark that the argument names; 2 if it names none."""
    if len(sys.argv) != 2 or sys.argv[1] not in BENCHMARKS:
        print(f"Usage: benchmarks/run {'|'.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    print(BENCHMARKS[sys.argv[1]]().line(sys.argv[1]))
    return 0


sys.exit(main())
