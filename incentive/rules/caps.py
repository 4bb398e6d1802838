"""What the caps have in common."""

from incentive.rules.domain import Figures


def cut(points: int, paid: int, cap: int) -> tuple[int, Figures] | None:
    """Return `points` cut to what is left under `cap` after `paid`; None when it all fits.

    Never below 0, also when a cap was lowered below what had been paid already.
    """
    left = max(cap - paid, 0)
    if points <= left:
        return None
    return left, {"cap": cap, "paid": paid}
