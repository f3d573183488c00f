"""What no HTTP client would send, straight to the port: the server answers or hangs up, logs none of it and goes on."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable

from tests.live import DIRECT, LiveServer

SMUGGLED = b"GET /evil-smuggled HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
QUIET_SECONDS = 2  # after which this end hangs up on a server that waits for the rest
FORM = b"POST /look HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
GET = b"GET /help HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
SENT = {
    "two lengths": FORM + b"Content-Length: 0\r\nContent-Length: 52\r\n\r\n" + SMUGGLED,
    "a length and chunks": FORM + b"Content-Length: 5\r\n" + CHUNKED + b"\r\n0\r\n\r\n" + SMUGGLED,
    "chunks named twice": FORM
    + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"
    + SMUGGLED,
    "an odd name of chunks": FORM + b"Transfer-Encoding: \x0bchunked\r\nContent-Length: 52\r\n\r\n" + SMUGGLED,
    "a chunk without a size": FORM + CHUNKED + b"\r\nevil\r\nx\r\n0\r\n\r\n",
    "a length below nothing": FORM + b"Content-Length: -1\r\n\r\n",
    "a length that is a word": FORM + b"Content-Length: evil\r\n\r\n",
    "a space before the colon": FORM + b"Content-Length : 52\r\n\r\n" + SMUGGLED,
    "two hosts": GET + b"Host: evil.example\r\n\r\n",
    "an address of elsewhere": GET.replace(b"/help", b"http://evil.example/help").replace(b"localhost", b"evil.example")
    + b"\r\n",
    "no host": b"GET /help HTTP/1.1\r\nConnection: close\r\n\r\n",
    "a folded line": GET + b"X-Folded: a\r\n evil: 1\r\n\r\n",
    "a NUL": GET + b"X-Nul: evil\x00evil\r\n\r\n",
    "a line that is only LF": b"GET /help HTTP/1.1\nHost: evil\nConnection: close\n\n",
    "a very long line": GET + b"X-Long: " + b"evil" * 100_000 + b"\r\n\r\n",
    "many lines": GET + b"".join(b"X-%d: evil\r\n" % number for number in range(5_000)) + b"\r\n",
    "a method of its own": b"EVIL /help HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "another protocol": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no protocol": b"\x16\x03\x01evil",
    "a path with control letters": b"GET /help\x01evil HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "an upgrade": GET + b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\r\n",
}


def told(server: LiveServer, sent: bytes) -> bytes:
    """Everything until the server hangs up, or waits for what will not come."""
    got = b""
    with socket.create_connection(("localhost", server.port), timeout=QUIET_SECONDS) as line:
        try:
            line.sendall(sent)
            while part := line.recv(65_536):
                got += part
        except (ConnectionError, TimeoutError):
            pass
    return got


def test_what_no_client_would_send_is_refused_and_the_server_goes_on(start_server: Callable[..., LiveServer]) -> None:
    server = start_server(log_format="json")
    two = told(server, FORM + b"Content-Length: 0\r\n\r\n" + SMUGGLED)
    assert two.count(b"HTTP/1.1 ") == 2, "one request after another is answered: so a hidden one would be seen"
    for name, sent in SENT.items():
        got = told(server, sent)
        assert got.count(b"HTTP/1.1 ") <= 1, (name, got[:300])
        for status in re.findall(rb"HTTP/1\.[01] (\d\d\d)", got):
            assert int(status) < 500, (name, got[:300])
        assert b"Traceback" not in got and b"evil" not in got, (name, got[:300])
    with DIRECT.open(f"{server.url}/health", timeout=20) as answer:
        assert json.load(answer)["status"] == "ok"
    logged = (server.var_dir / "server.log").read_text()
    assert "evil" not in logged and "Traceback" not in logged
