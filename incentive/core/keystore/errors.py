"""What the key store refuses, to operators at the start and to everybody later."""

from incentive.config import SettingsError
from incentive.core.errors import Conflict, Unavailable
from incentive.core.i18n import _


class KeysUnusable(Unavailable):
    """The key store is not what the books need, or a master key is not at hand."""

    code = "keys.unusable"

    def __init__(self) -> None:
        super().__init__(
            _("Personal data cannot be read or written now. Tell whoever runs the service.")
        )


class KeyDestroyed(Conflict):
    """The person was erased: nothing about them can be read or written any more."""

    code = "keys.destroyed"

    def __init__(self) -> None:
        super().__init__(_("This person was erased. Nothing can be kept about them any more."))


class MasterKeyMissing(SettingsError):
    """A master key that wraps keys of the store was not given."""

    def __init__(self, missing: str, given: list[str]) -> None:
        super().__init__(
            f"The master key {missing} wraps keys of personal data and is not at hand"
            f" (given: {', '.join(given)}). Put it back into INCENTIVE_MASTER_KEY_FILE or"
            f" INCENTIVE_MASTER_KEY, or bring back the INCENTIVE_SECRET that it came from."
            f" No new key is made in its place."
        )


class MasterKeyWrong(SettingsError):
    """A master key does not open what it wrapped itself."""

    def __init__(self, known: str) -> None:
        super().__init__(
            f"The master key {known} does not open its own check value in the key store:"
            f" the store was changed. Restore it from its backup."
        )


class KeyStoreMissing(SettingsError):
    """There is no key store, or it was never made ready."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The key store is not ready: {reason} Run `incentive migrate`.")


class NothingToRotateTo(SettingsError):
    """There is no new master key to wrap by."""

    def __init__(self) -> None:
        super().__init__(
            "No master key is given that was never used. Add a line to INCENTIVE_MASTER_KEY_FILE"
            " (openssl rand -hex 32), restart every process, and call this again."
        )
