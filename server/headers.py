"""What every answer carries, and where a write may come from. Knows no route and no person.

`add` is a `before_send` hook because middleware does not run for 404 and 405.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

POLICY = "; ".join(
    (
        "default-src 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
SECURITY = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
HTTPS_ONLY = {"strict-transport-security": "max-age=31536000"}
SAFE = frozenset(("GET", "HEAD", "OPTIONS"))

Raw = Sequence[tuple[bytes, bytes]]


def security(secure: bool) -> dict[str, str]:
    return SECURITY | HTTPS_ONLY if secure else SECURITY


def encoded(headers: dict[str, str]) -> Raw:
    return [(name.encode(), value.encode()) for name, value in headers.items()]


def first(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str | None:
    for key, value in headers:
        if key == name:
            return value.decode("latin-1")
    return None


def is_same_origin(sent: Iterable[tuple[bytes, bytes]], public_url: str) -> bool:
    """Sec-Fetch-Site decides where the browser sends it, else Origin, else Referer. What sends none of them is no
    browser, and holds no cookie that a person did not give it. To an app on https, http:// is another website:
    whoever is on the line can write its pages."""
    headers = list(sent)
    site = first(headers, b"sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    said = first(headers, b"origin")
    said = first(headers, b"referer") if said is None else said
    if said is None:
        return True
    try:
        theirs, ours = urlsplit(said), urlsplit(public_url)
    except ValueError:  # no address at all
        return False
    if ours.scheme == "https" and theirs.scheme != "https":
        return False
    return theirs.netloc != "" and theirs.netloc in (first(headers, b"host"), ours.netloc)
