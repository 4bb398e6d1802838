"""What can stop a start."""


class StartError(Exception):
    """The program cannot start here; the text is one line that says why and what to do."""
