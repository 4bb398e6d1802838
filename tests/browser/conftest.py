"""A real Chromium before a real server on books of its own."""

import shutil
import threading
import warnings
from datetime import timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from incentive.core import clock, codes
from incentive.core.codes import rotating_code
from incentive.core.db import session, transaction
from incentive.core.keys import code_keys
from incentive.people import passwords
from incentive.people import service as people
from incentive.people.models import Password
from tests import factories as make

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "翠湖的红嘴海鸥 8"
HOUR = timedelta(hours=1)
TIMEOUT_MS = 10_000


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium():
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        told = "NO CHROMIUM: browser tests are skipped. On Debian: apt install chromium"
        warnings.warn(pytest.PytestWarning(told), stacklevel=1)
        pytest.skip(told)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


class _Quiet(WSGIRequestHandler):
    def log(self, *_):
        """Say nothing: the tests say what matters."""


@pytest.fixture
def address(live):
    """The address of a server of the application on the live books."""
    server = make_server("127.0.0.1", 0, live, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@cache
def _hash():
    return passwords.hashed(PASSWORD)  # slow on purpose: once for everybody


@pytest.fixture
def place(live):
    """A community with a shift going on and a shop; a volunteer, a steward and a manager."""
    with live.app_context(), transaction():
        county = make.region("530102", "county", name="五华区")
        street = make.region("530102001", "street", county, name="华山街道")
        home = make.region("530102001007", parent=street, name="翠湖社区居委会")
        volunteer, steward, manager = (
            people.create_person(
                name=name,
                phone=f"1381234567{last}",
                password=None,
                home_region_id=home.id,
                agreed=[make.notices()["privacy"]],
                by=None,
                at=clock.now(),
            )
            for last, name in enumerate(("李春梅", "王网格", "赵站长"))
        )
        for person in (volunteer, steward, manager):
            make.add(Password(person_id=person.id, hash=_hash(), changed_at=clock.now()))
        make.grant(steward, "grid_worker", at=home)
        shop = make.station(home, name="翠湖积分超市")
        make.grant(manager, "station_manager", station=shop)
        goods = make.item(shop, points_price=10, stock=5)
        activity = make.activity(home, by=steward)
        shift = make.shift(activity, starts_at=clock.now() - 2 * HOUR, hours=4)
        later = make.shift(activity, starts_at=clock.now() + 24 * HOUR)
        make.sign_up(volunteer, shift)
        return SimpleNamespace(
            app=live,
            home=home,
            volunteer=volunteer,
            steward=steward,
            manager=manager,
            shop=shop,
            goods=goods,
            activity=activity,
            shift=shift,
            later=later,
        )


class Site:
    """What a test does with the browser; what went wrong in it is told at the end."""

    def __init__(self, chromium, address, place, folder):
        self.chromium = chromium
        self.address = address
        self.place = place
        self.folder = folder
        self.contexts = []
        self.wrong = []
        self.expected = []

    def open(self, path="/", *, width=360, height=740, **more):
        context = self.chromium.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", **more
        )
        context.set_default_timeout(TIMEOUT_MS)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        page.on("request", self._asked)
        page.goto(self.address + path)
        return page

    def open_for(self, who, path, **more):
        """Open a page for somebody who is signed in already."""
        page = self.open("/complain", **more)
        with self.place.app.app_context(), transaction():
            cookie = {"name": "session", "value": make.token(who), "url": self.address}
        page.context.add_cookies([cookie | {"httpOnly": True, "sameSite": "Lax"}])
        page.goto(self.address + path)
        return page

    def sign_in(self, who, path="", **more):
        """Sign somebody in by phone and password, and open `path` if one is given."""
        page = self.open("/sign-in", **more)
        page.fill("#phone", self.phone(who))
        page.fill("#password", PASSWORD)
        page.click("main form button")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        if path:
            page.goto(self.address + path)
        return page

    def phone(self, who):
        order = (self.place.volunteer, self.place.steward, self.place.manager)
        return f"1381234567{order.index(who)}"

    def code(self, shift=None):
        with self.place.app.app_context():
            return rotating_code(code_keys(), (shift or self.place.shift).number, clock.now()).text

    def picture(self, code):
        """Return a file with the QR code as a screen shows it."""
        file = self.folder / "code.png"
        file.write_bytes(codes.png(codes.url(self.address, code)))
        return file

    def rows(self, model):
        with self.place.app.app_context(), transaction():
            return session().query(model).all()

    def _said(self, message):
        if message.type in {"error", "warning"} and not any(
            part in message.text for part in self.expected
        ):
            self.wrong.append(f"console: {message.text}")

    def _asked(self, request):
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.wrong.append(f"another host: {request.url}")


@pytest.fixture
def site(chromium, address, place, tmp_path):
    opened = Site(chromium, address, place, tmp_path)
    yield opened
    for context in opened.contexts:
        context.close()
    assert opened.wrong == []
