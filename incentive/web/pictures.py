"""Pictures that are made for one page and kept nowhere: they travel inside it."""

from base64 import b64encode


def picture(svg: bytes) -> str:
    """Return an address that holds the drawing itself."""
    return f"data:image/svg+xml;base64,{b64encode(svg).decode()}"
