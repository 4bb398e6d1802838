"""`memory`: the proportional set size of everything that `incentive up` started, idle.

The reference is the two bare servers, measured in the same run: what the product's own
processes take is the rest. The budget is 400 MiB for all of it.
"""

import multiprocessing
import tempfile
import time
import urllib.request
from collections import Counter
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

import psutil

from benchmarks import product
from benchmarks.figure import Figure

SETTLE_SECONDS = 20.0
REQUESTS = 20
PATHS = ("/", "/readyz", "/metrics", "/api/v1/openapi.json", "/api/v1/stations")
MIB = 1024 * 1024


def measure() -> Figure:
    """Measure the bare servers, then the product after a few requests."""
    bare = _bare_servers()
    with product.running() as running:
        for _ in range(REQUESTS):
            for path in PATHS:
                url = f"http://{running.host}:{running.port}{path}"
                with urllib.request.urlopen(url) as answer:
                    answer.read()
        time.sleep(SETTLE_SECONDS)
        sizes = tree_pss(running.pid)
        kinds = {kind[:13] for kind in sizes}
        if missing := {"incentive-web", "incentive-wor"} - kinds:
            raise SystemExit(f"not running, so the figure would be wrong: {sorted(missing)}")
    for name, size in sizes.most_common():
        print(f"  {size / MIB:7.1f} MiB  {name}")
    return Figure(sizes.total() / MIB, bare / MIB, "MiB")


def tree_pss(root: int) -> Counter[str]:
    """Return the bytes of proportional set size by kind of process, of `root` and all below it."""
    sizes: Counter[str] = Counter()
    parent = psutil.Process(root)
    for process in [parent, *parent.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
            rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
            line = next(line for line in rollup.splitlines() if line.startswith("Pss:"))
            sizes[_kind(process)] += int(line.split()[1]) * 1024
    return sizes


def _kind(process: psutil.Process) -> str:
    name = process.name()
    if name.startswith("incentive-"):
        return name
    line = process.cmdline()
    if "incentive.cli" in line:
        return f"incentive {line[line.index('incentive.cli') + 1]}"
    return name


def _bare_servers() -> int:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve_bare, args=(theirs,))
    process.start()
    ours.recv()
    time.sleep(2)
    children = psutil.Process(process.pid).children()
    size = sum(
        tree_pss(child.pid).total() for child in children if "python" not in child.name().lower()
    )
    ours.send("stop")
    process.join()
    return size


def _serve_bare(pipe: Connection) -> None:
    from incentive.embedded.servers import running  # noqa: PLC0415 - in the child alone

    with tempfile.TemporaryDirectory(prefix="incentive-benchmark-") as folder:
        Path(folder).chmod(0o755)
        with running(Path(folder), {}):
            pipe.send("ready")
            pipe.recv()
