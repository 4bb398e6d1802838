"""Scopes become conditions on rows in one place."""

import ast
from pathlib import Path

CODE = Path(__file__).parents[2] / "incentive"
# Where people choose a place to look at, where the tree itself is walked, and where a list of
# persons is for one region and is told of others only that they are there.
OTHERWISE = {
    "activities/queries.py",
    "people/imports/person_queries.py",
    "web/counter_queries.py",
    "web/queries.py",
}


def conditions():
    """Yield each file that asks whether a path lies in a subtree."""
    for file in CODE.rglob("*.py"):
        name = file.relative_to(CODE).as_posix()
        if name.startswith("regions/") or name == "people/reach.py":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(
                        value=ast.Attribute(value=ast.Name(id="Region"), attr="path"),
                        attr="within",
                    )
                ):
                    yield name
                case ast.Call(func=ast.Attribute(attr="inside") | ast.Name(id="inside")):
                    yield name


def test_every_list_takes_its_condition_from_people_reach():
    assert set(conditions()) == OTHERWISE
