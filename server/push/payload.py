"""What is sent to every phone: the same bytes for everybody and everything, but for a tag that says nothing.

The words are written by the phone, once it has fetched what there is. Phones that show it without asking the app
(Safari) show these. Knows no notice and no person.
"""

from __future__ import annotations

import msgspec

LENGTH = 512  # bytes, so that not even a length tells anything
DECLARATIVE = 8030  # by this number a browser knows what it can show by itself
BODY = "You have something to read."


def payload(name: str, public_url: str, tag: str) -> bytes:
    """Absolute address, no null and nothing empty: Safari leaves the whole message out otherwise."""
    notification = {
        "title": name,
        "body": BODY,
        "navigate": f"{public_url}/inbox",
        "lang": "en-GB",
        "dir": "auto",
        "tag": tag,
    }
    message = {"web_push": DECLARATIVE, "notification": notification, "p": ""}
    short = LENGTH - len(msgspec.json.encode(message))
    return msgspec.json.encode({**message, "p": " " * short})
