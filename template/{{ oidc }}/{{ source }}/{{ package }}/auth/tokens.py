"""Tokens that the OpenID provider signs (OpenID Connect Core 1.0, RFC 8725, RFC 9068)."""

import hmac
from typing import Any

import jwt

from .permissions import PERMISSIONS, Principal

# Only those with a public key to verify: with others whoever can verify can also sign.
ALGORITHMS = [
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "PS256",
    "PS384",
    "PS512",
    "RS256",
    "RS384",
    "RS512",
]
LEEWAY = 30
"""How far the provider's clock may be ahead of ours, or behind, in seconds."""
MAX_SUBJECT = 255  # OpenID Connect Core 1.0, section 2
OF_ID_TOKENS = {"nonce", "at_hash", "c_hash"}


class InvalidTokenError(Exception):
    """The token is not one of the provider's, not for this service, or not valid now."""


def key_id(encoded: str) -> str:
    """Return the name of the key that a token says it is signed with, empty if it has none.

    Raises ``InvalidTokenError`` for what is no token, and for algorithms that are not taken.
    """
    try:
        header = jwt.get_unverified_header(encoded)
    except jwt.InvalidTokenError as error:
        raise InvalidTokenError(str(error)) from error
    if header.get("alg") not in ALGORITHMS:
        msg = "this algorithm is not taken"
        raise InvalidTokenError(msg)
    kid: str = header.get("kid", "")
    return kid


def usable_keys(keys: list[dict[str, Any]]) -> dict[str, jwt.PyJWK]:
    """Return, by their id, those JSON Web Keys that can have signed a token that is taken."""
    try:
        parsed = jwt.PyJWKSet(keys).keys
    except jwt.PyJWKSetError:  # there is none of a kind that PyJWT knows
        return {}
    return {
        key.key_id or "": key
        for key in parsed
        if key.algorithm_name in ALGORITHMS and key.public_key_use in {None, "sig"}
    }


def read_access_token(
    encoded: str, key: jwt.PyJWK, *, issuer: str, audience: str, permissions_claim: str
) -> Principal:
    """Return who holds an access token, and what the provider lets them do.

    Raises ``InvalidTokenError`` unless the key's owner signed it, for this audience and now; and
    for ID tokens, which say who somebody is and let nobody in.
    """
    claims = _read(encoded, key, issuer=issuer, audience=audience, required=[])
    if OF_ID_TOKENS & claims.keys():
        msg = "this is an ID token"
        raise InvalidTokenError(msg)
    return _principal(claims, permissions_claim)


def read_id_token(  # noqa: PLR0913 - one argument for each thing that must agree
    encoded: str,
    key: jwt.PyJWK,
    *,
    issuer: str,
    client_id: str,
    nonce: str,
    permissions_claim: str,
) -> Principal:
    """Return who has signed in, and what the provider lets them do.

    Raises ``InvalidTokenError`` unless the token answers the very request that had this nonce
    (OpenID Connect Core 1.0, section 3.1.3.7).
    """
    claims = _read(encoded, key, issuer=issuer, audience=client_id, required=["iat", "nonce"])
    if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
        msg = "this token answers another request"
        raise InvalidTokenError(msg)
    # With several audiences the token must say which of them asked for it.
    alone = claims["aud"] in (client_id, [client_id])
    if claims.get("azp", client_id if alone else None) != client_id:
        msg = "somebody else has asked for this token"
        raise InvalidTokenError(msg)
    return _principal(claims, permissions_claim)


def permissions_in(claim: object) -> frozenset[str]:
    """Return the permissions that a claim names, as a list or as words; others do not count."""
    if isinstance(claim, str):
        claim = claim.split()
    if not isinstance(claim, list):
        return frozenset()
    return frozenset(permission for permission in PERMISSIONS if permission in claim)


def _read(
    encoded: str, key: jwt.PyJWK, *, issuer: str, audience: str, required: list[str]
) -> dict[str, Any]:
    try:
        return jwt.decode(
            encoded,
            key,
            algorithms=ALGORITHMS,
            issuer=issuer,
            audience=audience,
            leeway=LEEWAY,
            options={"require": ["iss", "aud", "sub", "exp", *required]},
        )
    # An `exp` such as 1e400 is infinite, which PyJWT does not expect.
    except (jwt.PyJWTError, OverflowError) as error:
        raise InvalidTokenError(str(error)) from error


def _principal(claims: dict[str, Any], permissions_claim: str) -> Principal:
    subject: str = claims["sub"]
    if not (0 < len(subject) <= MAX_SUBJECT and subject.isprintable()):
        msg = "this subject cannot be kept"
        raise InvalidTokenError(msg)
    permissions = permissions_in(claims.get(permissions_claim))
    return Principal(subject=subject, permissions=permissions)
