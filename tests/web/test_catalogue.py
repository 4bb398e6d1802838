"""Every message that the product can show has Chinese words, and they fit."""

import importlib.util
import re
import string
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo

ROOT = Path(__file__).resolve().parents[2]
_spec = importlib.util.spec_from_file_location("catalogue", ROOT / "script" / "catalogue.py")
catalogue = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(catalogue)


@pytest.fixture(scope="module")
def fresh():
    return catalogue.updated()


def forms(text):
    return [text] if isinstance(text, str) else list(text)


def words(of):
    return {forms(message.id)[0]: forms(message.string) for message in of if message.id}


def test_the_catalogue_holds_the_messages_of_the_code_and_all_are_translated(fresh):
    assert catalogue.untranslated(fresh) == [], "run script/translate and fill in the .po"
    assert catalogue.PO.read_bytes() == catalogue.as_po(fresh), "run script/translate"


def test_what_is_shown_is_compiled_from_what_is_kept(fresh):
    with catalogue.MO.open("rb") as file:
        compiled = read_mo(file)
    assert words(compiled) == words(fresh), "run script/translate"


def test_a_translation_has_the_figures_of_its_message(fresh):
    for message in fresh:
        wanted = set(re.findall(r"%\(\w+\)s", forms(message.id)[-1]))
        for text in forms(message.string) if message.id else []:
            assert set(re.findall(r"%\(\w+\)s", text)) == wanted, message.id
            assert text == text.strip()
            assert "  " not in text


def test_a_translation_is_chinese(fresh):
    for message in fresh:
        letters = set(string.ascii_letters) & set(re.sub(r"%\(\w+\)s", "", forms(message.id)[0]))
        if message.id and letters:
            assert re.search(r"[一-鿿]", forms(message.string)[0]), message.id


def test_the_application_speaks_it(app):
    from incentive.core.i18n import _

    with app.test_request_context("/?lang=zh"):
        assert str(_("The phone number or the password is not right.")) == "手机号或密码不对。"
    with app.test_request_context("/?lang=en"):
        assert "phone" in str(_("The phone number or the password is not right."))
