import pytest

from incentive.core.redacting import REDACTED, redacted


@pytest.mark.parametrize("name", ["phone", "id_number", "birth_month", "address", "password"])
def test_a_field_that_says_who_somebody_is_does_not_reach_the_log(name):
    assert redacted(None, "info", {"event": "x", name: "anything"}) == {
        "event": "x",
        name: REDACTED,
    }


@pytest.mark.parametrize(
    "text", ["13812345678", "+8613812345678", "530102199003078931", "53010219900307893X"]
)
def test_a_phone_or_an_id_number_is_taken_out_of_any_text(text):
    event = {"event": f"failed for {text}, again", "more": {"list": [text]}, "phone": None}
    told = redacted(None, "error", event)
    assert text not in str(told)
    assert told["event"] == f"failed for {REDACTED}, again"


@pytest.mark.parametrize(
    "text",
    ["2026-11-24T09:49:22", "01234567890123456789012345", "0192f0c1-1380-1234-5678-aaaaaaaaaaaa"],
)
def test_times_and_ids_stay(text):
    assert redacted(None, "info", {"event": text, "points": 13812345678}) == {
        "event": text,
        "points": 13812345678,
    }
