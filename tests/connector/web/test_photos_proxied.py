"""Photos through the shop's proxy: without a cookie, below the shop's own path."""

from __future__ import annotations

import http.client
import re
from html import unescape
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from connector import pictures, policy
from connector.steps import decide
from connector.store import evidence, returns, shops
from jobs.schedule import once
from tests.connector.web.shopify_world import Installing, install, installing
from tests.connector.web.test_proxied import EMAIL, action, ask, choosing, fields, wish
from tests.photographs import photo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RULES = """
currency = "EUR"
[[reasons]]
code = "damaged"
fault = "carrier"
photos = 1
"""
RED = photo()


@pytest.fixture
def world(tmp_path: Path, address: str) -> Iterator[Installing]:
    with installing(tmp_path, address) as made:
        install(made)
        now = made.clock()
        shops.bind_policy(made.office.db, "teehaus", policy.digest(RULES), RULES, now)
        mug = made.shop.add_product("Mug", "12.00")
        order = made.shop.place_order([(mug, 2)], EMAIL)
        made.shop.fulfil(order)
        made.clock.pass_by(minutes=5)
        once(made.office.work)
        yield made


def send(world: Installing, path: str, form: dict[str, object]) -> tuple[int, str]:
    """Send a form with files as a customer's browser does."""
    boundary, body = encode_multipart(form)
    link = http.client.HTTPConnection(urlsplit(world.api).netloc, timeout=30)
    kind = f"multipart/form-data; boundary={boundary}"
    link.request("POST", path, body, {"Content-Type": kind})
    found = link.getresponse()
    text = found.read().decode()
    link.close()
    return found.status, text


def kept(page: str) -> dict[str, str]:
    found = re.findall(r'type="checkbox" name="([^"]+)" value="1" checked', page)
    return dict.fromkeys(map(unescape, found), "1")


def test_a_photo_goes_the_whole_way_without_a_cookie(world: Installing) -> None:
    page = choosing(world)
    _, page, _ = ask(world, action(page), wish(page))
    name = re.search(r'type="file" name="([^"]+)"', page)
    assert name, page
    sent = {
        **fields(page),
        "go": "chosen",
        unescape(name[1]): FileStorage(BytesIO(RED), "red.jpg"),
    }
    way = re.search(r'name="(way-[^"]+)" value="refund"', page)
    assert way
    status, page = send(world, action(page), {**sent, unescape(way[1]): "refund"})
    assert status == 200
    assert "Is everything right?" in page
    status, page, headers = ask(world, action(page), {**fields(page), "go": "send"})
    assert status == 200, page
    assert "Set-Cookie" not in headers
    (case,) = returns.recent(world.office.db, "teehaus", limit=9)
    assert case.lines[0].photos == 1
    shown = re.search(r'<img src="(/apps/returns/photo/[^"]+)"', page)
    assert shown, page
    link = http.client.HTTPConnection(urlsplit(world.api).netloc, timeout=30)
    link.request("GET", shown[1])
    found = link.getresponse()
    assert found.read() == pictures.accept(RED).content
    assert str(found.getheader("Content-Type")).startswith("image/jpeg")
    link.close()


def test_a_photo_that_is_none_is_said_and_the_form_stays(world: Installing) -> None:
    page = choosing(world)
    _, page, _ = ask(world, action(page), wish(page))
    name = re.search(r'type="file" name="([^"]+)"', page)
    assert name
    files = {unescape(name[1]): FileStorage(BytesIO(b"<html>"), "page.jpg")}
    status, page = send(world, action(page), {**fields(page), "go": "chosen", **files})
    assert status == 400
    assert "“page.jpg” is no photo that we can read" in page
    assert kept(page) == {}
    assert 'name="reason-' in page


def test_evidence_of_sending_goes_the_way_without_a_cookie(world: Installing) -> None:
    """The page is the answer itself, also to what is wrong: what was right is kept."""
    page = choosing(world)
    _, page, _ = ask(world, action(page), wish(page))
    _, page, _ = ask(world, action(page), {**fields(page), "go": "chosen"})
    _, page, _ = ask(world, action(page), {**fields(page), "go": "send"})
    (case,) = returns.recent(world.office.db, "teehaus", limit=9)
    decide.by_person(
        world.office.db,
        world.office.work.shops["teehaus"],
        case.id,
        case.lines[0].id,
        "approve",
        actor="ann",
        why="it is broken",
        now=world.clock(),
    )
    page = choosing(world)
    link = re.search(r'href="(/apps/returns/status/[^"]+)"', page)
    assert link
    _, page, _ = ask(world, link[1])
    assert "I have sent the parcel" in page
    receipt = FileStorage(BytesIO(RED), "red.jpg")
    given = {**fields(page), "carrier": "DHL", "number": "no idea", "receipt": receipt}
    status, page = send(world, link[1], given)
    assert status == 400
    assert "That does not look like a tracking number" in page
    assert 'value="no idea"' in page
    given = {**fields(page), "carrier": "DHL", "number": "RR123456785DE"}
    status, page = send(world, link[1], given)
    assert status == 200
    assert "the shop can see what you gave" in page
    assert re.search(r'<img src="/apps/returns/photo/[^"]+"', page)
    found = evidence.of_return(world.office.db, case.id)
    assert [(one.number, one.photos) for one in found] == [
        ("", 1),
        ("RR123456785DE", 0),
    ]
