"""Somebody else's web server, as a test needs it."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

Answer = tuple[int, bytes]
"""Status and body; a redirect's body is where it leads."""


@dataclass(frozen=True)
class WebServer:
    """``asked``: host and path of every request, oldest first."""

    port: int
    asked: list[str] = field(default_factory=list)


@contextmanager
def web_server(
    answer: Callable[[str], Answer], tls: ssl.SSLContext | None = None
) -> Iterator[WebServer]:
    """On this machine's loopback; ``answer`` is given the path."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            ours.asked.append(f"{self.headers['Host']}{self.path}")
            status, body = answer(self.path)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", body.decode())
            self.end_headers()
            self.wfile.write(body if status == 200 else b"")

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    ours = WebServer(server.server_port)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield ours
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
