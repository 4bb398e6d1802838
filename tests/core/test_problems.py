import pytest


@pytest.fixture
def outside(app, monkeypatch):
    """A client that gets a server's answer to what breaks, as the world does."""
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    return app.test_client()


@pytest.mark.parametrize("host", ["x" * 300, "..", "a..b"])
@pytest.mark.parametrize("path", ["/", "/nothing", "/sign-in", "/api/v1/regions", "/healthz"])
def test_a_host_that_is_none_is_refused(outside, path, host):
    answer = outside.get(path, headers={"Host": host})
    assert answer.status_code == 400
    assert "http.malformed" in answer.text or "http.unknown_host" in answer.text


def test_a_page_of_errors_that_breaks_leaves_its_sentence(outside, app, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setitem(app.extensions, "error_page", broken)
    answer = outside.get("/nothing", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.mimetype) == (404, "text/plain")
    assert answer.text == "There is nothing at this address.\n404 http.not_found\n"
