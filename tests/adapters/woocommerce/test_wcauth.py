"""The stand-in's hand-off of keys against what was recorded of the real one."""

from __future__ import annotations

import html
import json
import re
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests

from adapters.sockets import Sockets
from adapters.woocommerce.standin import Shop, serve
from tests.adapters.woocommerce import golden
from tests.contract.conftest import Clock
from tests.tls import ca_file, context

if TYPE_CHECKING:
    from collections.abc import Iterator

STAFF = {"Cookie": "wordpress_logged_in=staff"}
DIED = re.compile(r'wp-die-message">(.*?)</div>', re.DOTALL)


class Listener(Sockets):
    """Takes what is posted to it, and answers with one status."""

    def __init__(self, status: int) -> None:
        super().__init__(Ear, context())
        self.status = status
        self.heard: list[tuple[dict[str, str], bytes]] = []


class Ear(BaseHTTPRequestHandler):
    server: Listener

    def log_message(self, *_args: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        size = int(self.headers["Content-Length"])
        self.server.heard.append((dict(self.headers.items()), self.rfile.read(size)))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()


@contextmanager
def listening(status: int) -> Iterator[Listener]:
    door = Listener(status)
    door.open()
    try:
        yield door
    finally:
        door.shut()


@pytest.fixture
def standin() -> Shop:
    shop = Shop(clock=Clock())
    shop.outbox.trusts = ca_file()
    return shop


@pytest.fixture
def url(standin: Shop) -> Iterator[str]:
    with serve(standin) as found:
        yield found


def get(url: str, path: str, query: dict[str, str], **headers: str) -> Any:
    return requests.get(
        f"{url}{path}?{urlencode(query)}",
        headers=headers,
        allow_redirects=False,
        timeout=5,
    )


def died(body: str) -> str:
    found = DIED.search(body)
    return html.unescape(found[1]) if found else ""


def recorded(name: str) -> tuple[str, dict[str, str], int, str]:
    """Return (path, query, status, what it died with) of a recording."""
    one = golden.rest(name)
    parts = urlsplit(one["request"]["url"])
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    answer = one["response"]
    return parts.path, query, answer["status"], died(str(answer["body"]))


@pytest.mark.parametrize(
    "name",
    [
        "wcauth-authorize-anon",
        "wcauth-bad-scope",
        "wcauth-http-callback",
        "wcauth-http-return",
        "wcauth-no-user",
    ],
)
def test_what_is_asked_is_judged_as_recorded(url: str, name: str) -> None:
    path, query, status, why = recorded(name)
    answer = get(url, path, query)
    assert (answer.status_code, died(answer.text)) == (status, why)
    if status == 302:
        there = golden.rest(name)["response"]["headers"]["Location"]
        ours, theirs = urlsplit(answer.headers["Location"]), urlsplit(there)
        assert ours.path == theirs.path
        assert dict(parse_qsl(ours.query)) == dict(parse_qsl(theirs.query))


@pytest.mark.parametrize("status", [200, 201, 204, 302, 500])
def test_a_key_stays_only_where_the_callback_answered_200(
    standin: Shop, url: str, status: int
) -> None:
    name = "wcauth-granted-ok" if status == 200 else f"wcauth-callback-{status}"
    path, query, wanted, why = recorded(name)
    with listening(status) as ear:
        query |= {"callback_url": f"{ear.url}/cb", "wc_auth_nonce": "bd6e9801ab"}
        answer = get(url, path, query, **STAFF)
        (heard,) = ear.heard
    if status != 302:  # what the recorded redirect led to is not in the recording
        assert (answer.status_code, died(answer.text)) == (wanted, why)
    assert len(standin.keys) == (2 if status == 200 else 1)
    assert heard[0]["Content-Type"].startswith("application/json")


def test_the_keys_come_as_recorded(standin: Shop, url: str) -> None:
    path, query, _, _ = recorded("wcauth-granted-ok")
    with listening(200) as ear:
        query |= {"callback_url": f"{ear.url}/cb"}
        first = get(url, path, query, **STAFF)
        get(url, path, query, **STAFF)
        ours = [json.loads(body) for _, body in ear.heard]
    raw = (golden.FOLDER / "webhooks" / "wcauth-callback.body").read_bytes()
    theirs = json.loads(raw)
    assert ours[0].keys() == theirs.keys()
    assert [type(x) for x in ours[0].values()] == [type(x) for x in theirs.values()]
    assert ours[0]["user_id"] == theirs["user_id"]
    there = golden.rest("wcauth-granted-ok")["response"]["headers"]["Location"]
    assert first.headers["Location"] == there
    assert ours[0]["consumer_key"] != ours[1]["consumer_key"]  # a reload makes another
    assert {one["consumer_key"] for one in ours} < standin.keys.keys()


def test_percent_signs_pass_the_page_and_fail_on_approval(
    standin: Shop, url: str
) -> None:
    path, query, status, _ = recorded("wcauth-granted")
    query["wc_auth_nonce"] = "bd6e9801ab"
    query["callback_url"] = "https://retour.example/cb?state=ab%2Bc"
    shown = get(url, "/wc-auth/v1/authorize", query, **STAFF)
    assert shown.status_code == 200
    answer = get(url, path, query, **STAFF)
    assert answer.status_code == status
    assert "is not a valid URL." in died(answer.text)
    assert len(standin.keys) == 1


def test_without_the_page_before_nothing_is_granted(standin: Shop, url: str) -> None:
    path, query, _, _ = recorded("wcauth-granted-ok")
    query["wc_auth_nonce"] = "guessed"
    assert get(url, path, query, **STAFF).status_code == 401
    assert len(standin.keys) == 1
