"""Texts that were kept and strike later: no page runs them, and no statement takes them for SQL."""

from html.parser import HTMLParser

import pytest
from sqlalchemy import text

from incentive.core.db import transaction
from tests.security import world
from tests.security.test_files import NAMED
from tests.security.urls import addresses
from tests.security.watch import MARK, arm, watched

KEPT = (
    f"\"'><img src=x onerror={MARK}()>",
    f"</script><script>{MARK}()</script>{{{{ 7*7 }}}}",
    f"javascript:{MARK}()//'; SELECT pg_temp.{MARK}();--%(x)s",
)


class Tags(HTMLParser):
    """What a page has that could run something."""

    def __init__(self, page):
        super().__init__()
        self.running = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            leads = name in {"href", "src", "action", "formaction", "srcdoc"}
            if name.startswith("on") or (leads and MARK in (value or "")):
                self.running.append((tag, name, value))
        if tag in {"script", "style", "iframe", "object", "base"} and "src" not in dict(attrs):
            self.running.append((tag, attrs))


@pytest.mark.parametrize("kept", KEPT, ids=["attribute", "script", "address"])
def test_a_kept_text_is_shown_as_it_is_and_runs_nowhere(books, client, kept, monkeypatch):
    with transaction() as session:
        here = world.build()
        for place in NAMED:
            table, _, column = place.partition(".")
            session.execute(text(f"UPDATE {table} SET {column} = :f || ctid"), {"f": kept})
        arm(session.connection())
    client.set_cookie("session", here.token)
    wrong, shown = [], 0
    with watched(monkeypatch) as found:
        for address in addresses(books, here.ids):
            if address.method != "GET" or address.path.endswith("/ledger/export"):
                continue
            with client.get(address.path) as answer:
                page = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
                status = answer.status_code
            shown += MARK in page
            running = Tags(page).running
            if status >= 500 or running or found:
                wrong.append((str(address), status, running, list(found)))
                found.clear()
    assert wrong == []
    assert shown > 10
