"""The organisation's own directory, by OpenID Connect: the code flow with PKCE, and the check of what it answers.

Knows no cookie, no page and no person. Nothing that it raises or keeps holds a name, an address or a token.
"""

from __future__ import annotations

import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple
from urllib.parse import quote_plus, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import ClaimError, ExpiredTokenError, InvalidClaimError, JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from server.config import HERE, Config

ALGORITHMS = ("RS256", "PS256", "ES256")  # signed with a key that only the directory has; never one we share with it
SCOPE = "openid email profile"
LEEWAY = 60  # seconds that two clocks may differ
FRESH = 3600  # seconds for which its addresses are believed
TIMES = ("exp", "iat", "nbf")
# What a person is told when it did not come to a log in, and what to do next.
SAID = {
    "again": "That log in was not finished, or it took longer than 10 minutes. Start it again here.",
    "denied": "You turned back, or your organisation did not let you through. Try again, or get a code by email.",
    "away": "We could not reach your organisation. Try again in a few minutes, or get a code by email.",
    "clock": "Your organisation’s clock and ours do not agree. Get a code by email, and tell those who run this app.",
    "odd": "We could not be sure who answered us. Get a code by email, and tell those who run this app.",
    "address": "Your organisation named no work email address that may log in here. Tell those who run this app.",
}
# What directories say of a log in with more than one proof: RFC 8176, REFEDS, NHS CIS2 and OpenID's own.
TWICE = frozenset(
    (
        "mfa",
        "https://refeds.org/profile/mfa",
        "AAL2_OR_AAL3_ANY",
        "AAL3_ANY",
        "http://schemas.openid.net/pape/policies/2007/06/multi-factor",
    )
)

Claims = Mapping[str, Any]


class NotDone(Exception):
    """`why` is a key of the sentences that a person is told; `what` is for the log."""

    def __init__(self, why: str, what: str) -> None:
        super().__init__(what)
        self.why, self.what = why, what


class Asked(NamedTuple):
    """What this browser was sent there with. What comes back has to fit."""

    state: str
    nonce: str
    verifier: str


def new_asked() -> Asked:
    return Asked(*(secrets.token_urlsafe(32) for _ in Asked._fields))


class Directory:
    """One in a process. Its addresses are asked for again each hour, its keys at each log in."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._back = f"{config.public_url}/log-in/directory/back"
        self._told: dict[str, Any] = {}
        self._told_at = 0.0

    async def address(self, asked: Asked) -> str:
        """Where to send the browser."""
        async with _http() as http:
            told = await self._metadata(http)
        digest = sha256(asked.verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self._config.oidc_client_id,
            "redirect_uri": self._back,
            "scope": SCOPE,
            "state": asked.state,
            "nonce": asked.nonce,
            "code_challenge": urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        start = told["authorization_endpoint"]
        return f"{start}{'&' if urlsplit(start).query else '?'}{urlencode(query)}"

    async def claims(self, asked: Asked, code: str, moment: int) -> Claims:
        """What the directory says of whoever has this code, once all of it is checked. `moment` is in seconds."""
        async with _http() as http:
            told = await self._metadata(http)
            tokens = await self._tokens(http, told, code, asked.verifier)
            keys = await _json(http, "GET", told["jwks_uri"])
            said = checked(tokens.get("id_token"), keys, self._config, asked.nonce, moment)
            if self._config.oidc_email_claim in said or "userinfo_endpoint" not in told:
                return said
            bearer = {"Authorization": f"Bearer {tokens.get('access_token')}"}
            more = await _json(http, "GET", told["userinfo_endpoint"], headers=bearer)
        if more.get("sub") != said["sub"]:
            raise NotDone("odd", "userinfo is about somebody else")
        return {**more, **said}

    async def _metadata(self, http: httpx.AsyncClient) -> dict[str, Any]:
        if not self._told or time.monotonic() - self._told_at > FRESH:
            issuer = self._config.oidc_issuer
            told = await _json(http, "GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if told.get("issuer") != issuer:
                raise NotDone("odd", "the issuer is not OIDC_ISSUER, letter by letter")
            places = [told.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
            places += [told[name] for name in ("userinfo_endpoint",) if name in told]
            if not all(isinstance(place, str) and is_safe(place) for place in places):
                raise NotDone("odd", "an address of the directory is missing or is not https")
            self._told, self._told_at = told, time.monotonic()
        return self._told

    async def _tokens(self, http: httpx.AsyncClient, told: Claims, code: str, verifier: str) -> dict[str, Any]:
        config = self._config
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._back,
            "client_id": config.oidc_client_id,
            "code_verifier": verifier,
        }
        if "client_secret_post" in told.get("token_endpoint_auth_methods_supported", []):
            form["client_secret"] = config.oidc_client_secret
            return await _json(http, "POST", told["token_endpoint"], data=form)
        auth = httpx.BasicAuth(
            quote_plus(config.oidc_client_id), quote_plus(config.oidc_client_secret)
        )  # RFC 6749 2.3.1
        return await _json(http, "POST", told["token_endpoint"], data=form, auth=auth)


def is_safe(place: str) -> bool:
    """https, or this very machine, as in a demo."""
    parts = urlsplit(place)
    return bool(parts.netloc) and (parts.scheme == "https" or parts.hostname in HERE)


def checked(token: Any, keys: Any, config: Config, nonce: str, moment: int) -> Claims:
    """The claims of an ID token that is signed by the directory, for us, now, and for this log in."""
    must: dict[str, Any] = {name: {"essential": True} for name in ("sub", "aud", "exp", "iat")}
    must |= {"iss": {"essential": True, "value": config.oidc_issuer}, "nonce": {"essential": True, "value": nonce}}
    try:
        claims = jwt.decode(str(token), KeySet.import_key_set(keys), algorithms=ALGORITHMS).claims
        JWTClaimsRegistry(now=moment, leeway=LEEWAY, **must).validate(claims)
    except ExpiredTokenError as fault:
        raise NotDone("clock", "exp") from fault
    except InvalidClaimError as fault:
        raise NotDone("clock" if fault.claim in TIMES else "odd", f"claim {fault.claim}") from fault
    except (JoseError, ClaimError, ValueError, TypeError, KeyError) as fault:
        raise NotDone("odd", type(fault).__name__) from fault
    if claims["aud"] not in (config.oidc_client_id, [config.oidc_client_id]):
        raise NotDone("odd", "claim aud")
    return claims


def proved_twice(claims: Claims) -> bool:
    """Whether the directory says that it asked for a second factor; where it says nothing, it did not."""
    methods = claims.get("amr")
    return bool(TWICE & {str(claims.get("acr")), *(map(str, methods) if isinstance(methods, list) else ())})


def _http() -> httpx.AsyncClient:
    """Follows nobody elsewhere, and waits for nobody long."""
    return httpx.AsyncClient(timeout=10, follow_redirects=False)


async def _json(http: httpx.AsyncClient, method: str, place: str, **more: Any) -> dict[str, Any]:
    try:
        answer = await http.request(
            method, place, headers={"Accept": "application/json", **more.pop("headers", {})}, **more
        )
        told = answer.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as fault:
        raise NotDone("away", type(fault).__name__) from fault
    if not isinstance(told, dict):
        raise NotDone("away", "no record came back")
    if told.get("error") == "invalid_grant":
        raise NotDone("again", "the directory does not know the code, or not any more")
    if answer.status_code in (400, 401):
        raise NotDone("odd", "the directory does not know us: look at OIDC_CLIENT_ID and OIDC_CLIENT_SECRET")
    if answer.status_code != 200:
        raise NotDone("away", f"status {answer.status_code}")
    return told
