from incentive.rules import award, award_all

WELCOME = {"rule": "first_service", "points": 20}


def test_the_first_service_gets_the_bonus(fact, rule_set):
    assert award(fact(first=True), rule_set(WELCOME)).points == 30
    assert award(fact(first=False), rule_set(WELCOME)).points == 10


def test_a_service_too_short_to_earn_does_not_use_the_bonus_up(fact, rule_set):
    batch = [fact(5, first=True), fact(60, first=True), fact(60, first=True)]
    assert [given.points for given in award_all(batch, rule_set(WELCOME))] == [0, 30, 10]


def test_the_bonus_stays_under_the_cap(fact, rule_set):
    rules = rule_set(WELCOME, {"rule": "cap_day", "points": 25})
    assert award(fact(first=True), rules).points == 25
