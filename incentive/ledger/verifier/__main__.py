"""`python -m verifier FILE… --key PUB [--since CHECKPOINT | --receipt]`, wherever this folder lies."""

import argparse
import sys
from itertools import chain
from pathlib import Path

from .proofs import Wrong
from .words import verify, verify_receipt


def main() -> None:
    """Verify the files that the command line names; 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="verifier", description="Prove an exported ledger.")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--key", action="append", required=True, help="verifier key, or its file")
    parser.add_argument("--since", type=Path, help="file with a checkpoint kept from earlier")
    parser.add_argument("--receipt", action="store_true", help="the files are receipts")
    given = parser.parse_args()
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        proofs = [verify(given.files, given.key, given.since)]
        if given.receipt:
            proofs = [verify_receipt(file, given.key) for file in given.files]
        for line in chain.from_iterable(proofs):
            sys.stdout.write(f"{line}\n")
    except (Wrong, OSError) as wrong:
        sys.exit(f"NOT PROVED: {wrong}")


if __name__ == "__main__":
    main()
