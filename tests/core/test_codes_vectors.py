"""Fixed texts: a change here voids every card and poster that is in people's hands."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from incentive.core import codes

KEYS = codes.CodeKeys.derive(b"a secret that only tests may know", "kunming")
AT = datetime(2026, 9, 23, 9, 0, 15, tzinfo=UTC)

NUMBER = "5300000000423"
CARD = (
    "C07MZW37EFDK7CD1A000NVSJQFWZCREYEB0Q42T3M5T5H1FB6T9WXRG3NW4YZK6HQH52BD80HGDZGTWH0V"
    "PD7N67A3MVCJM1MRTXERX0WY4PEJQ15SF16Z1TW0M"
)
ROTATING = "RX00016JPDFAMM"
PRINTED = "PX00016JMAVT4Q23"


def test_the_keys_of_a_secret_stay_the_same():
    public = KEYS.card_public_key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    assert public.hex() == "5b1833304e33e2ab18b5d02c4189e0ea03b2858423e74ae1a870ab6d80540059"
    assert KEYS.shift_key.hex() == (
        "3a6332cf0441a43b9e8040e4cdc69f33d22ba01b7fe3d049d89b272e77c4fffa"
    )


def test_the_texts_stay_the_same():
    assert codes.volunteer_number(42, "53") == NUMBER
    assert codes.issue_card(KEYS, NUMBER, 1).text == CARD
    assert codes.rotating_code(KEYS, 1234, AT).text == ROTATING
    assert codes.printed_code(KEYS, 1234, 1).text == PRINTED


def test_the_texts_are_read_and_found_valid():
    card = codes.parse(CARD)
    assert isinstance(card, codes.MemberCard)
    assert (card.volunteer_number, card.serial) == (NUMBER, 1)
    assert codes.verify_card(card, KEYS.card_public_key, "kunming") == "valid"
    rotating = codes.parse(ROTATING)
    assert isinstance(rotating, codes.RotatingCode)
    assert rotating.shift_number == 1234
    assert codes.verify_rotating(KEYS, rotating, AT) == "valid"
    printed = codes.parse(PRINTED)
    assert isinstance(printed, codes.PrintedCode)
    assert printed.shift_number == 1234
    assert codes.verify_printed(KEYS, printed, 1) == "valid"


@pytest.mark.parametrize(
    "text",
    [
        "RX00016JPDFAMM",
        "rx00016jpdfamm",
        "RX00-016J-PDFA-MM",
        "rx00 016j pdfa mm\r\n",
        "\tRX00016JPDFAMM\r",
        "\x02RX00016JPDFAMM\x03",
        "\ufeffRX00016JPDFAMM",
        "RXOOOI6JPDFAMM",
        "rxoool6jpdfamm",
        "ＲＸ０００１６ＪＰＤＦＡＭＭ",
        "ＲＸ００－０１６Ｊ—ＰＤＦＡ　ＭＭ",
        "https://volunteer.example.cn/s/RX00016JPDFAMM",
        "HTTPS://VOLUNTEER.EXAMPLE.CN/S/RX00016JPDFAMM",
        "https://volunteer.example.cn/incentive/s/rx00016jpdfamm/?from=wechat#top",
        "volunteer.example.cn/s/RX00016JPDFAMM\r\n",
        "ｈｔｔｐｓ：／／volunteer.example.cn／ｓ／RX00016JPDFAMM",
    ],
)
def test_a_code_is_read_however_it_was_typed_or_scanned(text):
    assert codes.parse(text).text == ROTATING


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \r\n",
        "hello",
        "https://volunteer.example.cn/",
        "https://volunteer.example.cn/s/",
        "RX00016JPDFAM",
        "RX00016JPDFAMMM",
        "RX00016JPDFAMU",
        "RX00016JPDFAM*",
        "QX00016JPDFAMM",
        "6901234567892",
        "'; DROP TABLE scans; --",
        "C" * 600,
        "\ufdfa" * 512,
        "𝟘" * 14,
        "R" + "\u0660" * 13,
    ],
)
def test_anything_else_is_garbled(text):
    with pytest.raises(codes.CodeError) as refusal:
        codes.parse(text)
    assert refusal.value.reason == codes.Validity.GARBLED


def test_a_code_is_printed_as_a_url_and_typed_in_groups():
    assert codes.url("https://v.example.cn/", ROTATING) == f"https://v.example.cn/s/{ROTATING}"
    assert codes.grouped("X7K3M9QXD2AB") == "X7K3-M9QX-D2AB"
    assert codes.grouped(ROTATING) == "RX00-016J-PDFA-MM"
