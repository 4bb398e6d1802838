from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incentive.core import codes
from incentive.core.codes.alphabet import LETTERS
from incentive.core.codes.shifts import NUMBER_MAX

SECRET = b"a secret that only tests may know"
KEYS = codes.CodeKeys.derive(SECRET, "kunming")
OTHERS = codes.CodeKeys.derive(SECRET, "dali")
AT = datetime(2026, 9, 23, 9, 0, 15, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SHIFT = 1234

moments = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
shifts = st.integers(0, NUMBER_MAX)


@given(shifts, moments)
def test_a_rotating_code_reads_back_and_is_valid_when_shown(shift, at):
    code = codes.rotating_code(KEYS, shift, at)
    assert codes.parse(code.text) == code
    assert codes.verify_rotating(KEYS, code, at) == "valid"


@pytest.mark.parametrize(
    ("seconds", "validity"),
    [
        (-46, "forged"),  # a code of the future: nobody has seen it yet
        (-45, "valid"),
        (-30, "valid"),
        (0, "valid"),
        (30, "valid"),
        (44, "valid"),
        (45, "expired"),
        (3600, "expired"),
        (3644, "expired"),
        (3645, "forged"),
    ],
)
def test_a_rotating_code_lives_for_its_step_and_the_two_beside_it(seconds, validity):
    code = codes.rotating_code(KEYS, SHIFT, AT)  # 15 s into its step
    assert codes.verify_rotating(KEYS, code, AT + seconds * SECOND) == validity


def test_a_slow_phone_or_a_retried_upload_still_fits_the_other_time():
    code = codes.rotating_code(KEYS, SHIFT, AT)
    minutes = 240 * SECOND
    assert codes.verify_rotating(KEYS, code, AT - minutes, received_at=AT) == "valid"
    assert codes.verify_rotating(KEYS, code, AT, received_at=AT + minutes) == "valid"
    assert codes.verify_rotating(KEYS, code, AT + minutes, received_at=AT + minutes) == "expired"


def test_the_screen_knows_when_to_draw_the_next_code():
    after = codes.next_rotation(AT)
    assert after == AT + 15 * SECOND
    shown = codes.rotating_code(KEYS, SHIFT, AT)
    assert codes.rotating_code(KEYS, SHIFT, after - SECOND) == shown
    assert codes.rotating_code(KEYS, SHIFT, after) != shown


def test_the_zone_of_a_time_does_not_matter_but_there_must_be_one():
    shanghai = AT.astimezone(timezone(timedelta(hours=8)))
    assert codes.rotating_code(KEYS, SHIFT, shanghai) == codes.rotating_code(KEYS, SHIFT, AT)
    with pytest.raises(ValueError):
        codes.rotating_code(KEYS, SHIFT, AT.replace(tzinfo=None))


@given(shifts, st.integers(0, 2**31))
def test_a_printed_code_reads_back_and_is_valid(shift, serial):
    code = codes.printed_code(KEYS, shift, serial)
    assert codes.parse(code.text) == code
    assert codes.verify_printed(KEYS, code, serial) == "valid"


@pytest.mark.parametrize(
    ("latest", "validity"),
    [(6, "forged"), (7, "valid"), (8, "expired"), (27, "expired"), (28, "forged")],
)
def test_a_new_print_voids_the_earlier_ones(latest, validity):
    code = codes.printed_code(KEYS, SHIFT, 7)
    assert codes.verify_printed(KEYS, code, latest) == validity


def verify(text: str) -> str:
    try:
        code = codes.parse(text)
    except codes.CodeError as error:
        return error.reason
    if isinstance(code, codes.RotatingCode):
        return codes.verify_rotating(KEYS, code, AT)
    assert isinstance(code, codes.PrintedCode)
    return codes.verify_printed(KEYS, code, 1)


@pytest.mark.parametrize(
    "text", [codes.rotating_code(KEYS, SHIFT, AT).text, codes.printed_code(KEYS, SHIFT, 1).text]
)
def test_every_change_of_one_letter_is_refused(text):
    assert verify(text) == "valid"
    for place, was in enumerate(text):
        for letter in LETTERS:
            if letter != was:
                assert verify(text[:place] + letter + text[place + 1 :]) != "valid"


def test_codes_of_another_jurisdiction_are_foreign():
    assert verify(codes.rotating_code(OTHERS, SHIFT, AT).text) == "foreign"
    assert verify(codes.printed_code(OTHERS, SHIFT, 1).text) == "foreign"


def test_another_jurisdiction_of_the_same_letter_looks_forged():
    code = codes.rotating_code(OTHERS, SHIFT, AT).text
    assert verify(code[0] + codes.rotating_code(KEYS, SHIFT, AT).text[1] + code[2:]) == "forged"


@pytest.mark.parametrize("number", [-1, NUMBER_MAX + 1])
def test_a_shift_number_too_large_for_a_code_is_refused(number):
    with pytest.raises(ValueError):
        codes.rotating_code(KEYS, number, AT)
    with pytest.raises(ValueError):
        codes.printed_code(KEYS, number, 1)
