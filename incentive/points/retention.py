"""How long warnings about points are kept."""

from datetime import timedelta

from sqlalchemy import DateTime, cast

from incentive.core.i18n import _
from incentive.people.retention.table import Rule, keep
from incentive.points.notices.models import PointsNotice

keep(
    Rule(
        "points_warnings",
        _("Warnings of points that expire"),
        PointsNotice,
        timedelta(days=30),
        cast(PointsNotice.expires_on, DateTime(timezone=True)),
        _("the day the points expire"),
        _("They have expired or been spent by then; what expired stands in the books."),
    )
)
