"""Where and why the chain broke."""


class Broken(Exception):
    """Somebody was answered otherwise than the chain needs."""

    def __init__(self, who: str, what: str) -> None:
        super().__init__(f"{who}: {what}")


class Away(Broken):
    """The server does not answer."""
