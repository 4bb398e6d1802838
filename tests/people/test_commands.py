from click.testing import CliRunner

from incentive.people.commands import commands
from incentive.people.errors import PasswordWeak, PhoneUnusable
from incentive.people.sign_in import sign_in
from tests.factories import NOW
from tests.people.conftest import PASSWORD, PHONE

CREATE = ["create", "--phone", PHONE, "--name", "管理员", "--role", "administrator"]


def run(*words, password=PASSWORD):
    return CliRunner().invoke(commands, words, input=f"{password}\n{password}\n")


def test_the_first_administrator_is_entered_and_signs_in(places):
    result = run(*CREATE, "--region", "5301")
    assert result.exit_code == 0
    assert "is administrator over 昆明市." in result.output
    assert PASSWORD not in result.output
    assert sign_in(PHONE, PASSWORD, NOW)


def test_a_forgotten_password_is_replaced(places):
    run(*CREATE, "--region", "5301")
    result = run("password", "--phone", PHONE, password="another password")
    assert result.exit_code == 0
    assert sign_in(PHONE, "another password", NOW)


def test_what_is_wrong_is_refused_before_anything_is_written(places):
    assert isinstance(run(*CREATE, "--region", "5301", password="x").exception, PasswordWeak)
    assert run(*CREATE, "--region", "99").exit_code != 0
    assert run("create", "--phone", PHONE, "--name", "x", "--role", "king").exit_code == 2
    wrong = ["create", "--phone", "1", "--name", "x", "--role", "auditor", "--region", "53"]
    assert isinstance(run(*wrong).exception, PhoneUnusable)
