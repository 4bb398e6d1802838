"""Runs the command line as `python -m incentive.cli`, which is how the supervisor does."""

from incentive.cli import main

if __name__ == "__main__":
    main()
