"""The HTTP/1.1 connection: httptools parses; what it refuses or cannot bound, in bytes or in time, is a problem."""

import asyncio
import logging
import re
import socket
import struct
from typing import Final, cast

import httptools
from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from service_standard.http.access import KNOWN_METHODS, LONGEST_METHOD, LONGEST_PATH, log_request
from service_standard.http.answers import no_such_method, no_such_path, problem_response
from service_standard.http.deadlines import BODY_TO_COME, TOO_LATE, Consequence, Patience
from service_standard.http.edge import LARGEST_HEAD, NOSNIFF, Edge, headers_too_large, served_path
from service_standard.problems import REQUEST_TIMEOUT, VALIDATION_ERROR, Problem

LINGER_SECONDS: Final = 1.0
LAST_CALL_SECONDS: Final = 0.25

TOKEN: Final = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
FRAMING: Final = frozenset({b"content-length", b"transfer-encoding"})
REQUEST_LINE: Final = re.compile(rb"(%b) (/[!-~]*) HTTP/1\.[01]\r\n" % TOKEN)
REQUEST_LINE_SO_FAR: Final = re.compile(rb"%b(?: (?:/[!-~]*(?: [HTP/1.0]{0,8}\r?)?)?)?" % TOKEN)


class Connection(HttpToolsProtocol):
    """uvicorn's connection, but for its refusals, its deadlines and its end.

    A refusal is the last answer of its connection. It waits for the answers to earlier requests, and after it
    the connection is read on for a while: closed at once, unread bytes would make the kernel throw it away.
    """

    # What came since the last complete head or piece of body: the parser keeps it, and knows no bound.
    _pending: bytes = b""
    _refusal: bytes | None = None
    # Whether the head that is parsed is no request's, but frames the body of the request before it.
    _frames_a_body: bool = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        super().connection_made(transport)
        self._patience = Patience()

    def sweep(self, now: float) -> None:
        """Ends the connection if its client is too slow; to be called several times a second."""
        owed = self._owed()
        if self._patience.is_over(owed, now) and owed:
            consequence, _ = owed
            consequence()

    def drain(self) -> None:
        """The next answer is the connection's last."""
        if self._cycle is not None:
            self._cycle.keep_alive = False

    def shutdown(self) -> None:
        """No more is begun; but what was sent already, as nobody could know, is still answered."""
        self.drain()
        self.loop.call_later(LAST_CALL_SECONDS, super().shutdown)

    def data_received(self, data: bytes) -> None:
        if self._refusal is not None:
            return
        self._unset_keepalive_if_required()
        while data:
            data = self._feed(data)

    def on_message_begin(self) -> None:
        if not self._frames_a_body:
            super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._pending = b""
        if self._frames_a_body:
            self._frames_a_body = False
            return
        super().on_headers_complete()
        # uvicorn would add trailers to the headers of the request that is being served.
        self.headers = []
        self.scope["state"][BODY_TO_COME] = True
        if self._edge.drain.begun:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        self._pending = b""
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._pending = b""
        if self.parser.should_upgrade() and self._framing():
            return
        self.scope["state"].pop(BODY_TO_COME, None)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        was_last = not self.pipeline
        super().on_response_complete()
        if was_last and self._refusal is not None:
            self._send_refusal()

    @property
    def _edge(self) -> Edge:
        return cast(Edge, self.config.loaded_app)

    @property
    def _cycle(self) -> RequestResponseCycle | None:
        """The newest request; there is none before the first."""
        return self.cycle

    def _owed(self) -> tuple[Consequence, object] | None:
        """What follows if the client lets the connection wait, and what changes as soon as it does not."""
        cycle, unsent = self._cycle, self.transport.get_write_buffer_size()
        if unsent:
            return self._cut, unsent
        if cycle is None:
            return self._end_head, None
        if not cycle.response_complete:
            return None
        if cycle.more_body:
            return self.transport.close, cycle
        return (self._end_head, cycle) if self._pending else None

    def _cut(self) -> None:
        """Forget what was not read, also what the kernel holds of it: else that would wait on for the reader."""
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def _end_head(self) -> None:
        if self._pending:
            self._refuse(Problem(REQUEST_TIMEOUT, f"The head {TOO_LATE}"))
        else:
            self.transport.close()

    def _feed(self, data: bytes) -> bytes:
        """Parse, and return what lies behind an offer to speak another protocol.

        None is taken: the request is served as the plain HTTP that it also is, and so is what follows it. The parser
        leaves the body out of such a request, so it is given the head that such a body has in any other request.
        """
        self._pending += data
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            self._pending = b""
            framing = self._framing()
            self._frames_a_body = bool(framing)
            return framing + data[offer.args[0] :]
        except httptools.HttpParserError:
            self._refuse_unparsable()
        if len(self._pending) > LARGEST_HEAD:
            self._refuse(headers_too_large())
        return b""

    def _framing(self) -> bytes:
        """A head that says of the body what the request's own said; nothing if it has none."""
        fields = b"".join(b"%b: %b\r\n" % field for field in self.scope["headers"] if field[0] in FRAMING)
        return b"POST / HTTP/1.1\r\n%b\r\n" % fields if fields else b""

    def _refuse_unparsable(self) -> None:
        """Answer 404 or 405 to a method that only the parser does not know, 400 to all else."""
        start = self._pending.lstrip(b"\r\n")
        line = REQUEST_LINE.match(start)
        if line and line[1].decode() not in KNOWN_METHODS:
            self._refuse_method(line[1].decode(), line[2].decode().partition("?")[0])
        elif line or not REQUEST_LINE_SO_FAR.fullmatch(start):
            self._refuse(Problem(VALIDATION_ERROR, "The request is not well-formed HTTP/1.1"))

    def _refuse_method(self, method: str, path: str) -> None:
        allow = self._edge.allow(served_path(path.encode()))
        problem = no_such_path() if allow is None else no_such_method(allow)
        self._refuse(problem, method, path)

    def _refuse(self, problem: Problem, method: str = "", path: str = "/") -> None:
        if self._refusal is not None:
            return
        self._refusal = self._rendered(problem_response(path, problem))
        _log_refusal(problem, method, path)
        self._edge.metrics.refused(method, problem.problem_type.status)
        cycle = self._cycle
        if cycle is None or cycle.response_complete:
            self._send_refusal()
        elif cycle.more_body:
            self._abandon(cycle)

    def _abandon(self, cycle: RequestResponseCycle) -> None:
        """Give up a request whose body is the fault; the newest of several has not begun to be served."""
        if self.pipeline:
            self.pipeline.popleft()
            return
        cycle.disconnected = True
        cycle.message_event.set()
        if cycle.response_started:
            self.transport.close()
        else:
            self._send_refusal()

    def _rendered(self, response: Response) -> bytes:
        headers = [*self.server_state.default_headers, *response.raw_headers, *NOSNIFF]
        fields = b"".join(b"%b: %b\r\n" % header for header in headers)
        status = STATUS_LINE[response.status_code]
        return b"%b%bconnection: close\r\n\r\n%b" % (status, fields, bytes(response.body))

    def _send_refusal(self) -> None:
        if self._refusal is None or self.transport.is_closing():
            return
        self.transport.write(self._refusal)
        self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)


def _log_refusal(problem: Problem, method: str, path: str) -> None:
    fields = {
        "method": method[:LONGEST_METHOD],
        "path": path[:LONGEST_PATH],
        "route": "",
        "status": problem.problem_type.status,
        "duration_ms": 0.0,
    }
    log_request(logging.INFO, fields)
