"""What the auditors' desk holds about a person: what they did there."""

from incentive.core.i18n import _
from incentive.desk.sample_models import SpotFinding, SpotSample
from incentive.people.held import office

office("office", _("Samples drawn"), SpotSample, "made_by", "made_at")
office("office", _("Spot checks"), SpotFinding, "found_by", "found_at")
