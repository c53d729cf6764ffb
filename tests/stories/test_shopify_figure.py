"""Our amounts against Shopify's own, over many ordinary returns and some odd ones."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from adapters.shopify.standin import Shop as Standin
from adapters.shopify.standin import refunds as by_staff
from adapters.shopify.standin import returns as at_shop
from adapters.shopify.standin import serve
from adapters.shopify.standin.state import SCOPES
from connector import config
from connector.demo.world import Clock
from connector.model import Kind
from connector.states import Refund
from connector.steps import audit, inspect, request
from connector.steps.inspect import Counted
from connector.store import desk, refunds, returns
from connector.store.filing import Wish
from connector.wiring import Office, open_office
from jobs.schedule import once

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from adapters.shopify.standin.records import Order
    from connector.model import Return
    from connector.store.refunds import RefundRow

ORDERS = 60
ABROAD = "CH"  # no law there takes the restocking fee off in the first days
PASSES = 40  # more than any return needs
CONFIG = """
database = "retour.sqlite"

[network]
allow = ["127.0.0.0/8"]
[server]
secret_key = "long enough to sign the cookies of a test"
"""
SHOP = """
[[shops]]
name = "{name}"
platform = "shopify"
address = "{name}.myshopify.com"
policy = "{name}.toml"
api_url = "{url}"
token = "shpat_x"
client_secret = "hush"
"""
POLICY = """
currency = "{currency}"

[window]
days = 90

[[reasons]]
code = "changed-my-mind"
labels = {{ en = "I changed my mind" }}
shopify = "changed-my-mind"

[[reasons]]
code = "too-small"
labels = {{ en = "Too small" }}
shopify = "too-small"
restocking_percent = "0"

[[reasons]]
code = "defective"
labels = {{ en = "Defective" }}
fault = "merchant"
shopify = "damaged-or-defective"

[fees]
restocking_percent = "12.5"
return_shipping = "4.90"

[refund]
when = "received"
"""
RATES = ("0.19", "0.07", "0.0825", "0.055", "0")


@dataclass(slots=True, kw_only=True)
class Trade:
    """Two Shopify shops, one with tax in its prices and one without, and Retour."""

    clock: Clock
    standins: dict[str, Standin]
    office: Office
    rng: random.Random
    bought: list[tuple[str, str]] = field(default_factory=list)

    def run(self, skip: frozenset[str] = frozenset()) -> None:
        """Let every job run until there is nothing left to do."""
        for _ in range(PASSES):
            self.clock.pass_by(hours=1)
            # Nothing listens for webhooks here, and the watchdog would say so.
            if once(self.office.work, skip=skip | {"hooks"}) == 0:
                return
        raise AssertionError([one.why for one in desk.open_matters(self.office.db)])

    def order(self, shop: str, ref: str) -> Order:
        return self.standins[shop].orders[ref]

    def cases(self, shop: str, ref: str) -> list[Return]:
        return returns.of_order(self.office.db, shop, ref)

    def rows(self) -> list[RefundRow]:
        return refunds.recent(self.office.db, limit=10**6)


@contextmanager
def trade(folder: Path, seed: int) -> Iterator[Trade]:
    clock = Clock()
    standins = {
        name: Standin(
            domain=f"{name}.myshopify.com",
            token="shpat_x",
            client_id="id",
            client_secret="hush",
            clock=clock,
            seed=seed,
            currency=currency,
            taxes_included=included,
            scopes=(*SCOPES, "read_all_orders"),  # else 60 days are shown, and said
        )
        for name, currency, included in (("tee", "EUR", True), ("mugs", "USD", False))
    }
    text = CONFIG
    with ExitStack() as stack:
        for name, standin in standins.items():
            url = stack.enter_context(serve(standin))
            text += SHOP.format(name=name, url=url)
            rules = POLICY.format(currency=standin.currency)
            (folder / f"{name}.toml").write_text(rules, "utf-8")
        office = open_office(config.parse(text, folder, {}), clock, clock.sleep)
        stack.callback(office.db.close)
        rng = random.Random(seed)
        yield Trade(clock=clock, standins=standins, office=office, rng=rng)
        assert audit.run(office.db) == []


def buy(deal: Trade, shop: str) -> None:
    """Let somebody buy one to four kinds of things, and let them arrive."""
    rng, standin = deal.rng, deal.standins[shop]
    kinds = [
        standin.add_product(
            f"Thing {len(deal.bought)}.{number}",
            f"{rng.randint(99, 19_999) / 100:.2f}",
            tax_rate=rng.choice(RATES),
            stock=99,
        )
        for number in range(rng.randint(1, 4))
    ]
    ref = standin.place_order(
        [(gid, rng.randint(1, 4)) for gid in kinds],
        f"ada{len(deal.bought)}@example.test",
        country=ABROAD,
        shipping=rng.choice([None, "4.90", "12.35"]),
        discount_percent=rng.choice([None, None, "10", "33.3"]),
        line_discount={kinds[0]: rng.choice(["0", "0.37"])},
        tenders=rng.choice(
            [
                (("shopify_payments", None),),
                (("gift_card", "0.50"), ("shopify_payments", None)),
            ]
        ),
    )
    standin.fulfil(ref)
    standin.deliver_parcel(ref)
    deal.bought.append((shop, ref))


def ask(deal: Trade, shop: str, ref: str) -> None:
    """Let the customer ask here, or in the shop, which knows a fee of its own."""
    rng = deal.rng
    order = deal.order(shop, ref)
    lines = [line for line in order.lines if rng.random() < 0.7] or order.lines[:1]
    units = {line.gid: rng.randint(1, line.quantity) for line in lines}
    reason = rng.choice(
        ["changed-my-mind", "changed-my-mind", "too-small", "defective"]
    )
    if rng.random() < 0.4:
        in_shop(deal, shop, ref, units, reason)
        return
    at = deal.office.work.shops[shop]
    seen = request.find_order(
        deal.office.db, at, order.name, order.customer.email, deal.clock
    )
    assert seen is not None
    request.open_return(
        deal.office.db,
        shop=shop,
        order=seen,
        kind=Kind.FAULTY if reason == "defective" else Kind.VOLUNTARY,
        wishes=[
            Wish(line_ref=line, quantity=count, reason=reason)
            for line, count in units.items()
        ],
        filed_by="portal",
        now=deal.clock(),
    )


def in_shop(
    deal: Trade, shop: str, ref: str, units: dict[str, int], reason: str
) -> None:
    """Ask in the customer account; the shop's own rules put their fees on it."""
    has_fees = reason == "changed-my-mind"
    fees = dict.fromkeys(units, 12.5) if has_fees else {}
    handle = "damaged-or-defective" if reason == "defective" else reason
    more: dict[str, object] = {}
    if has_fees and deal.rng.random() < 0.5:
        currency = deal.standins[shop].currency
        fee = {"amount": Decimal("3.50"), "currencyCode": currency}
        more["returnShippingFee"] = {"amount": fee}
    native(deal, shop, ref, units, handle, fees, **more)


def native(
    deal: Trade,
    shop: str,
    ref: str,
    units: dict[str, int],
    handle: str,
    fees: dict[str, float],
    **more: object,
) -> None:
    """Ask for a return at the shop, with fees in percent by line."""
    standin = deal.standins[shop]
    sent = {one.line.gid: one.gid for one in deal.order(shop, ref).parcels[0].lines}
    rows = [
        {
            "fulfillmentLineItemId": sent[line],
            "quantity": count,
            "returnReasonDefinitionId": at_shop.reason_gid(handle),
        }
        | ({"restockingFee": {"percentage": fees[line]}} if line in fees else {})
        for line, count in units.items()
    ]
    with standin.lock:
        standin.begin()
        asked = {"orderId": ref, "returnLineItems": rows} | more
        at_shop.request(standin, asked)


def count(deal: Trade, case: Return, *, share: int = 1, bad: float = 0) -> None:
    """Count 1/`share` of what is still to come; a part of the lines has a bad unit."""
    counted: dict[int, Counted] = {}
    for line in case.lines:
        here = -(-(line.approved - line.received) // share)
        if line.decision != "approved" or not here:
            continue
        bad_units = int(here > 1 and deal.rng.random() < bad)
        counted[line.id] = Counted(
            received=here, accepted=here - bad_units, rejected=bad_units
        )
    if counted:
        inspect.receive(
            deal.office.db,
            case.id,
            counted,
            actor="warehouse",
            now=deal.clock(),
            why="worn",
        )


def test_sixty_ordinary_orders_pass_without_a_person(tmp_path: Path) -> None:
    with trade(tmp_path, seed=7) as deal:
        for number in range(ORDERS):
            buy(deal, ("tee", "mugs")[number % 2])
        for shop, ref in deal.bought:
            ask(deal, shop, ref)
        deal.run()
        for part in (deal.bought[::3], deal.bought):  # some parcels come in two
            for shop, ref in part:
                (case,) = deal.cases(shop, ref)
                count(deal, case, share=2 if part is not deal.bought else 1, bad=0.2)
            deal.run(skip=frozenset({"sync"}))
        deal.run()  # what the shops now say of what was paid is read, too
        assert [one.why for one in desk.open_matters(deal.office.db)] == []
        rows = deal.rows()
        assert {row.state for row in rows} == {Refund.CONFIRMED}
        ours = Counter[tuple[str, str]]()
        for row in rows:
            ours[row.shop, row.order_ref] += row.amount.minor
        assert len(ours) > 0.8 * ORDERS
        for shop, ref in deal.bought:
            assert deal.standins[shop].paid_out_minor(ref) == ours[shop, ref]
        kept = {one.code for row in rows for one in row.request.deductions}
        assert kept >= {"restocking", "return_shipping"}


def plain(deal: Trade) -> tuple[str, str, str]:
    """Buy three pots and three cups that are all of one price, and let them arrive."""
    standin = deal.standins["tee"]
    kinds = [standin.add_product(name, "11.90") for name in ("Pot", "Cup")]
    ref = standin.place_order(
        [(gid, 3) for gid in kinds], "ada@example.test", country=ABROAD
    )
    standin.fulfil(ref)
    standin.deliver_parcel(ref)
    deal.run()
    pot, cup = standin.lines_of(ref)
    return ref, pot, cup


def promised(deal: Trade, ref: str, pot: str, cup: str, pots: int = 2) -> None:
    """Promise the refund of some pots and a cup, and let nothing of it leave yet."""
    wishes = [
        Wish(line_ref=line, quantity=units, reason="changed-my-mind")
        for line, units in ((pot, pots), (cup, 1))
    ]
    tee = deal.office.work.shops["tee"]
    request.open_return(
        deal.office.db,
        shop="tee",
        order=tee.order(ref),
        kind=Kind.VOLUNTARY,
        wishes=wishes,
        filed_by="portal",
        now=deal.clock(),
    )
    deal.run()
    (case,) = deal.cases("tee", ref)
    count(deal, case)
    deal.run(skip=frozenset({"refunds"}))


def staff_refund(deal: Trade, ref: str, line: str, units: int) -> None:
    """Give units of a line back in the shop's admin, outside every return."""
    standin, order = deal.standins["tee"], deal.order("tee", ref)
    (bought,) = (one for one in order.lines if one.gid == line)
    with standin.lock:
        standin.begin()
        made = by_staff.open_refund(standin, order, note=None, by="staff", case=None)
        by_staff.add_line(standin, made, bought, units, "NO_RESTOCK")
        amount = made.lines[0].subtotal
        by_staff.pay(standin, order, made, order.transactions[0], amount)
        by_staff.close_refund(standin, order, made)


def the_question(deal: Trade) -> str:
    (matter,) = desk.open_matters(deal.office.db)
    assert (matter.about, matter.code) == ("refund", "differs")
    return matter.why


def test_units_that_staff_gave_back_meanwhile_are_shown_beside_ours(
    tmp_path: Path,
) -> None:
    with trade(tmp_path, seed=1) as deal:
        ref, pot, cup = plain(deal)
        promised(deal, ref, pot, cup, pots=3)
        (row,) = deal.rows()
        assert row.state is Refund.PLANNED
        staff_refund(deal, ref, pot, 1)
        deal.run()
        db = deal.office.db
        (matter,) = desk.open_matters(db)
        assert (matter.about, matter.code) == ("return", "settlement")
        desk.close(db, "return", matter.about_id, "console", deal.clock())
        deal.clock.pass_by(hours=1)
        deal.run()
        why = the_question(deal)
        assert "Shopify would give back 35.70 EUR after keeping nothing" in why
        assert f"Retour {row.amount} after keeping 5.95 EUR (restocking) and" in why
        sides = "Shopify 23.80 EUR, Retour 35.70 EUR less a fee of 4.46 EUR."
        assert why.endswith(f"Lines that differ: Pot x3: {sides}")
        assert deal.standins["tee"].paid_out_minor(ref, by="api") == 0


def test_a_higher_fee_that_staff_put_on_a_return_is_shown_beside_ours(
    tmp_path: Path,
) -> None:
    with trade(tmp_path, seed=1) as deal:
        ref, pot, cup = plain(deal)
        units = {pot: 2, cup: 1}
        native(deal, "tee", ref, units, "changed-my-mind", {pot: 50, cup: 12.5})
        deal.run()
        (case,) = deal.cases("tee", ref)
        count(deal, case)
        deal.run()
        (row,) = deal.rows()
        why = the_question(deal)
        assert "Shopify would give back 24.45 EUR" in why
        assert f"Retour {row.amount} after keeping" in why
        assert why.endswith(
            "differ: Pot x2: Shopify 23.80 EUR less a fee of 10.00 EUR,"
            " Retour 23.80 EUR less a fee of 2.98 EUR."
        )
        assert deal.standins["tee"].paid_out_minor(ref) == 0
