"""What each address takes: found by asking it, and by the API's own document."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from werkzeug.datastructures import ImmutableMultiDict

from incentive.core import clock
from incentive.core.ids import new_id
from tests.security.urls import addresses, value_of

_ROUNDS = 6


@dataclass
class Question:
    """One method at one address, with a plausible value for each thing that it may be told."""

    address: object
    ids: dict
    query: dict = field(default_factory=dict)
    form: dict = field(default_factory=dict)
    json: dict | None = None

    @property
    def fields(self):
        """Every place for a text: (where, name)."""
        found = [("path", name) for name in sorted(self.address.rule.arguments)]
        found += [("query", name) for name in self.query]
        found += [("form", name) for name in self.form]
        return found + [("json", name) for name in self.json or {}]

    def ask(self, client, headers, where=None, name=None, text=None):
        """Send it, with `text` at one place in it."""
        headers = headers | {"Origin": "http://localhost", "Idempotency-Key": str(new_id())}
        query, form, body = dict(self.query), dict(self.form), self.json and dict(self.json)
        path = self.address.path
        if where == "path":
            path = self._path(name, text)
        elif where == "header":
            headers[name] = text
        elif where is not None:
            {"query": query, "form": form, "json": body}[where][name] = text
        if "key" in form and name != "key":
            form["key"] = str(new_id())
        more = {"json": body} if self.json is not None else {"data": form} if form else {}
        return client.open(
            path, method=self.address.method, query_string=query, headers=headers, **more
        )

    def _path(self, name, text):
        from urllib.parse import quote

        path = ""
        for is_dynamic, part in self.address.rule._trace:
            if part == "|":
                continue
            value = (
                text
                if part == name
                else value_of(self.address.rule, part, self.ids)
                if is_dynamic
                else part
            )
            path += quote(str(value), safe="" if is_dynamic and part != "code" else "/:")
        return path


class _Heard(ImmutableMultiDict):
    """Remembers by which names a view asked for parameters."""

    asked: set

    def get(self, key, default=None, type=None):  # noqa: A002 - werkzeug's own name
        self.asked.add(key)
        return super().get(key, default, type)

    def __getitem__(self, key):
        self.asked.add(key)
        return super().__getitem__(key)

    def __contains__(self, key):
        self.asked.add(key)
        return super().__contains__(key)

    def getlist(self, key, type=None):  # noqa: A002
        self.asked.add(key)
        return super().getlist(key, type)


def questions(app, client, ids, headers, undone):
    """Every address with what it takes; `undone` runs a request and undoes what it did."""
    document = client.get("/api/v1/openapi.json").json
    found = []
    for address in addresses(app, ids):
        question = Question(address, ids)
        if address.is_api:
            _by_document(document, question)
        else:
            _by_asking(app, client, question, headers, undone)
        found.append(question)
    return found


def _by_asking(app, client, question, headers, undone):
    """Send what is known to be asked for until nothing new is."""
    kept = app.request_class.parameter_storage_class
    asked = set()
    app.request_class.parameter_storage_class = type("Heard", (_Heard,), {"asked": asked})
    try:
        for _ in range(_ROUNDS):
            before = len(asked)
            undone(lambda: question.ask(client, headers))
            names = asked - {"lang", "_method"}
            values = {name: _plausible(name, question.ids) for name in sorted(names)}
            if question.address.is_change:
                question.form = values
            else:
                question.query = values
            if len(asked) == before:
                break
    finally:
        app.request_class.parameter_storage_class = kept


def _plausible(name, ids):
    if name in ids:
        return str(ids[name])
    if name == "cursor":
        return ""
    if name.endswith(("_id", "nonce")):
        return str(new_id())
    if any(part in name for part in ("day", "from", "to", "until", "month")):
        return (date(2026, 11, 1)).isoformat()
    if any(part in name for part in ("quantity", "points", "amount", "fen", "price", "cost")):
        return "1"
    return "一"


def _by_document(document, question):
    path = question.address.rule.rule
    for part in question.address.rule.arguments:
        path = _named(path, part)
    operation = document["paths"].get(path, {}).get(question.address.method.lower())
    if operation is None:
        return
    for parameter in operation.get("parameters", []):
        if parameter.get("in") == "query":
            question.query[parameter["name"]] = _example(
                document, parameter["schema"], parameter["name"], question.ids
            )
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body:
        question.json = _example(document, body["schema"], "", question.ids)


def _named(rule, part):
    import re

    return re.sub(rf"<(?:[^<>]*:)?{part}>", f"{{{part}}}", rule)


def _example(document, schema, name, ids):
    while "$ref" in schema:
        at = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            at = at[step]
        schema = at
    choice = next((c for c in ("allOf", "anyOf", "oneOf") if c in schema), None)
    if choice is not None:
        return _example(document, schema[choice][0], name, ids)
    kind = schema.get("type", "string")
    kind = next(k for k in kind if k != "null") if isinstance(kind, list) else kind
    if kind == "object":
        properties = schema.get("properties", {})
        return {key: _example(document, below, key, ids) for key, below in properties.items()}
    if kind == "array":
        return [_example(document, schema.get("items", {}), name.removesuffix("s"), ids)]
    if "enum" in schema or name in ids:
        return str(ids[name]) if name in ids else next(filter(None, schema["enum"]))
    if kind == "string":
        return _text(schema, name)
    return {"boolean": True, "integer": 1, "number": 1.5}[kind]


def _text(schema, name):
    form = schema.get("format")
    if form == "uuid":
        return str(new_id())
    if form == "date":
        return "2026-11-01"
    if form == "date-time":
        return (clock.now() + timedelta(hours=1)).isoformat()
    if name == "phone":
        return "13812345678"
    return "一二三四五六七八"[: schema.get("maxLength", 8)]
