"""The sockets of a stand-in shop: a server that can go, and come back where it was."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl


class Sockets(ThreadingHTTPServer):
    """Listens on a free port of this machine; `hang_up` ends what clients keep."""

    daemon_threads = False
    block_on_close = True

    def __init__(
        self,
        handler: type[BaseHTTPRequestHandler],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.scheme = "https" if tls else "http"
        self._tls = tls
        self._wrap()
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        self._loop: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The address to reach it at."""
        return f"{self.scheme}://127.0.0.1:{self.server_address[1]}"

    def open(self) -> None:
        """Begin to answer; after `shut`, at the same address as before."""
        if self._loop is None and self.socket.fileno() < 0:
            self.socket = socket.socket(self.address_family, self.socket_type)
            self.server_bind()
            self.server_activate()
            self._wrap()
        self._loop = threading.Thread(target=self.serve_forever, args=(0.02,))
        self._loop.start()

    def shut(self) -> None:
        """Answer no more: nothing listens, and connections have ended."""
        if self._loop is not None:
            self.shutdown()
            self.hang_up()
            self.server_close()
            self._loop.join()
            self._loop = None

    def _wrap(self) -> None:
        if self._tls:
            self.socket = self._tls.wrap_socket(self.socket, server_side=True)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the standard library's signature
        """Remember the connection, so that closing can end it."""
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - the standard library's signature
        """Forget the connection."""
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End connections that clients keep alive."""
        with self._guard:
            for link in self._open:
                with suppress(OSError):
                    link.shutdown(socket.SHUT_RDWR)
