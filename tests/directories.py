"""Two directories that speak OpenID Connect over real HTTP: one that somebody else wrote, and one of our own that can
be told to answer wrongly. Know nothing of the app."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from base64 import b64encode, urlsafe_b64encode
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from tests.processes import dies_with_us, free_port

CLIENT, SECRET = "common-ground", "a secret of the app and the directory"
START_SECONDS = 30
BASIC = "Basic " + b64encode(f"{quote_plus(CLIENT)}:{quote_plus(SECRET)}".encode()).decode()


class Foreign:
    """oidc-provider-mock as a process: its own log-in page, with whoever `people` are on it."""

    def __init__(self, folder: Path, people: dict[str, dict[str, Any]]) -> None:
        self.port = free_port()
        self.issuer = f"http://localhost:{self.port}"
        named = [json.dumps({"sub": sub, **claims}) for sub, claims in people.items()]
        more = [part for each in named for part in ("--user-claims", each)]
        command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(self.port), *more]
        with (folder / "directory.log").open("ab") as log:
            self._process = subprocess.Popen([*dies_with_us(), *command], stdout=log, stderr=log)

    def __enter__(self) -> Self:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            try:
                httpx.get(f"{self.issuer}/.well-known/openid-configuration", trust_env=False)
                return self
            except httpx.TransportError:
                assert self._process.poll() is None, "the directory ended at once"
                time.sleep(0.05)
        raise AssertionError("the directory did not answer in time")

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def say_yes(self, address: str, sub: str) -> str:
        """As the person, on its page; answers where it leads back to."""
        return httpx.post(address, data={"sub": sub}, trust_env=False).headers["location"]


class Own:
    """Holds the app to the standard: its secret, its address to come back to, PKCE, and each code once.

    `claims` go into the next ID token over the right ones (None takes one away); `fault` names another lie.
    """

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})
        self.claims: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.fault = ""
        self.takes_post = False
        self.asked: dict[str, dict[str, str]] = {}  # by code
        self.refused: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Handler,), {"directory": self}))
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def say_yes(self, address: str, **more: str) -> str:
        """As the person, who is let through at once; answers where it leads back to."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = f"code-{len(self.asked)}"
        self.asked[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state'], **more})}"

    def metadata(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize?tenant=1",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }
        told |= {"userinfo_endpoint": f"{self.issuer}/me"} if self.userinfo else {}
        told |= {"token_endpoint_auth_methods_supported": ["client_secret_post"]} if self.takes_post else {}
        told |= {"issuer": "https://elsewhere.example"} if self.fault == "issuer of its addresses" else {}
        told |= {"token_endpoint": "http://elsewhere.example/token"} if self.fault == "plain http" else {}
        return told

    def tokens(self, form: dict[str, str], authorization: str | None) -> tuple[int, dict[str, Any]]:
        query = self.asked.pop(form.get("code", ""), None)
        if (form.get("client_secret") != SECRET) if self.takes_post else (authorization != BASIC):
            self.refused.append("secret")
            return 401, {"error": "invalid_client"}
        digest = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        fits = query and (query["code_challenge"], query["redirect_uri"]) == (digest, form["redirect_uri"])
        if query is None or not fits:
            self.refused.append("code")
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "for-me", "token_type": "Bearer", "id_token": self.id_token(query["nonce"])}

    def id_token(self, nonce: str) -> str:
        moment = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": "s1", "iat": moment, "exp": moment + 300, "nonce": nonce}
        claims |= {"email": "jo@example.nhs.uk", "email_verified": True, "name": "Jo Bloggs"}
        claims |= {"amr": ["pwd", "mfa"]} | self.claims
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.fault == "another key":
            return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, RSAKey.generate_key(2048))
        if self.fault == "signed with our secret":
            return jwt.encode({"alg": "HS256", "kid": "k1"}, claims, OctKey.import_key(SECRET))
        if self.fault == "not signed":
            parts = [
                urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({"alg": "none"}, claims)
            ]
            return ".".join([*parts, ""])
        return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, self.key)


class Handler(BaseHTTPRequestHandler):
    directory: Own

    def do_GET(self) -> None:
        own = self.directory
        told: dict[str, Any] = {
            "/.well-known/openid-configuration": own.metadata(),
            "/keys": {"keys": [own.key.as_dict(private=False)]},
            "/me": own.userinfo if self.headers["authorization"] == "Bearer for-me" else {},
        }
        self._answer(503 if own.fault == "down" else 200, told[self.path])

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        self._answer(*self.directory.tokens(form, self.headers["authorization"]))

    def _answer(self, status: int, told: dict[str, Any]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(told).encode())

    def log_message(self, *_: object) -> None:
        """Says nothing."""
