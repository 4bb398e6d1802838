"""PostgreSQL's array literals, for statements that take thousands of values at once.

A literal is one parameter, made by joining: the driver adapts a list value by value, in
Python, which takes longer than the statement.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID


def text_array(values: Sequence[str]) -> str:
    """Return the `text[]` of `values`."""
    whole = "".join(values)
    if '"' in whole or "\\" in whole:
        values = [value.replace("\\", "\\\\").replace('"', '\\"') for value in values]
    return '{"' + '","'.join(values) + '"}' if values else "{}"


def bytes_array(values: Iterable[bytes]) -> str:
    """Return the `bytea[]` of `values`."""
    return "{" + ",".join([f'"\\\\x{value.hex()}"' for value in values]) + "}"


def id_array(values: Iterable[UUID]) -> str:
    """Return the `uuid[]` of `values`."""
    return "{" + ",".join([value.hex for value in values]) + "}"


def joined_array(values: Iterable[str]) -> str:
    """Return the array of `values`, texts that need no quotes: ids, days."""
    return "{" + ",".join(values) + "}"


def repeated_array(values: Sequence[object]) -> str:
    """Return what `plain_array` does, for values of which most come many times."""
    texts = {value: "NULL" if value is None else str(value) for value in set(values)}
    return "{" + ",".join([texts[value] for value in values]) + "}"


def plain_array(values: Iterable[object]) -> str:
    """Return the array of `values` whose texts need no quotes: numbers, days; None is NULL."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"
