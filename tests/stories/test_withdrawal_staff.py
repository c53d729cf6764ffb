"""What the shop's staff writes down, matches and confirms; what privacy takes out."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from connector import law
from connector.cli.main import cli
from connector.compliance import DATA_REQUEST, REDACT
from connector.demo.world import BOOTS, PASSWORD, TEE
from connector.errors import BadRequest, LawBroken, NotFound
from connector.law.clocks import send_back_by
from connector.model import Kind
from connector.notice import LANGUAGES
from connector.steps import clocks, purge
from connector.steps import privacy as privacy_step
from connector.steps import statements as step
from connector.store import (
    desk,
    letters,
    notices,
    orders,
    privacy,
    returns,
    statements,
)
from connector.withdrawal import Moments, Said, Seller
from tests.mailbox import mailbox
from tests.stories.declaring import HIDDEN, Customer, later, mailing, particulars
from tests.stories.way import bought

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient

    from connector.demo import World
    from jobs.schedule import Work
    from tests.mailbox import Mailbox


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Mailbox]:
    with mailbox(tmp_path) as made:
        yield made


@pytest.fixture
def work(world: World, box: Mailbox) -> Work:
    return mailing(world, box)


@pytest.fixture
def staff(world: World) -> FlaskClient:
    client = world.office.app.test_client()
    form = carried(client, "/console/door") | {"password": PASSWORD}
    client.post("/console/door", data=form)
    return client


def carried(client: FlaskClient, path: str) -> dict[str, str]:
    page = client.get(path).get_data(as_text=True)
    return {"csrf_token": dict(HIDDEN.findall(page))["csrf_token"]}


def test_staff_writes_a_letter_down_with_both_its_dates(
    world: World, work: Work, staff: FlaskClient, box: Mailbox
) -> None:
    purchase = bought(world, BOOTS)
    world.clock.pass_by(days=5)
    sent, came = world.clock() - timedelta(days=4), world.clock() - timedelta(days=1)
    form = carried(staff, "/console/withdrawals/") | {
        "shop": BOOTS,
        "channel": "letter",
        "language": "fr",
        "name": "Ada",
        "contract": purchase.number,
        "reach": purchase.email,
        "words": "Je me rétracte.",
        "sent": f"{sent:%Y-%m-%dT%H:%M}",
        "received": f"{came:%Y-%m-%dT%H:%M}",
    }
    page = staff.post("/console/withdrawals/", data=form, follow_redirects=True)
    assert "Je me rétracte." in page.get_data(as_text=True)
    later(world, work, minutes=1)
    (kept,) = statements.recent(world.office.db)
    (case,) = returns.of_order(world.office.db, BOOTS, purchase.ref)
    assert (kept.channel, kept.entered_by) == ("letter", "console")
    assert f"{kept.moments.sent:%d %H:%M}" == f"{sent:%d %H:%M}"
    assert (case.kind, case.opened_at) == (Kind.WITHDRAWAL, kept.moments.sent)
    (mail,) = box.came
    receipt = mail.get_content()
    assert "courrier" in receipt
    # Both times stand in it, each in its own line: statement 28.
    for name, moment in (("envoyée", sent), ("reçue", came)):
        [line] = [x for x in receipt.splitlines() if name in x and "UTC" in x]
        assert f"{moment:%Y-%m-%d %H:%M}" in line
    # Its clock runs from the arrival, not from the posting: statement 31.
    country = orders.get(world.office.db, BOOTS, purchase.ref).customer.country
    reading = clocks.of(world.office.db, case, world.clock())
    assert reading is not None
    arrival, posting = (law.local_day(one, country) for one in (came, sent))
    assert reading.clock.until == send_back_by(country, arrival)
    assert reading.clock.until != send_back_by(country, posting)
    for path in ("/console/withdrawals/", f"/console/withdrawals/{kept.id}"):
        assert staff.get(path).status_code == 200


def test_staff_matches_some_units_of_an_order(
    world: World, work: Work, staff: FlaskClient, box: Mailbox
) -> None:
    purchase = bought(world, TEE)
    Customer(world, TEE).declare(particulars(purchase, part="only two"))
    later(world, work, minutes=1)
    (kept,) = statements.recent(world.office.db)
    path = f"/console/withdrawals/{kept.id}"
    page = staff.get(path).get_data(as_text=True)
    assert purchase.email in page
    assert "say which" in staff.get("/console/").get_data(as_text=True)
    form = carried(staff, path) | {
        "number": purchase.number,
        f"quantity-{purchase.lines[0].ref}": "2",
    }
    staff.post(f"{path}/match", data=form)
    (case,) = returns.of_order(world.office.db, TEE, purchase.ref)
    assert [line.asked for line in case.lines] == [2]
    assert desk.about(world.office.db, kept.id) == []
    assert len(box.came) == 1


def test_staff_hands_a_receipt_over_that_no_server_takes(
    world: World, work: Work, staff: FlaskClient, box: Mailbox
) -> None:
    Customer(world, TEE).declare(particulars(bought(world, TEE)))
    box.replies = ["550 no"]
    later(world, work, minutes=1)
    (kept,) = statements.recent(world.office.db)
    path = f"/console/withdrawals/{kept.id}"
    staff.post(f"{path}/send", data=carried(staff, path) | {"by_hand": "1"})
    assert desk.about(world.office.db, kept.id) == []
    (letter,) = letters.of_statement(world.office.db, kept.id)
    assert letter.why == "handed over by console"


def test_staff_confirms_that_customers_are_told(
    world: World, staff: FlaskClient
) -> None:
    path = f"/console/withdrawals/told/{TEE}"
    page = staff.get(path).get_data(as_text=True)
    assert page.count("/returns/tee/withdraw") == len(LANGUAGES)
    form = carried(staff, path) | {"told": "1", "since": "2026-06-19T00:00"}
    staff.post(path, data=form)
    told = notices.since(world.office.db, TEE)
    assert told
    assert f"{told:%Y-%m-%d}" == "2026-06-19"
    assert not notices.was_told(world.office.db, TEE, told - timedelta(seconds=1))
    staff.post(path, data=form | {"told": "0", "since": ""})
    assert notices.since(world.office.db, TEE) is None


def kept_of(world: World, said: Said) -> statements.Statement:
    now = world.clock()
    return step.take(
        world.office.db,
        shop=TEE,
        said=said,
        seller=Seller(title="Teehaus"),
        channel="email",
        language="en",
        moments=Moments(sent=now, received=now),
        sent_key="k",
        actor="test",
        now=now,
    )


def test_times_and_ways_that_cannot_be_are_refused(world: World) -> None:
    said, now = Said(name="A", contract="1"), world.clock()
    wrong = [
        ("fax", Moments(sent=now, received=now)),
        ("email", Moments(sent=now, received=now - timedelta(seconds=1))),
        ("email", Moments(sent=now, received=now + timedelta(seconds=1))),
    ]
    for channel, moments in wrong:
        with pytest.raises(BadRequest):
            step.take(
                world.office.db,
                shop=TEE,
                said=said,
                seller=Seller(title="Teehaus"),
                channel=channel,
                language="en",
                moments=moments,
                sent_key="k",
                actor="test",
                now=now,
            )
    assert statements.recent(world.office.db) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE statements SET name = 'Eve'",
        "UPDATE statements SET sent_at = '2026-01-01'",
        "DELETE FROM statements",
        "UPDATE letters SET body = 'other'",
        "DELETE FROM statement_matches",
    ],
)
def test_the_database_holds_statements_as_they_were_sent(
    world: World, work: Work, box: Mailbox, change: str
) -> None:
    Customer(world, TEE).declare(particulars(bought(world, TEE)))
    later(world, work, minutes=1)
    assert len(box.came) == 1
    with pytest.raises(LawBroken):
        world.office.db.execute(change)


def test_a_person_can_have_a_copy_and_be_forgotten(
    world: World, work: Work, box: Mailbox
) -> None:
    db, now = world.office.db, world.clock()
    reach = "ghost@example.test"
    kept = kept_of(world, Said(name="Ghost", contract="none", reach=reach))
    with pytest.raises(NotFound):
        privacy_step.by_email(
            db, TEE, REDACT, "nobody@example.test", actor="x", now=now
        )
    asked = privacy_step.by_email(db, TEE, DATA_REQUEST, reach, actor="x", now=now)
    later(world, work, minutes=1)
    held = json.loads(privacy.export(db, asked.id))
    assert held["withdrawals"][0]["statement"]["said"]["name"] == "Ghost"
    gone = privacy_step.by_email(db, TEE, REDACT, reach, actor="x", now=world.clock())
    later(world, work, minutes=1)
    assert privacy.get(db, gone.id).state == "waiting"  # a person must see it first
    step.settle(db, kept.id, "", actor="x", now=world.clock())
    later(world, work, minutes=1)
    assert privacy.get(db, gone.id).state == "done"
    after = statements.get(db, kept.id)
    assert after.said == Said(name="", contract="")
    assert after.digest == kept.digest
    (letter,) = letters.of_statement(db, kept.id)
    assert (letter.recipient, letter.body, letter.state) == ("", "", "sent")
    assert len(box.came) == 1


def test_old_statements_are_forgotten_by_themselves(
    world: World, work: Work, box: Mailbox
) -> None:
    kept = kept_of(world, Said(name="Old", contract="none", reach="o@example.test"))
    later(world, work, minutes=1)
    assert len(box.came) == 1
    world.clock.pass_by(days=1100)
    purge.run(world.office.db, purge.Terms(), world.clock())
    assert statements.get(world.office.db, kept.id).said.name == "Old"  # it waits
    step.settle(world.office.db, kept.id, "", actor="x", now=world.clock())
    purge.run(world.office.db, purge.Terms(), world.clock())
    assert statements.get(world.office.db, kept.id).said.name == ""


CONFIG = """
database = "{database}"
[server]
secret_key = "a key for cookies that is surely long enough for tests"
[[shops]]
name = "tea"
platform = "shopify"
address = "tea.myshopify.com"
title = "Tea"
token = "x"
client_secret = "y"
"""


def test_the_command_line_writes_down_lists_and_settles(
    tmp_path: Path, address: str
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(CONFIG.format(database=address))

    def run(*words: str) -> str:
        done = CliRunner().invoke(cli, ["--config", str(path), "statement", *words])
        assert done.exit_code == 0, (done.output, done.exception)
        return done.output

    given = ("--shop", "tea", "--name", "Ada", "--contract", "1001")
    when = ("--received", "2026-01-02 10:00", "--sent", "2026-01-01")
    said = run("add", *given, "--channel", "phone", *when)
    assert "2026-01-01 00:00:00 UTC" in said
    assert run("add", *given, "--channel", "phone", *when) == said  # told once
    (row,) = json.loads(run("list", "--json"))
    assert (row["channel"], row["receipt"]) == ("phone", "")
    assert "Ada" in run("show", row["id"])
    run("settle", row["id"])
    assert "Widerruf" in run("notice", "--shop", "tea", "--language", "de")
    run("informed", "--shop", "tea", "--since", "2026-06-19")
    run("informed", "--shop", "tea", "--no")
