"""Each act that the code records is called by a name that has words for the reader."""

import ast
from pathlib import Path

from incentive.audit.actions import ACTIONS

CODE = Path(__file__).parents[2] / "incentive"


def recorded():
    """Yield the name of every act recorded by `acts.record(caller, name, …)`, and where."""
    for file in CODE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="acts"), attr="record"),
                    args=[_, ast.Constant(value=name)],
                ):
                    yield name, file.name
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="audit"), attr="record"),
                    args=[ast.Constant(value=name), *_],
                ):
                    yield name, file.name


def test_every_act_has_words():
    assert [(name, file) for name, file in recorded() if name not in ACTIONS] == []


def test_every_name_is_of_an_act_that_the_code_records():
    files = [file for file in CODE.rglob("*.py") if file.name != "actions.py"]
    code = "\n".join(file.read_text(encoding="utf-8") for file in files)
    assert [name for name in ACTIONS if f'"{name}"' not in code] == []
