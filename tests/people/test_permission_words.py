"""Every permission has words, and no words are left of one that is gone."""

from incentive.people.permission_words import WORDS, all_words, words
from incentive.people.permissions import TABLE


def test_every_permission_has_words_and_nothing_else_has():
    assert set(WORDS) == set(TABLE)


def test_words_come_in_the_tables_order_and_a_bare_name_last():
    told = all_words(["shift.scan", "x.y", "person.find"])
    assert told == [WORDS["person.find"], WORDS["shift.scan"], "x.y"]
    assert words("x.y") == "x.y"
