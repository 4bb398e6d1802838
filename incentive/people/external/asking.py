"""Asking another service: only the one that is configured, at addresses that are its own."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

import httpx
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.base import OAuth2Error
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from incentive.core import outward
from incentive.people.external.domain import ALGORITHMS, OIDC, Provider, subject_of
from incentive.people.external.errors import ProofRefused, ProviderAway

BYTES_MAX: Final = 256 * 1024
# How far the two clocks may differ.
LEEWAY_SECONDS: Final = 60
_DISCOVERY: Final = "/.well-known/openid-configuration"


class _Session:
    """What Authlib's client sends by: one request, to the service itself, and no redirects."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def post(self, url: str, *, data: Mapping[str, str], headers: Any, auth: Any) -> httpx.Response:
        """Post a form, with the client's own proof in it."""
        url, headers, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        return self.request("POST", url, headers=headers, content=body)

    def request(self, method: str, url: str, **more: Any) -> httpx.Response:
        """Send one request.

        Raises:
            ProviderAway: it is not answered, or with too much, or leads elsewhere.
        """
        if not self._provider.allows(url):
            raise ProviderAway
        headers, content = more.get("headers") or {}, more.get("content")
        inside = self._provider.inside or self._provider.loopback
        try:
            with outward.asking(method, url, headers, content, inside=inside) as answer:
                read = bytearray()
                for part in answer.iter_bytes():
                    read += part
                    if len(read) > BYTES_MAX:
                        raise ProviderAway
        except outward.Unsent:
            raise ProviderAway from None
        if answer.is_redirect:
            raise ProviderAway
        return httpx.Response(answer.status_code, content=bytes(read), request=answer.request)


def way_there(provider: Provider, back: str, *, state: str, nonce: str, verifier: str) -> str:
    """Return the address at the service that a browser is sent to, which sends it to `back`.

    Raises:
        ProviderAway: the service does not say where that is.
    """
    if provider.kind != OIDC:
        asked = [
            (provider.client_id_name, provider.client_id),
            ("redirect_uri", back),
            ("response_type", "code"),
            ("scope", provider.scope),
            ("state", state),
        ]
        address = str(add_params_to_uri(provider.authorize_url, asked))
        return f"{address}#{provider.fragment}" if provider.fragment else address
    client = _client(provider, back)
    url, _state = client.create_authorization_url(
        _discovered(provider)["authorization_endpoint"],
        state=state,
        code_verifier=verifier,
        nonce=nonce,
    )
    return str(url)


def subject(
    provider: Provider, back: str, code: str, *, nonce: str, verifier: str, at: datetime
) -> str:
    """Return by what the service knows who came back with `code`.

    Raises:
        ProofRefused: the code, or the ID token for it, is not good.
        ProviderAway: the service does not answer as it should.
    """
    if provider.kind != OIDC:
        return _plain_subject(provider, back, code)
    found = _discovered(provider)
    try:
        token = _client(provider, back).fetch_token(
            found["token_endpoint"],
            code=code,
            code_verifier=verifier,
            grant_type="authorization_code",
        )
    except OAuth2Error:
        raise ProofRefused from None
    except (ValueError, httpx.HTTPError):
        raise ProviderAway from None
    claims = _claims(provider, found, token, nonce, at)
    return str(claims["sub"])


def _claims(
    provider: Provider, found: Mapping[str, Any], token: Mapping[str, Any], nonce: str, at: datetime
) -> CodeIDToken:
    keys: Any = _json(provider, found["jwks_uri"])
    try:
        read = jwt.decode(
            token["id_token"], KeySet.import_key_set(keys), algorithms=list(ALGORITHMS)
        )
        options = {
            "iss": {"essential": True, "value": provider.issuer},
            "aud": {"essential": True, "value": provider.client_id},
        }
        params = {
            "nonce": nonce,
            "client_id": provider.client_id,
            "access_token": token.get("access_token"),
        }
        claims = CodeIDToken(read.claims, read.header, options, params)
        claims.validate(now=int(at.timestamp()), leeway=LEEWAY_SECONDS)
    except (JoseError, KeyError, TypeError, ValueError):
        raise ProofRefused from None
    if not isinstance(claims["sub"], str) or not claims["sub"]:
        raise ProofRefused
    return claims


def _plain_subject(provider: Provider, back: str, code: str) -> str:
    asked = {
        provider.client_id_name: provider.client_id,
        provider.client_secret_name: provider.client_secret,
        "code": code,
        "grant_type": "authorization_code",
    }
    if provider.exchange_method == "GET":
        url, more = f"{provider.token_url}?{urlencode(asked)}", {}
    else:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode(asked | {"redirect_uri": back})
        url, more = provider.token_url, {"content": body, "headers": form}
    known = subject_of(
        provider, _object(_Session(provider).request(provider.exchange_method, url, **more))
    )
    if known is None:
        raise ProofRefused
    return known


def _client(provider: Provider, back: str) -> OAuth2Client:
    return OAuth2Client(
        _Session(provider),
        client_id=provider.client_id,
        client_secret=provider.client_secret or None,
        scope=provider.scope,
        redirect_uri=back,
        code_challenge_method="S256" if provider.pkce else None,
    )


def _discovered(provider: Provider) -> Mapping[str, Any]:
    found = _json(provider, provider.issuer.rstrip("/") + _DISCOVERY)
    needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    # What calls itself another issuer is not the one that was configured.
    if found.get("issuer") != provider.issuer or not all(
        provider.allows(str(found.get(name))) for name in needed
    ):
        raise ProviderAway
    return found


def _json(provider: Provider, url: str) -> Mapping[str, Any]:
    answer = _Session(provider).request("GET", url)
    if not answer.is_success:
        raise ProviderAway
    return _object(answer)


def _object(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        raise ProviderAway from None
    if not isinstance(found, dict):
        raise ProviderAway
    return found
