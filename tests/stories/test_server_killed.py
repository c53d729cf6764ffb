"""The web server is really killed (SIGKILL) while deliveries pour in."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter, deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING

import requests

from connector.store import connect, inbox
from webhooks.signatures import sign

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRET = "a secret that the shop signs with"
CONFIG = """
database = "{database}"

[network]
allow = ["127.0.0.0/8"]
[server]
port = {port}
public_url = "http://127.0.0.1:{port}"
secret_key = "long enough to sign the cookies of a test"

[[shops]]
name = "boots"
platform = "woocommerce"
address = "http://127.0.0.1:9"
policy = "policy.toml"
allow_http = true
consumer_key = "ck_nobody"
consumer_secret = "cs_nobody"
webhook_secret = "{secret}"
"""
KILLS = (150, 90)  # how many answers have come when the server dies
SENDERS = 4
LIMIT = 60  # seconds; nothing here takes as long


@dataclass(slots=True)
class Shop:
    """Sends deliveries; what was not answered it sends again, as Shopify does."""

    url: str
    waiting: deque[int] = field(default_factory=lambda: deque(range(100_000)))
    answered: deque[int] = field(default_factory=deque)
    answers: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def send(self) -> None:
        """Deliver until nobody answers any more."""
        with requests.Session() as session:
            session.trust_env = False
            while True:
                number = self.waiting.popleft()
                try:
                    answer = session.post(
                        self.url, data=body(number), headers=headers(number), timeout=9
                    )
                except requests.RequestException:
                    self.waiting.appendleft(number)
                    return
                assert answer.status_code == 200, answer.text
                self.answered.append(number)
                self.answers.release()


def body(number: int) -> bytes:
    return json.dumps({"id": number, "status": "completed"}).encode()


def headers(number: int) -> dict[str, str]:
    return {
        "X-WC-Webhook-Topic": "order.updated",
        "X-WC-Webhook-ID": "3",
        "X-WC-Webhook-Delivery-ID": f"{number:032x}",
        "X-WC-Webhook-Signature": sign(body(number), SECRET.encode()),
    }


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def is_open(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def served(config: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run `retour web` in a process group of its own; all of it dies with the block."""
    command = [sys.executable, "-m", "connector.cli", "--config", str(config), "web"]
    log = config.with_name("server.log")
    with (
        log.open("ab") as out,
        subprocess.Popen(  # noqa: S603 - our own program
            command, stdout=out, stderr=out, start_new_session=True
        ) as process,
    ):
        try:
            until = time.monotonic() + LIMIT
            while not is_open(port):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < until, log.read_text()
                time.sleep(0.02)
            yield process
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            until = time.monotonic() + LIMIT
            while is_open(port):
                assert time.monotonic() < until, "a worker outlived its group"
                time.sleep(0.02)


def test_every_delivery_answered_200_is_in_the_inbox_of_a_killed_server(
    tmp_path: Path, address: str
) -> None:
    port = free_port()
    config = tmp_path / "config.toml"
    config.write_text(CONFIG.format(database=address, port=port, secret=SECRET))
    rules = (files("connector.demo") / "policy.toml").read_text("utf-8")
    (tmp_path / "policy.toml").write_text(rules, "utf-8")
    shop = Shop(f"http://127.0.0.1:{port}/webhooks/woocommerce/boots")
    for wanted in KILLS:
        senders = [threading.Thread(target=shop.send) for _ in range(SENDERS)]
        with served(config, port) as process:
            for sender in senders:
                sender.start()
            for _ in range(wanted):
                assert shop.answers.acquire(timeout=LIMIT)
        for sender in senders:
            sender.join(LIMIT)
            assert not sender.is_alive()
        assert process.returncode == -signal.SIGKILL
    db = connect(address)
    kept = Counter(one.body for one in inbox.recent(db, limit=10**6))
    db.close()
    assert len(shop.answered) >= sum(KILLS)
    assert {body(number) for number in shop.answered} <= set(kept)
    assert set(kept.values()) == {1}
