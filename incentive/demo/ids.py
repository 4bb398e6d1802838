"""Identifiers and chances that come out the same every time, so that loading twice is once."""

import hashlib
import random
from datetime import datetime
from uuid import UUID


def demo_id(at: datetime, *key: object) -> UUID:
    """Return the UUIDv7 of the instant `at` whose other bits are a hash of `key`."""
    value = int(at.timestamp() * 1000) << 80 | int.from_bytes(_digest(key)[:10], "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def chances(*key: object) -> random.Random:
    """Return a source of chances that depends on `key` alone."""
    return random.Random(_digest(key))  # noqa: S311 - made-up data


def _digest(key: tuple[object, ...]) -> bytes:
    return hashlib.sha256("/".join(map(str, key)).encode()).digest()
