"""A web server whose address is known before its app is built."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from werkzeug.serving import make_server

from connector.demo.world import Quiet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask


@contextmanager
def served() -> Iterator[tuple[int, Callable[[Flask], None]]]:
    """Give the port, and what to call with the app once there is one."""
    server = make_server(
        "127.0.0.1", 0, lambda *_: [], threaded=False, request_handler=Quiet
    )

    def place(app: Flask) -> None:
        server.app = app

    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server.server_port, place
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
