"""The pages' one blueprint; each module of pages adds its own addresses to it."""

from typing import Final

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core.browser import SAFE_METHODS
from incentive.core.i18n import _
from incentive.people.consents.errors import ConsentWithdrawn, NoticeDue
from incentive.people.errors import NotSignedIn
from incentive.web.addresses import own_path

bp: Final = Blueprint("web", __name__, template_folder="templates")


@bp.errorhandler(NoticeDue)
def ask_to_read(_error: NoticeDue) -> ResponseReturnValue:
    """Send whoever has a new notice to read there, and then on to where they were going."""
    if request.headers.get("HX-Request"):
        return Response(status=204)  # a part of a page: leave what stands there
    return redirect(url_for("web.new_notice", next=request.full_path.rstrip("?")), 303)


@bp.errorhandler(ConsentWithdrawn)
def ask_to_agree(error: ConsentWithdrawn) -> ResponseReturnValue:
    """Send whoever withdrew the privacy consent to where they agree again, or close the account."""
    if request.method in SAFE_METHODS:
        if request.headers.get("HX-Request"):
            return Response(status=204)  # a part of a page: leave what stands there
        return redirect(url_for("web.new_notice", next=request.full_path.rstrip("?")), 303)
    flash(str(error), "warning")
    return redirect(url_for("web.new_notice", next=own_path(request.referrer) or None), 303)


@bp.errorhandler(NotSignedIn)
def ask_to_sign_in(_error: NotSignedIn) -> ResponseReturnValue:
    """Send whoever is signed out to the sign-in page, and then back to where they were."""
    if request.headers.get("HX-Request"):
        return Response(status=204)  # a part of a page: leave what stands there
    if request.method in SAFE_METHODS:
        back = request.full_path.rstrip("?")
    else:
        flash(str(_("You were signed out. Sign in, then do it again.")), "warning")
        back = own_path(request.referrer)
    return redirect(url_for("web.sign_in", next=back), 303)
