"""An issuer of tokens: keys, a way to sign anything with them, and an HTTP server that publishes them."""

import json
import ssl
import threading
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import Algorithm, AllowedPrivateKeys, get_default_algorithms

NOW = 1_800_000_000
SECRET = "an-hmac-secret-of-at-least-thirty-two-bytes"
JWKS = "/keys.json"
DISCOVERY = "/.well-known/openid-configuration"


def segment(content: object) -> bytes:
    """A part of a token: text and bytes as they are, anything else as JSON."""
    if isinstance(content, str):
        content = content.encode()
    octets = content if isinstance(content, bytes) else json.dumps(content).encode()
    return urlsafe_b64encode(octets).rstrip(b"=")


@dataclass(frozen=True)
class Signer:
    """A key and the algorithm that it signs with; `header` and `claims` are what a good token says."""

    algorithm: str
    key: AllowedPrivateKeys | bytes
    kid: str | None = None
    claims: Mapping[str, object] = field(
        default_factory=lambda: {"sub": "ann", "scope": "orders.read", "iat": NOW, "exp": NOW + 600}
    )

    @property
    def algorithm_object(self) -> Algorithm:
        return get_default_algorithms()[self.algorithm]

    @property
    def header(self) -> dict[str, object]:
        return _changed({"alg": self.algorithm, "typ": "JWT"}, {"kid": ... if self.kid is None else self.kid})

    def sign(self, header: object, payload: object) -> bytes:
        """A token with exactly this header and payload, whatever they say."""
        content = segment(header) + b"." + segment(payload)
        return content + b"." + segment(self.algorithm_object.sign(content, self.key))

    def token(self, **claims: object) -> bytes:
        """A good token but for these claims; `...` takes one away."""
        return self.sign(self.header, _changed(self.claims, claims))

    def headed(self, header: Mapping[str, object]) -> bytes:
        """A good token but for these members of its header; `...` takes one away."""
        return self.sign(_changed(self.header, header), self.claims)

    def public(self, encoding: Encoding) -> bytes:
        assert not isinstance(self.key, bytes)
        return self.key.public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)

    @property
    def jwk(self) -> dict[str, object]:
        assert not isinstance(self.key, bytes)
        public = self.algorithm_object.to_jwk(self.key.public_key(), as_dict=True)
        return _changed(public, {"kid": ... if self.kid is None else self.kid})


def _changed(members: Mapping[str, object], changes: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in {**members, **changes}.items() if value is not ...}


@cache
def rsa_signer(kid: str | None = "rsa", bits: int = 2048) -> Signer:
    return Signer("RS256", rsa.generate_private_key(65537, bits), kid)


@cache
def ec_signer(kid: str | None = "ec") -> Signer:
    return Signer("ES256", ec.generate_private_key(ec.SECP256R1()), kid)


@cache
def p384_signer() -> Signer:
    return Signer("ES384", ec.generate_private_key(ec.SECP384R1()), "p384")


@cache
def ed_signer(kid: str | None = "ed") -> Signer:
    return Signer("EdDSA", ed25519.Ed25519PrivateKey.generate(), kid)


def hs_signer(secret: bytes = SECRET.encode()) -> Signer:
    return Signer("HS256", secret)


class Issuer:
    """Serves `documents` by path and counts the fetches; while `gate` is not set, nothing is answered."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.documents: dict[str, bytes] = {}
        self.status = 200
        self.gate = threading.Event()
        self.gate.set()
        self.fetches: Counter[str] = Counter()
        self._fetched = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._scheme = "http" if tls is None else "https"
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self.publish(rsa_signer(), ec_signer(), ed_signer())

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.gate.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}"

    def publish(self, *signers: Signer) -> None:
        self.publish_entries(*(signer.jwk for signer in signers))

    def publish_entries(self, *entries: object) -> None:
        self.documents[JWKS] = json.dumps({"keys": entries}).encode()

    def announce(self, **changes: object) -> None:
        """Publish a discovery document, right but for these changes."""
        metadata = _changed({"issuer": self.url, "jwks_uri": self.url + JWKS}, changes)
        self.documents[DISCOVERY] = json.dumps(metadata).encode()

    def wait_for_more_fetches(self, count: int) -> None:
        """Blocks until so many more fetches of the keys have begun."""
        with self._fetched:
            goal = self.fetches[JWKS] + count
            assert self._fetched.wait_for(lambda: self.fetches[JWKS] >= goal, timeout=10)

    def _count(self, path: str) -> None:
        with self._fetched:
            self.fetches[path] += 1
            self._fetched.notify_all()

    def _handler(issuer) -> type[BaseHTTPRequestHandler]:  # noqa: N805 `self` is the handler's
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer._count(self.path)
                issuer.gate.wait(10)
                document = issuer.documents.get(self.path, b"")
                self.send_response(issuer.status if document else 404)
                self.send_header("Location", issuer.url + JWKS)
                self.send_header("Connection", "close")
                with suppress(ConnectionError):  # A client that has enough, or no more time, hangs up.
                    self.end_headers()
                    self.wfile.write(document)

            def log_message(self, *_: object) -> None:
                """A test has no use for access lines."""

        return Handler
