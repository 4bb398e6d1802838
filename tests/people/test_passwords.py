import pytest

from incentive.people import passwords
from incentive.people.errors import PasswordWeak

PHONE = "+8613812345678"


@pytest.mark.parametrize(
    "weak",
    [
        "",
        "a1b2c3d",
        "13812345678",
        "+8613812345678",
        "x13812345678y",
        "12345678",
        "PassWord",
        "Woaini1314",
        "88888888",
        "abababab",
        "aaaabbbbcccc",
    ],
)
def test_a_password_that_is_short_common_or_the_phone_is_refused(weak):
    with pytest.raises(PasswordWeak):
        passwords.check(weak, PHONE)


@pytest.mark.parametrize("good", ["correct horse", "翠湖边的红嘴海鸥", "Zh1-yuan", "7391 8264 x"])
def test_any_other_password_of_eight_characters_will_do(good):
    passwords.check(good, PHONE)


def test_a_hash_fits_its_password_alone():
    kept = passwords.hashed("correct horse")
    assert "correct" not in kept
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.verify(kept, "correct horse")
    assert not passwords.verify(kept, "correct horsf")


def test_nobody_has_no_password_and_a_spoilt_hash_fits_none():
    assert not passwords.verify(None, "nobody has this password")
    assert not passwords.verify("spoilt", "x")
