"""What concerns all books is for those whose role reaches everything in them."""

from incentive.people.caller import Caller
from incentive.settlement import reach_queries


def require_over_all(caller: Caller, permission: str) -> None:
    """Let the caller pass only with `permission` over every place of activities and stations.

    Raises:
        OutOfScope: their role leaves out a place where points are earned or spent.
    """
    ends = reach_queries.ends_in_use()
    if ends is None:
        caller.require_somewhere(permission)
    else:
        caller.require(permission, region_path=common(*ends))


def reaches_all(caller: Caller, permission: str) -> bool:
    """Say whether `require_over_all` would let the caller pass."""
    paths = caller.regions_for(permission)
    ends = reach_queries.ends_in_use() if paths else None
    if ends is None:
        return bool(paths)
    return caller.may(permission, region_path=common(*ends))


def common(first: str, last: str) -> str:
    """Return the way from the root that two paths share.

    Of the first and the last of many, in order, it is what all of them share.
    """
    shared = []
    for one, other in zip(first.split("."), last.split("."), strict=False):
        if one != other:
            break
        shared.append(one)
    return ".".join(shared)
