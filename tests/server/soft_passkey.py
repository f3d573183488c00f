"""An authenticator in memory: it signs what a browser would have it sign, and what no browser would.

Written from the WebAuthn recommendation, not from the library that checks it.
"""

import hashlib
import json
import struct
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import cbor2
import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from server.config import from_base64, to_base64
from tests.server.arriving import Client, get, post, with_code
from tests.server.conftest import Mailbox

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
ZERO_ID = bytes(16)


@dataclass
class SoftPasskey:
    origin: str = "https://app.example.org"
    host: str = "app.example.org"
    credential: bytes = b"credential-one--"
    count: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, options: dict[str, Any], **other: Any) -> str:
        """`other` replaces what the client says: origin, challenge or type."""
        client_data = self._client_data("webauthn.create", options, other)
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        attested = ZERO_ID + struct.pack(">H", len(self.credential)) + self.credential + public
        data = self._authenticator_data(PRESENT | VERIFIED | ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        response = {"clientDataJSON": to_base64(client_data), "attestationObject": to_base64(attestation)}
        return self._credential(response)

    def use(self, options: dict[str, Any], *, flags: int = PRESENT | VERIFIED, **other: Any) -> str:
        self.count += 1
        client_data = self._client_data("webauthn.get", options, other)
        data = self._authenticator_data(flags)
        signature = self.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": to_base64(client_data),
            "authenticatorData": to_base64(data),
            "signature": to_base64(signature),
        }
        return self._credential(response)

    def _client_data(self, type: str, options: dict[str, Any], other: dict[str, Any]) -> bytes:
        said = {"type": type, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(said | other).encode()

    def _authenticator_data(self, flags: int) -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + struct.pack(">I", self.count)

    def _credential(self, response: dict[str, str]) -> str:
        id = to_base64(self.credential)
        return json.dumps({"id": id, "rawId": id, "type": "public-key", "response": response})


def flipped(answer: str, name: str) -> str:
    """The same answer with one bit of this part of it turned."""
    said = json.loads(answer)
    raw = bytearray(from_base64(said["response"][name]))
    raw[-1] ^= 1
    said["response"][name] = to_base64(bytes(raw))
    return json.dumps(said)


def options(page: httpx.Response) -> dict[str, str]:
    found: dict[str, str] = json.loads(unescape(page.text.partition('data-options="')[2].partition('"')[0]))
    return found


def with_passkey(client: Client, mailbox: Mailbox, email: str) -> SoftPasskey:
    """A first log in that makes a passkey."""
    passkey = SoftPasskey()
    assert with_code(client, mailbox, email) == "/log-in/set-up"
    answer = passkey.make(options(get(client, "/log-in/set-up")))
    assert post(client, "/log-in/set-up", passkey=answer).headers["location"] == "/log-in/codes"
    assert post(client, "/log-in/codes").headers["location"] == "/"
    return passkey
