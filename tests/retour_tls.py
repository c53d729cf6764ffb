"""Retour behind TLS, as the world reaches it: WooCommerce posts keys to https alone."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from werkzeug.serving import make_server

from connector import config
from connector.demo.world import Quiet
from connector.store import Database
from connector.wiring import Office, open_office
from tests.tls import ca_file, context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

CONFIG = """
database = "{database}"
[network]
allow = ["127.0.0.0/8"]
ca_file = "{ca}"
[server]
public_url = "{url}"
secret_key = "a key for cookies that is surely long enough for tests"
attempts = "1000 per minute"
[console]
password = "sesame"
"""


@contextmanager
def retour(
    folder: Path,
    database: str,
    now: Callable[[], datetime],
    kind: Callable[[str], Database] = Database,
) -> Iterator[Office]:
    """Open an installation and serve it at its public address."""
    server = make_server(
        "127.0.0.1",
        0,
        lambda *_: [],
        threaded=True,
        request_handler=Quiet,
        ssl_context=context(),
    )
    url = f"https://127.0.0.1:{server.server_port}"
    text = CONFIG.format(database=database, ca=ca_file(), url=url)
    office = open_office(config.parse(text, folder, {}), now, kind=kind)
    server.app = office.app
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield office
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        office.db.close()
