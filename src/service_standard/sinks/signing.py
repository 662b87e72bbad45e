"""Signs what is POSTed, so that the receiver knows from whom it is and when it was sent (Standard Webhooks 1.0)."""

import hmac
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from datetime import datetime
from hashlib import sha256
from typing import Final

PREFIX: Final = "whsec_"


class Signer:
    """Holds the key of a secret: the bytes behind `whsec_` in base64, else the secret's own text."""

    def __init__(self, secret: str) -> None:
        """Takes a secret.

        Raises:
            ValueError: what stands behind `whsec_` is not base64, or nothing.
        """
        self._key = _decoded(secret.removeprefix(PREFIX)) if secret.startswith(PREFIX) else secret.encode()

    def headers(self, message_id: str, body: bytes, now: datetime) -> dict[str, str]:
        """The three headers of one attempt; the id is the same in each, so that the receiver can drop duplicates."""
        seconds = str(int(now.timestamp()))
        signed = b".".join((message_id.encode(), seconds.encode(), body))
        signature = b64encode(hmac.digest(self._key, signed, sha256)).decode()
        return {"webhook-id": message_id, "webhook-timestamp": seconds, "webhook-signature": f"v1,{signature}"}


def _decoded(text: str) -> bytes:
    try:
        key = b64decode(text, validate=True)
    except NotBase64:
        key = b""
    if not key:
        raise ValueError(f"a secret that begins with {PREFIX} goes on in base64")
    return key
