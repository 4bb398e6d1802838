from dataclasses import replace

import pytest
from sqlalchemy import text

from incentive.config import Settings, SettingsError
from incentive.core.keystore.checking import check_at_start
from incentive.core.keystore.errors import KeyStoreMissing, MasterKeyMissing, MasterKeyWrong
from incentive.core.keystore.masters import CannotUnwrap, LocalMaster, masters_of
from incentive.core.keystore.schema import migrate_keys
from tests.core.keystore.conftest import FIRST, SECOND

ENVIRON = {
    "INCENTIVE_DATABASE_URL": "postgresql://incentive@/incentive?host=/run",
    "INCENTIVE_REDIS_URL": "unix:///run/valkey.sock",
    "INCENTIVE_SECRET": "s" * 32,
}
HEX = "0a" * 32


def masters(admin):
    return list(admin.scalars(text("SELECT id FROM master_keys")))


def test_the_right_master_key_passes(settings):
    check_at_start(settings)
    migrate_keys(settings)


def test_a_lost_master_key_is_one_clear_line_and_no_new_key(settings, store, admin):
    store.make("default", [])
    lost = replace(settings, master_keys=(SECOND,))
    for start in (check_at_start, migrate_keys):
        with pytest.raises(MasterKeyMissing) as refused:
            start(lost)
        line = str(refused.value)
        assert LocalMaster(FIRST).id in line
        assert LocalMaster(SECOND).id in line
        assert "INCENTIVE_MASTER_KEY_FILE" in line
        assert "\n" not in line
    assert masters(admin) == [LocalMaster(FIRST).id]


def test_a_changed_check_value_is_noticed_before_anything_is_wrapped(settings, admin):
    admin.execute(text("UPDATE master_keys SET check_value = 'x'"))
    with pytest.raises(MasterKeyWrong, match="Restore it"):
        check_at_start(settings)


def test_a_store_that_was_never_made_is_said_to_be_missing(settings, admin):
    nowhere = settings.keys_database_url.replace("incentive_own_keys", "incentive_no_keys")
    with pytest.raises(KeyStoreMissing, match="no database incentive_no_keys"):
        check_at_start(replace(settings, keys_database_url=nowhere))
    admin.execute(text("DELETE FROM master_keys"))
    with pytest.raises(KeyStoreMissing, match="no master key"):
        check_at_start(settings)
    admin.execute(text("DROP TABLE master_keys CASCADE"))
    with pytest.raises(KeyStoreMissing, match="no tables"):
        check_at_start(settings)


def test_a_server_that_is_away_keeps_nobody_from_starting(settings):
    away = "postgresql://incentive@/incentive_keys?host=/nonexistent"
    check_at_start(replace(settings, keys_database_url=away))


def test_without_a_master_key_one_comes_from_the_secret():
    plain = Settings("postgresql:///x", "postgresql:///x", "unix:///x", b"s" * 32)
    (only,) = masters_of(plain)
    assert only.id == masters_of(replace(plain, master_keys=(FIRST,)))[-1].id
    assert only.id != masters_of(replace(plain, secret=b"t" * 32))[0].id


def test_a_master_key_unwraps_what_it_wrapped_for_the_same_purpose_alone():
    first, second = LocalMaster(FIRST), LocalMaster(SECOND)
    wrapped = first.wrap(b"k" * 32, b"for Anna")
    assert first.unwrap(wrapped, b"for Anna") == b"k" * 32
    for master, box, context in [
        (second, wrapped, b"for Anna"),
        (first, wrapped, b"for Bruno"),
        (first, wrapped[:-1], b"for Anna"),
        (first, b"", b"for Anna"),
    ]:
        with pytest.raises(CannotUnwrap):
            master.unwrap(box, context)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({}, ()),
        ({"INCENTIVE_MASTER_KEY": HEX}, (b"\x0a" * 32,)),
        ({"INCENTIVE_MASTER_KEY": f"{HEX}, {'0B' * 32}"}, (b"\x0a" * 32, b"\x0b" * 32)),
    ],
)
def test_master_keys_come_from_the_environment(given, kept):
    assert Settings.from_environment(ENVIRON | given).master_keys == kept


def test_master_keys_come_from_a_file(tmp_path):
    file = tmp_path / "master.key"
    file.write_text(f"{HEX}\n{'0b' * 32}\n")
    given = {"INCENTIVE_MASTER_KEY_FILE": str(file)}
    assert len(Settings.from_environment(ENVIRON | given).master_keys) == 2
    file.write_text("\n")
    with pytest.raises(SettingsError, match="holds no key"):
        Settings.from_environment(ENVIRON | given)
    file.unlink()
    with pytest.raises(SettingsError, match="cannot be read"):
        Settings.from_environment(ENVIRON | given)


@pytest.mark.parametrize("word", ["short", HEX[:-1], HEX + "0", "zz" * 32])
def test_a_master_key_that_is_none_is_refused_without_being_shown(word):
    with pytest.raises(SettingsError, match="64 hexadecimal") as refused:
        Settings.from_environment(ENVIRON | {"INCENTIVE_MASTER_KEY": word})
    assert word not in str(refused.value)


def test_the_key_store_lies_beside_the_books_unless_it_is_put_elsewhere():
    beside = Settings.from_environment(ENVIRON)
    assert beside.keys_database_url == "postgresql://incentive@/incentive_keys?host=/run"
    assert beside.keys_admin_database_url == beside.keys_database_url
    away = ENVIRON | {
        "INCENTIVE_ADMIN_DATABASE_URL": "postgresql://owner@/incentive?host=/run",
        "INCENTIVE_KEYS_DATABASE_URL": "postgresql://incentive@other/keys",
    }
    assert Settings.from_environment(away).keys_admin_database_url == (
        "postgresql://incentive@other/keys"
    )
    del away["INCENTIVE_KEYS_DATABASE_URL"]
    assert Settings.from_environment(away).keys_admin_database_url == (
        "postgresql://owner@/incentive_keys?host=/run"
    )
