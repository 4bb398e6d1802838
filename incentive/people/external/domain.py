"""What is configured of another service, and what its answers must be: no clock, no network."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from incentive.config import SettingsError

ATTEMPT_TIME: Final = timedelta(minutes=10)
LINK_TIME: Final = timedelta(minutes=15)
OIDC: Final = "oidc"
OAUTH2: Final = "oauth2"
# Signed by the service's private key: never `none`, and none that takes a public key for a secret.
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
# WeChat's website sign-in (open.weixin.qq.com): OAuth 2.0 by names of its own, without ID tokens.
WECHAT: Final[Mapping[str, Any]] = {
    "kind": OAUTH2,
    "label": "微信",
    "authorize_url": "https://open.weixin.qq.com/connect/qrconnect",
    "token_url": "https://api.weixin.qq.com/sns/oauth2/access_token",
    "exchange_method": "GET",
    "client_id_name": "appid",
    "client_secret_name": "secret",
    "scope": "snsapi_login",
    "fragment": "wechat_redirect",
    "subject_names": ["unionid", "openid"],
    "pkce": False,
}
_PRESETS: Final = {"wechat": WECHAT}
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Provider:
    """A service that is believed to know people again. Only it is ever asked over the network.

    `hosts` are what its addresses may lie at besides the issuer's own host. Of kind `oidc` its
    addresses come from the issuer's discovery; of kind `oauth2` they are given here, and so are the
    names that it has for parameters and for its subject. `inside`: it may lie in a private network.
    """

    name: str
    label: str
    kind: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str
    issuer: str = ""
    hosts: frozenset[str] = frozenset()
    authorize_url: str = ""
    token_url: str = ""
    exchange_method: str = "POST"
    client_id_name: str = "client_id"
    client_secret_name: str = "client_secret"  # noqa: S105 - what the parameter is called
    subject_names: tuple[str, ...] = ("sub",)
    fragment: str = ""
    pkce: bool = True
    loopback: bool = False
    inside: bool = False

    def allows(self, url: str) -> bool:
        """Say whether `url` is one of this service's: by TLS, at the issuer's host or a listed one."""
        try:
            parts = urlsplit(url)
            _port = parts.port
        except ValueError:
            return False
        own = {urlsplit(each).netloc for each in (self.issuer, self.authorize_url, self.token_url)}
        known = parts.netloc in (own - {""}) | self.hosts and parts.username is None
        by_loopback = self.loopback and parts.hostname in _LOOPBACK and parts.scheme == "http"
        return known and (parts.scheme == "https" or by_loopback)


def provider(name: str, given: Mapping[str, Any]) -> Provider:
    """Return the service `name` as configured; `preset` names one whose ways are known here.

    Raises:
        SettingsError: something is missing, unknown, or not by TLS.
    """
    where = f"INCENTIVE_IDENTITY_PROVIDERS: {name}"
    values = dict(given)
    preset = values.pop("preset", None)
    if preset is not None:
        if preset not in _PRESETS:
            raise SettingsError(f"{where}: there is no preset {preset!r}.")
        values = {**_PRESETS[preset], **values}
    if not (name.isascii() and name.isalnum() and name.islower()):
        raise SettingsError(f"{where}: a name is made of small letters and digits.")
    values.setdefault("kind", OIDC)
    values.setdefault("label", name)
    values.setdefault("scope", "openid" if values["kind"] == OIDC else "")
    for listed, kind in (("hosts", frozenset), ("subject_names", tuple)):
        if listed in values:
            values[listed] = kind(values[listed])
    try:
        made = Provider(name=name, **values)
    except TypeError as error:
        raise SettingsError(f"{where}: {error}") from None
    needed = [made.issuer] if made.kind == OIDC else [made.authorize_url, made.token_url]
    if made.kind not in {OIDC, OAUTH2} or not all(map(made.allows, needed)):
        raise SettingsError(f"{where}: it needs a kind, and https addresses.")
    return made


def subject_of(provider: Provider, answer: Mapping[str, Any]) -> str | None:
    """Return by what a service without ID tokens knows the person, or None."""
    for name in provider.subject_names:
        value = answer.get(name)
        if isinstance(value, str) and value:
            return f"{name}:{value}"
    return None
