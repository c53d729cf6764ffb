"""The sockets of a stand-in shop: a server that can go, and come back where it was."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl

AT_ONCE = 10_000  # visits: none waits for one that its client keeps open


class Sockets(ThreadingHTTPServer):
    """Listens on a free port of this machine; `hang_up` ends what clients keep."""

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
        self._is_shut = threading.Event()
        self._hands: ThreadPoolExecutor

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
        self._is_shut.clear()
        self._hands = ThreadPoolExecutor(AT_ONCE)
        self._loop = threading.Thread(target=self._listen)
        self._loop.start()

    def shut(self) -> None:
        """Answer no more: nothing listens, and connections have ended."""
        if self._loop is not None:
            self._is_shut.set()
            with suppress(OSError):  # it waits for a caller, so here is one
                socket.create_connection(("127.0.0.1", self.server_port)).close()
            self._loop.join()
            self._loop = None
            self.hang_up()
            self.server_close()
            self._hands.shutdown()

    def _listen(self) -> None:
        """Wait for callers without looking up: many doors stand idle for long."""
        while not self._is_shut.is_set():
            self.handle_request()

    def verify_request(self, request: object, client_address: object) -> bool:
        """Let nobody in any more once it was shut."""
        del request, client_address
        return not self._is_shut.is_set()

    def _wrap(self) -> None:
        if self._tls:
            self.socket = self._tls.wrap_socket(self.socket, server_side=True)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the standard library's signature
        """Remember the connection, so that closing can end it; a free thread serves it.

        Most visits are one request: to begin a thread for each is much of its cost.
        """
        with self._guard:
            self._open.add(request)
        self._hands.submit(self.process_request_thread, request, client_address)

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
