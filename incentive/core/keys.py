"""The keys of the jurisdiction in whose books this context works, derived once and kept."""

from functools import lru_cache
from typing import Final

from flask import current_app

from incentive.config import Settings
from incentive.core.codes.keys import CodeKeys
from incentive.core.crypto import Vault
from incentive.core.db import jurisdiction

# More than one installation ever opens at once; a key dropped is only derived again.
_KEPT: Final = 256


def code_keys() -> CodeKeys:
    """Return the keys of the present jurisdiction's cards and shift codes."""
    return _code_keys(_secret(), jurisdiction())


def vault() -> Vault:
    """Return the vault that seals and blinds the present jurisdiction's numbers."""
    return _vault(_secret(), jurisdiction())


def key_vault() -> Vault:
    """Return the vault that wraps the private keys kept in the present jurisdiction's books."""
    return _vault(_secret(), f"{jurisdiction()}/keys")


def _secret() -> bytes:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.secret


@lru_cache(maxsize=_KEPT)
def _code_keys(secret: bytes, code: str) -> CodeKeys:
    return CodeKeys.derive(secret, code)


@lru_cache(maxsize=_KEPT)
def _vault(secret: bytes, code: str) -> Vault:
    return Vault(secret, code)
