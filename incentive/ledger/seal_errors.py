"""What sealing and proving refuse."""

from incentive.core.errors import Conflict, NotFound
from incentive.core.i18n import _


class NotSealedYet(NotFound):
    """The transaction is not in the tree that was asked about."""

    code = "ledger.not_sealed_yet"

    def __init__(self, tree_size: int) -> None:
        super().__init__(
            _(
                "This entry is not among the first %(n)s that are sealed. Ask about a later"
                " checkpoint, or try again in a minute.",
                n=tree_size,
            ),
            field="tree_size",
            tree_size=tree_size,
        )


class NoSuchTree(NotFound):
    """The tree never had such a size."""

    code = "ledger.no_such_tree"

    def __init__(self, tree_size: int) -> None:
        super().__init__(
            _("Sizes run from 1 to %(n)s, the smaller one first.", n=tree_size),
            tree_size=tree_size,
        )


class SealKeyUnreadable(Conflict):
    """The private key cannot be unwrapped: the installation has another secret now."""

    code = "ledger.seal_key_unreadable"

    def __init__(self, key_id: str) -> None:
        super().__init__(
            _(
                "The seal key %(key)s was kept under another INCENTIVE_SECRET. Set that one again,"
                " or run `incentive ledger rotate-key --overlap-days 0`.",
                key=key_id,
            ),
            key_id=key_id,
        )


class NoSuchCheckpoint(NotFound):
    """There is no such checkpoint."""

    code = "ledger.no_such_checkpoint"

    def __init__(self) -> None:
        super().__init__(_("There is no such checkpoint. See the list of them at /checkpoints."))
