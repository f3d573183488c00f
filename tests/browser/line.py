"""The network between a phone and the server, when a test has to change what goes over it. Knows no page."""

import threading
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

AS_THEY_COME = ("if-none-match", "accept-encoding")  # asked for without these, an answer is whole and plain
NOT_CARRIED = ("content-length", "transfer-encoding", "connection")


class Line:
    """May be cut, so slow that every sync waits to be let through, lose replies after the server has committed,
    refuse a path, or put something before a script. `heard` is every request by its path, whole."""

    def __init__(self, server_port: int, port: int) -> None:
        self.server_port = server_port
        self.cut = False
        self.slow = False
        self.turns = threading.Semaphore(0)
        self.lose_replies = 0
        self.refused: set[str] = set()
        self.refusals = 0
        self.planted: dict[str, bytes] = {}
        self.requests: list[bytes] = []
        self.heard: list[tuple[str, bytes]] = []
        self.answered: set[str] = set()
        line = self

        class Carry(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def carry(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                line.heard.append((self.path, f"{self.requestline}\n{self.headers}".encode() + body))
                if line.cut:
                    self.close_connection = True
                    return
                if line.slow and self.path == "/sync":
                    line.turns.acquire()
                acting = self.path == "/sync" and b'"kind":' in body
                if acting:
                    line.requests.append(body)
                status, headers, answer = line.ask(self.command, self.path, dict(self.headers), body)
                if acting and line.lose_replies:
                    line.lose_replies -= 1
                    self.close_connection = True
                    return
                self.send_response_only(status)
                for name, value in headers:
                    if name.lower() not in NOT_CARRIED:
                        self.send_header(name, value)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(answer)
                line.answered.add(self.path)

            do_GET = do_POST = do_HEAD = carry

            def log_message(self, *_: object) -> None:
                pass

        self.carrier = ThreadingHTTPServer(("127.0.0.1", port), Carry)
        threading.Thread(target=self.carrier.serve_forever, daemon=True).start()

    def ask(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        if path in self.refused:
            self.refusals += 1
            return 503, [], b""
        planted = self.planted.get(path, b"")
        if planted:
            headers = {name: value for name, value in headers.items() if name.lower() not in AS_THEY_COME}
        connection = HTTPConnection("127.0.0.1", self.server_port, timeout=20)
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), planted + answer.read()
        except OSError:
            return 502, [], b""
        finally:
            connection.close()

    def sent(self) -> bytes:
        """All that was ever sent over it, addresses and headers too."""
        return b"\n".join(request for _, request in self.heard)

    def let_one_through(self) -> None:
        self.turns.release()

    def let_all_through(self) -> None:
        self.slow = False
        self.turns.release(100)

    def close(self) -> None:
        self.let_all_through()
        self.carrier.shutdown()
        self.carrier.server_close()
