"""Passkeys: what a browser is asked, and whether its answer is good. The only file that imports webauthn.

Knows no table and no HTTP. Whatever the library stumbles over in an answer is a no: anybody may send anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from ipaddress import ip_address
from typing import NamedTuple, TypeVar
from urllib.parse import urlsplit

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

MAX_LENGTH = 20_000  # of an answer; a real one has about 1,000 characters
TIMEOUT = 5 * 60_000  # milliseconds

R = TypeVar("R")


class Passkey(NamedTuple):
    credential: bytes
    public_key: bytes
    sign_count: int


class Place(NamedTuple):
    """Where passkeys are good for: a passkey made here works nowhere else."""

    host: str
    origin: str

    @classmethod
    def of(cls, public_url: str) -> Place:
        parts = urlsplit(public_url)
        return cls(parts.hostname or "", f"{parts.scheme}://{parts.netloc}".lower())

    @property
    def has_passkeys(self) -> bool:
        """Browsers make them for names only."""
        try:
            ip_address(self.host)
        except ValueError:
            return True
        return False


def to_make(place: Place, app_name: str, person: str, name: str, challenge: bytes, held: Iterable[Passkey]) -> str:
    """Options for `navigator.credentials.create`, as JSON. `person` is opaque, `name` is for the person's own eyes."""
    return options_to_json(
        generate_registration_options(
            rp_id=place.host,
            rp_name=app_name,
            user_id=person.encode(),
            user_name=name,
            user_display_name=name,
            challenge=challenge,
            timeout=TIMEOUT,
            exclude_credentials=_descriptors(held),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
        )
    )


def to_use(place: Place, challenge: bytes, held: Iterable[Passkey]) -> str:
    """Options for `navigator.credentials.get`, as JSON."""
    return options_to_json(
        generate_authentication_options(
            rp_id=place.host,
            challenge=challenge,
            timeout=TIMEOUT,
            allow_credentials=_descriptors(held),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


def made(place: Place, challenge: bytes, answer: str) -> Passkey | None:
    def verify() -> Passkey:
        verified = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            require_user_verification=True,
        )
        return Passkey(verified.credential_id, verified.credential_public_key, verified.sign_count)

    return _or_none(verify, answer)


def used(place: Place, challenge: bytes, answer: str, held: Iterable[Passkey]) -> Passkey | None:
    """The one of `held` that signed this challenge, with its new count. A count that goes back is a copy's: a no."""

    def verify() -> Passkey | None:
        credential = parse_authentication_credential_json(answer)
        mine = next((each for each in held if each.credential == credential.raw_id), None)
        if mine is None:
            return None
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=mine.public_key,
            credential_current_sign_count=mine.sign_count,
            require_user_verification=True,
        )
        return mine._replace(sign_count=verified.new_sign_count)

    return _or_none(verify, answer)


def _or_none(verify: Callable[[], R], answer: str) -> R | None:
    if len(answer) > MAX_LENGTH:
        return None
    try:
        return verify()
    except Exception:  # the library's own, and whatever JSON, CBOR or a key may raise
        return None


def _descriptors(held: Iterable[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=each.credential) for each in held]
