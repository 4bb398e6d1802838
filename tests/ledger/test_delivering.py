import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from incentive.config import Settings, SettingsError
from incentive.ledger import delivering, jobs
from tests.ledger.sealed import ask, post, seal


@pytest.fixture
def notes(live):
    found = []
    for key in ("a", "b"):
        post(live, key)
        found.append(seal(live)[1])
    return found


def deliver(app, **settings):
    settings = {"checkpoint_webhook_inside": True} | settings
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], **settings)
    with app.app_context():
        jobs.deliver()


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.got.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(self.server.answers.pop(0) if self.server.answers else 204)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_args):
        pass


@pytest.fixture
def receiver():
    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        server.got, server.answers = [], []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def address(server):
    return f"http://127.0.0.1:{server.server_port}/checkpoints"


def test_checkpoints_are_appended_to_the_jurisdictions_file_once_each(live, notes, tmp_path):
    for _ in range(2):
        deliver(live, checkpoint_dir=str(tmp_path))
    file = tmp_path / "default.checkpoints"
    assert file.read_text() == "".join(f"{note}\n" for note in notes)
    post(live, "c")
    later = seal(live)[1]
    deliver(live)
    assert file.read_text() == "".join(f"{note}\n" for note in [*notes, later])


def test_a_delivery_whose_record_was_lost_is_not_appended_twice(tmp_path):
    file = tmp_path / "x"
    for note in ("one\n", "two\n", "two\n"):
        delivering.append(file, note)
    assert file.read_text() == "one\n\ntwo\n\n"


def test_a_torn_line_stands_alone(tmp_path):
    file = tmp_path / "x"
    file.write_text("one\n\ntw")
    delivering.append(file, "two\n")
    assert file.read_text() == "one\n\ntw\n\ntwo\n\n"


def test_a_folder_that_is_away_gets_everything_when_it_is_back(live, notes, tmp_path):
    folder = tmp_path / "mount"
    deliver(live, checkpoint_dir=str(folder))
    assert ask(live, "SELECT * FROM checkpoint_deliveries") == []
    folder.mkdir()
    deliver(live)
    assert (folder / "default.checkpoints").read_text().startswith(notes[0])


def test_an_address_gets_each_checkpoint_in_order_and_again_until_it_takes_it(
    live, notes, receiver
):
    receiver.answers = [500]
    deliver(live, checkpoint_webhook=address(receiver))
    assert receiver.got == notes[:1]
    deliver(live)
    deliver(live)
    assert receiver.got == [notes[0], *notes]


def test_a_redirect_is_not_followed_and_is_no_delivery(live, notes, receiver):
    receiver.answers = [302]
    deliver(live, checkpoint_webhook=address(receiver))
    assert receiver.got == notes[:1]
    assert ask(live, "SELECT * FROM checkpoint_deliveries") == []


def test_nobody_there_is_no_error(live, notes):
    deliver(live, checkpoint_webhook="http://127.0.0.1:1/")
    assert ask(live, "SELECT * FROM checkpoint_deliveries") == []


def test_an_address_in_a_private_network_is_for_those_who_say_so(live, notes, receiver):
    deliver(live, checkpoint_webhook=address(receiver), checkpoint_webhook_inside=False)
    assert receiver.got == []
    assert ask(live, "SELECT * FROM checkpoint_deliveries") == []


@pytest.mark.parametrize(
    "text", ["http://x.example/", "https://", "nonsense", "https://x.example/#a"]
)
def test_only_an_https_address_may_be_set(text):
    environ = {
        "INCENTIVE_DATABASE_URL": "postgresql://x/y",
        "INCENTIVE_REDIS_URL": "redis://x",
        "INCENTIVE_SECRET": "s" * 32,
        "INCENTIVE_CHECKPOINT_WEBHOOK": text,
    }
    with pytest.raises(SettingsError, match="INCENTIVE_CHECKPOINT_WEBHOOK"):
        Settings.from_environment(environ)
