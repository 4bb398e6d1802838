"""A real OpenID Connect provider on a loopback port: Authlib's own server side, real signatures.

It signs whoever asks in as `subject`, and can be told to lie (`lie`) in one way at a time.
"""

import hmac
import threading
from base64 import urlsafe_b64encode
from contextlib import contextmanager

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, grants
from authlib.oauth2.rfc6749.models import AuthorizationCodeMixin
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from joserfc.util import json_b64encode
from werkzeug.serving import make_server

from incentive.core import clock

CLIENT, SECRET = "incentive", "a secret of the tests"


def _now():
    return int(clock.now().timestamp())


def _base64(data):
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _parts(header, claims):
    return ".".join(json_b64encode(part).decode() for part in (header, claims))


class Client(ClientMixin):
    def __init__(self, server):
        self.server = server

    def get_client_id(self):
        return CLIENT

    def get_default_redirect_uri(self):
        return None

    def get_allowed_scope(self, scope):
        return scope

    def check_redirect_uri(self, redirect_uri):
        return redirect_uri == self.server.back

    def check_client_secret(self, client_secret):
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method, _endpoint):
        return method == "client_secret_basic"

    def check_response_type(self, response_type):
        return response_type == "code"

    def check_grant_type(self, grant_type):
        return grant_type == "authorization_code"


class Code(AuthorizationCodeMixin):
    def __init__(self, code, asked, subject):
        self.code, self.user, self.scope = code, subject, asked.payload.scope
        self.redirect_uri = asked.payload.redirect_uri
        self.nonce = asked.payload.data.get("nonce")
        self.code_challenge = asked.payload.data.get("code_challenge")
        self.code_challenge_method = asked.payload.data.get("code_challenge_method")

    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope

    def get_nonce(self):
        return self.nonce

    def get_auth_time(self):
        return _now()

    def get_acr(self):
        return None

    def get_amr(self):
        return None


class Provider:
    """The server, and what a test looks at or changes."""

    def __init__(self):
        self.subject, self.lie, self.back = "person-1", None, ""
        self.codes, self.tokens, self.token_requests = {}, [], []
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}, private=True)
        self.other = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}, private=True)
        self._http = make_server("127.0.0.1", 0, self._app(), threaded=True)
        self.issuer = f"http://127.0.0.1:{self._http.server_port}"

    def start(self):
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def stop(self):
        self._http.shutdown()
        self._http.server_close()

    def id_token(self, claims, header):
        """The signed ID token, or a lie."""
        lies = {
            "issuer": {"iss": "https://evil.example"},
            "audience": {"aud": ["somebody else"]},
            "expired": {"exp": _now() - 3600, "iat": _now() - 7200},
            "nonce": {"nonce": "another"},
            "no subject": {"sub": ""},
            "other party": {"aud": [CLIENT, "x"], "azp": "x"},
        }
        claims |= lies.get(self.lie, {})
        if self.lie == "replayed" and self.tokens:
            return self.tokens[0]
        if self.lie == "unsigned":
            return _parts({"alg": "none"}, claims) + "."
        if self.lie == "public key as secret":
            signed = _parts({"alg": "HS256", "kid": "one"}, claims)
            public = self.key.as_pem(private=False)
            return f"{signed}.{_base64(hmac.digest(public, signed.encode(), 'sha256'))}"
        key = self.other if self.lie == "forged" else self.key
        return jwt.encode(header, claims, key, ["RS256"])

    def _app(self):  # noqa: C901 - many small views
        provider = self
        app = Flask("provider")
        server = AuthorizationServer(
            app,
            query_client=lambda name: Client(provider) if name == CLIENT else None,
            save_token=lambda _token, _asked: None,
        )

        class Grant(grants.AuthorizationCodeGrant):
            TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

            def save_authorization_code(self, code, asked):
                provider.codes[code] = Code(code, asked, provider.subject)

            def query_authorization_code(self, code, _client):
                return provider.codes.get(code)

            def delete_authorization_code(self, authorization_code):
                provider.codes.pop(authorization_code.code, None)

            def authenticate_user(self, authorization_code):
                return authorization_code.user

        class IdToken(OpenIDCode):
            def exists_nonce(self, nonce, _asked):
                return any(code.nonce == nonce for code in provider.codes.values())

            def resolve_client_private_key(self, _client):
                return provider.key

            def get_client_claims(self, _client):
                return {"iss": provider.issuer, "aud": [CLIENT]}

            def generate_user_info(self, user, _scope):
                return UserInfo(sub=user, email="mayor@city.example", phone_number="+8613812345678")

            def process_token(self, grant, response):
                _, token, _ = response
                claims = self.get_compatible_claims(grant.request)
                claims |= self.get_authorization_code_claims(grant.request.authorization_code)
                claims |= self.generate_user_info(grant.request.user, token["scope"])
                token["id_token"] = provider.id_token(claims, {"alg": "RS256", "kid": "one"})
                provider.tokens.append(token["id_token"])
                return token

        server.register_grant(Grant, [CodeChallenge(required=True), IdToken(require_nonce=True)])

        @app.get("/.well-known/openid-configuration")
        def discovery():
            issuer = provider.issuer
            elsewhere = provider.lie == "elsewhere"
            return jsonify(
                issuer="https://evil.example" if provider.lie == "another issuer" else issuer,
                authorization_endpoint=f"{issuer}/authorize",
                token_endpoint="http://127.0.0.1:1/token" if elsewhere else f"{issuer}/token",
                jwks_uri=f"{issuer}/jwks",
            )

        @app.get("/jwks")
        def jwks():
            if provider.lie == "redirect":
                return redirect("http://127.0.0.1:1/jwks")
            if provider.lie == "endless":
                return "x" * 1_000_000
            return jsonify(keys=[provider.key.as_dict(private=False)])

        @app.get("/authorize")
        def authorize():
            grant = server.get_consent_grant(end_user=provider.subject)
            return server.create_authorization_response(grant_user=provider.subject, grant=grant)

        @app.post("/token")
        def token():
            provider.token_requests.append(dict(request.form))
            return server.create_token_response()

        @app.get("/sns/oauth2/access_token")
        def wechat():
            provider.token_requests.append(dict(request.args))
            if request.args.get("code") != "wx-code":
                return jsonify(errcode=40029, errmsg="invalid code")
            return jsonify(access_token="x", openid="open-1", unionid=provider.subject)

        return app


@contextmanager
def running():
    """A provider that serves until the block ends."""
    provider = Provider()
    provider.start()
    try:
        yield provider
    finally:
        provider.stop()
