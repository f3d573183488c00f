"""What is wrong with the settings of push, told at start: most push services would only say so by taking nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from server.push import hosts

# Apple takes nothing from a sender whose contact is no public address; Firefox and Chrome would never tell.
CONTACT = re.compile(r"(?:mailto:[\w.+-]+@|https://)((?:[a-z0-9-]+\.)+[a-z]{2,})", re.ASCII | re.IGNORECASE)
NOWHERE = ("localhost", "local", "invalid", "test", "internal", "lan")


def problems(private_key: str, contact: str, allowed: Sequence[str], proxy: str, *, demo: bool) -> Iterator[str]:
    if contact and not _is_public(contact):
        yield "VAPID_CONTACT: write mailto:name@example.nhs.uk or https://example.nhs.uk, and no path after it."
    if private_key and not contact and not demo:
        yield "VAPID_CONTACT: say whom push services may write to, for example mailto:name@example.nhs.uk."
    for each in allowed:
        if not hosts.HOST.fullmatch(each) and not hosts.ORIGIN.fullmatch(each):
            yield f"PUSH_ALLOWED_HOSTS: {each!r} is neither a host like push.example.org nor an origin with https://."
    if proxy and (urlsplit(proxy).scheme not in ("http", "https") or not urlsplit(proxy).hostname):
        yield "PUSH_PROXY: write it as http://name:3128."


def _is_public(contact: str) -> bool:
    found = CONTACT.fullmatch(contact)
    return found is not None and found[1].lower().rpartition(".")[2] not in NOWHERE
