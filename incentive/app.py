"""create_app(): registers every package, and nothing else."""

import os

from flask import Blueprint, Flask

from incentive.activities import api as activities_api
from incentive.activities import holdings as activities_holdings  # noqa: F401 - registers itself
from incentive.activities import service as activities
from incentive.activities import sign_ups
from incentive.checkin import api as checkin_api
from incentive.checkin import checks as checkin_checks  # noqa: F401 - registers itself
from incentive.checkin import holdings as checkin_holdings  # noqa: F401 - registers itself
from incentive.checkin import scan_api, settled
from incentive.checkin import sources as checkin_sources  # noqa: F401 - registers itself
from incentive.config import Settings
from incentive.core import (
    addresses,
    browser,
    db,
    hosts,
    http,
    i18n,
    jurisdictions,
    limits,
    observe,
    problems,
    sms,
)
from incentive.core.http import ApiBlueprint
from incentive.core.keystore import store
from incentive.core.paths import static_dir, static_version
from incentive.desk import api as desk_api
from incentive.desk import exports_api, samples_api, sealed_api
from incentive.desk import holdings as desk_holdings  # noqa: F401 - registers itself
from incentive.desk import ledger_api as desk_ledger_api
from incentive.ledger import metrics as ledger_metrics  # noqa: F401 - registers itself
from incentive.ledger import own_checks as ledger_checks  # noqa: F401 - registers itself
from incentive.ledger import (
    seal_checks,  # noqa: F401 - registers itself
    snapshot_checks,  # noqa: F401 - registers itself
    trust_checks,  # noqa: F401 - registers itself
)
from incentive.merchants import api as merchants_api
from incentive.merchants import checks as merchants_checks  # noqa: F401 - registers itself
from incentive.merchants import holdings as merchants_holdings  # noqa: F401 - registers itself
from incentive.merchants import payments_api, statements_api
from incentive.merchants import sources as merchants_sources  # noqa: F401 - registers itself
from incentive.people import api as people_api
from incentive.people import caller, delegation_api, finding_api, me_api, origin, separation
from incentive.people import holdings as people_holdings  # noqa: F401 - registers itself
from incentive.people.amending import api as amending_api
from incentive.people.consents import api as consents_api
from incentive.people.consents import notice_api
from incentive.people.devices import api as devices_api
from incentive.people.erasing import api as erasing_api
from incentive.people.erasing import checks as erasing_checks  # noqa: F401 - registers itself
from incentive.people.erasing import guard as erasing_guard  # noqa: F401 - listens
from incentive.people.erasing import own_hindrances  # noqa: F401 - registers itself
from incentive.people.erasing import sources as erasing_sources  # noqa: F401 - registers itself
from incentive.people.external import api as identities_api
from incentive.people.external import service as external
from incentive.people.guardians import api as guardians_api
from incentive.people.guardians import service as guardians
from incentive.people.imports import api as imports_api
from incentive.people.one_time import api as one_time_api
from incentive.people.retention import rows as people_retention  # noqa: F401 - registers itself
from incentive.people.second_factor import api as second_factor_api
from incentive.people.sessions import api as sessions_api
from incentive.people.tokens import api as tokens_api
from incentive.points import holdings as points_holdings  # noqa: F401 - registers itself
from incentive.points import retention as points_retention  # noqa: F401 - registers itself
from incentive.points import sources as points_sources  # noqa: F401 - registers itself
from incentive.points.budgets import api as budgets_api
from incentive.points.budgets import checks as budgets_checks  # noqa: F401 - registers itself
from incentive.points.corrections import api as corrections_api
from incentive.points.corrections import checks as corrections_checks  # noqa: F401 - registers itself
from incentive.points.disputes import api as disputes_api
from incentive.points.family import api as family_api
from incentive.points.family import service as family
from incentive.points.giving import api as giving_api
from incentive.points.giving import checks as giving_checks  # noqa: F401 - registers itself
from incentive.points.merges import api as merges_api
from incentive.points.notices import api as notices_api
from incentive.points.policy import api as policy_api
from incentive.regions import api as regions_api
from incentive.seals import api as seals_api
from incentive.seals import receipts_api
from incentive.settlement import accounts_api, awards, reconciliation_api
from incentive.settlement import api as settlement_api
from incentive.settlement import checks as settlement_checks  # noqa: F401 - registers itself
from incentive.settlement import holdings as settlement_holdings  # noqa: F401 - registers itself
from incentive.settlement import jobs as settlement_jobs  # noqa: F401 - listens to check-in
from incentive.settlement.findings import api as findings_api
from incentive.settlement.rulebook import api as rules_api
from incentive.settlement.rulebook import checks as rules_checks  # noqa: F401 - registers itself
from incentive.stations import api as stations_api
from incentive.stations import checks as stations_checks  # noqa: F401 - registers itself
from incentive.stations import funds as station_funds  # noqa: F401 - registers itself
from incentive.stations import holdings as stations_holdings  # noqa: F401 - registers itself
from incentive.stations import ledger_api, redemptions_api
from incentive.stations import service as stations
from incentive.stations import sources as stations_sources  # noqa: F401 - registers itself
from incentive.stations.days import api as days_api
from incentive.stations.discrepancies import api as discrepancies_api
from incentive.stations.statement import api as station_statement_api
from incentive.stations.stock import api as stock_api
from incentive.stations.stocktakes import api as stocktakes_api
from incentive.web import pages, rendering

# A package's line joins here when it has endpoints, and below when it has pages.
API_BLUEPRINTS: tuple[ApiBlueprint, ...] = (
    regions_api.bp,
    merchants_api.bp,
    statements_api.bp,
    payments_api.bp,
    people_api.bp,
    me_api.bp,
    notice_api.bp,
    consents_api.bp,
    guardians_api.bp,
    finding_api.bp,
    imports_api.bp,
    delegation_api.bp,
    one_time_api.bp,
    second_factor_api.bp,
    sessions_api.bp,
    devices_api.bp,
    tokens_api.bp,
    identities_api.bp,
    erasing_api.bp,
    amending_api.bp,
    activities_api.bp,
    checkin_api.bp,
    scan_api.bp,
    stations_api.bp,
    redemptions_api.bp,
    ledger_api.bp,
    stock_api.bp,
    stocktakes_api.bp,
    days_api.bp,
    station_statement_api.bp,
    discrepancies_api.bp,
    settlement_api.bp,
    seals_api.bp,
    receipts_api.bp,
    desk_api.bp,
    accounts_api.bp,
    policy_api.bp,
    budgets_api.bp,
    corrections_api.bp,
    family_api.bp,
    giving_api.bp,
    disputes_api.bp,
    findings_api.bp,
    merges_api.bp,
    notices_api.bp,
    reconciliation_api.bp,
    desk_ledger_api.bp,
    exports_api.bp,
    samples_api.bp,
    rules_api.bp,
    sealed_api.bp,
)
PAGE_BLUEPRINTS: tuple[Blueprint, ...] = (pages.bp,)


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application for `settings`, or for the environment's INCENTIVE_* variables.

    Raises:
        SettingsError: a required variable is missing or cannot be used.
    """
    app = Flask(
        "incentive",
        static_folder=str(static_dir()),
        static_url_path=f"/static/{static_version()}",
    )
    app.config["SETTINGS"] = settings or Settings.from_environment(os.environ)
    i18n.init_app(app)
    db.init_app(app)
    store.init_app(app)
    problems.init_app(app)
    jurisdictions.init_app(app)
    observe.init_app(app)
    addresses.init_app(app)
    hosts.init_app(app, jurisdictions.known_hosts)
    browser.init_app(app)
    limits.init_app(app)
    sms.init_app(app)
    external.init_app(app)
    origin.init_app(app)
    rendering.init_app(app)
    app.extensions["error_page"] = pages.error_page
    app.extensions["require_at_station"] = stations.require_at
    app.extensions["require_at_shift"] = activities.require_at
    app.extensions[separation.KIN] = family.are_family
    app.extensions[settled.AWARDED] = awards.awarded_at_of
    app.extensions[guardians.RELEASES] = sign_ups.release_places
    app.extensions["caller_key"] = lambda: str(caller.caller().person_id)
    api = http.init_app(app)
    for blueprint in API_BLUEPRINTS:
        api.register_blueprint(blueprint)
    for page_blueprint in PAGE_BLUEPRINTS:
        app.register_blueprint(page_blueprint)
    return app
