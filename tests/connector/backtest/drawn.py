"""Policies, orders and returns of every kind, drawn at random; small words clash."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from connector.model import (
    Charge,
    Customer,
    Kind,
    Line,
    Order,
    OrderStatus,
    Parcel,
    Resolution,
)
from connector.money import Money
from connector.policy.case import Case, Wanted
from connector.policy.seen import email_hash

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
WORDS = ("red", "blue", "set")
EMAIL = "ada@example.test"
# A month or so, and where a guarantee of two or three years ends.
HOURS = st.integers(0, 900) | st.sampled_from((17_560, 17_600, 18_000, 26_300, 26_400))
COUNTRIES = ("FR", "DE", "ES", "CH", "")
REASONS = ("small", "broken", "mail", "nobody knows", "other-reason", "wrong-item")
WAYS = (
    "refund", "store_credit", "gift_card", "exchange", "replacement", "keep", "repair",
)  # fmt: skip

OTHER = '[[reasons]]\ncode = "*"\nlabels = { en = "Another" }'
HEAD = """
currency = "EUR"
[[customer_groups]]
name = "loyal"
tags = ["red", "gold"]
[[reason_groups]]
code = "fit"
labels = { en = "Fit" }
[[reasons]]
code = "small"
group = "fit"
labels = { en = "Small" }
[[reasons]]
code = "broken"
labels = { en = "Broken" }
fault = "merchant"
photos = 2
[[reasons]]
code = "mail"
labels = { en = "Mail" }
fault = "carrier"
needs_person = true
restocking_percent = "3"
%(other)s
[[methods]]
code = "post"
[[methods]]
code = "in-store"
[[questions]]
code = "tags"
labels = { en = "Tags?" }
when = { reason_group = "fit" }
required = %(required)s
[[questions.answers]]
code = "yes"
labels = { en = "Yes" }
[[questions.answers]]
code = "no"
labels = { en = "No" }
says = "%(no)s"
%(no_fee)s
"""

amounts = st.sampled_from(("5.00", "10.00", "19.99", "20.00", "50.00"))
percents = st.sampled_from(("0", "10", "12.5"))
deliveries = st.sampled_from(
    (
        "",
        'standard_delivery = "4.90"',
        'standard_delivery = { CH = "4.90" }',
        'standard_delivery = { FR = "0", CH = "3.00", default = "4.90" }',
        'standard_delivery = { default = "2.00" }',
    )
)
words = st.sampled_from(WORDS)
days = st.sampled_from((0, 7, 14, 30))


def quoted(found: str) -> str:
    return f'"{found}"'


conditions = st.one_of(
    st.sampled_from(COUNTRIES[:3]).map(lambda x: f'country = "{x}"'),
    st.lists(st.sampled_from(COUNTRIES[:3]), min_size=1, max_size=2).map(
        lambda x: f"country = {{ not_in = {x!r} }}"
    ),
    st.tuples(
        st.sampled_from(("tag", "category", "customer_tag")),
        st.sampled_from(("contains", "contains_all", "lacks")),
        st.lists(words, min_size=1, max_size=2),
    ).map(lambda x: f"{x[0]} = {{ {x[1]} = {x[2]!r} }}"),
    st.tuples(
        st.sampled_from(("price", "worth", "total")),
        st.sampled_from(("above", "below", "at_least", "at_most", "is", "is_not")),
        amounts,
    ).map(lambda x: f'{x[0]} = {{ {x[1]} = "{x[2]}" }}'),
    st.tuples(
        st.sampled_from(
            ("quantity", "days_since_delivery", "days_since_purchase", "photos")
        ),
        st.sampled_from(("above", "below", "at_least", "at_most", "is")),
        st.integers(0, 9),
    ).map(lambda x: f"{x[0]} = {{ {x[1]} = {x[2]} }}"),
    st.sampled_from(
        (
            "placed_at = { between = [2026-03-01, 2026-03-02] }",
            "placed_at = { after = 2026-03-01 }",
            "asked_at = { before = 2026-03-20 }",
            'answer = "tags:yes"',
            'answer = { lacks = ["tags:no"] }',
            'customer_group = "loyal"',
            'customer_group = { lacks = ["loyal"] }',
            'fault = "customer"',
            'reason = ["small", "mail"]',
            'reason = { not_in = ["small"] }',
            'reason_group = "fit"',
            'kind = "voluntary"',
            'kind = { is_not = "withdrawal" }',
            'resolution = ["store_credit", "exchange"]',
            "gift_card = true",
            'currency = "EUR"',
            'channel = "portal"',
            'method = "post"',
            'method = { not_in = ["post"] }',
            "past_returns = { at_least = 1 }",
            'past_value = { above = "20.00" }',
            'product = "p1"',
            'sku = { in = ["s1", "s2"] }',
            'language = "fr"',
            'order_status = "completed"',
        )
    ),
)
whens = st.lists(conditions, max_size=2, unique_by=lambda one: one.split(" ")[0]).map(
    lambda found: f"{{ {', '.join(found)} }}"
)

CREDIT = '"store_credit"'
actions = st.lists(
    st.one_of(
        st.sampled_from(("approve", "ask", "decline")).map(lambda x: f'decide = "{x}"'),
        percents.map(lambda x: f'restocking_percent = "{x}"'),
        amounts.map(lambda x: f'return_shipping = "{x}"'),
        st.just("waive_fees = true"),
        st.sampled_from(WAYS).map(lambda x: f'resolution = "{x}"'),
        st.sampled_from(WAYS).map(lambda x: f'offer = ["{x}"]'),
        st.sampled_from(WAYS).map(lambda x: f'withhold = ["{x}"]'),
        percents.map(lambda x: f'bonus_percent = "{x}"'),
        st.integers(0, 3).map(lambda x: f"photos = {x}"),
        st.just('approver = "boss"'),
        st.sampled_from(("true", "false")).map(lambda x: f"refund_shipping = {x}"),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda one: one.split(" ")[0],
)


def agree(actions: list[str]) -> bool:
    """Say whether a new policy may hold these actions beside each other."""
    said = dict(one.split(" = ") for one in actions)
    is_free = "waive_fees" in said
    fees = {said.get("restocking_percent"), said.get("return_shipping")} - {None}
    way = said.get("resolution", CREDIT)
    both = said.get("offer", "") == said.get("withhold")
    return not (
        (is_free and fees) or (way != CREDIT and "bonus_percent" in said) or both
    )


thens = actions.filter(agree).map(lambda found: f"{{ {', '.join(found)} }}")


@st.composite
def policies(draw: st.DrawFn) -> str:
    """Draw the text of a policy that SQL can be told of."""
    is_fee = draw(st.booleans())
    text = [
        HEAD
        % {
            "required": draw(st.sampled_from(("true", "false"))),
            "no": "fee" if is_fee else draw(st.sampled_from(("ask", "decline"))),
            "other": draw(st.sampled_from(("", OTHER))),
            "no_fee": 'restocking_percent = "20"' if is_fee else "",
        },
        f"[law]\ncountries = {draw(st.sampled_from((['US'], ['CH'], ['CH', 'US'])))!r}",
        f"[window]\ndays = {draw(days)}\ngrace_days = {draw(st.integers(0, 3))}",
        f"[window.countries]\nCH = {draw(days)}",
    ]
    for number in range(draw(st.integers(0, 2))):
        until = draw(st.sampled_from(("", "until = 2026-03-20")))
        lasts = f"days = {draw(days)}" if not until or draw(st.booleans()) else ""
        text.append(
            f'[[windows]]\nname = "w{number}"\nwhen = {draw(whens)}\n{lasts}\n{until}'
        )
    for _ in range(draw(st.integers(0, 2))):
        article = draw(st.sampled_from(("", 'article = "e"', 'article = "c"')))
        text.append(
            f'[[exclude]]\nwhy = "no"\n{article}\nwhen = {draw(whens)}\n'
            f"tags = {[draw(words)]!r}"
        )
    if draw(st.booleans()):
        text.append(f"[final_sale]\ntags = {[draw(words)]!r}")
    if draw(st.booleans()):
        says = draw(st.sampled_from(("ask", "decline")))
        text.append(
            f'[block]\ntags = ["blue"]\nemails = ["{email_hash(EMAIL)}"]\n'
            f'says = "{says}"'
        )
    if draw(st.booleans()):
        text.append('[allow]\ntags = ["gold"]')
    for _ in range(draw(st.integers(0, 1))):
        says = draw(st.sampled_from(("ask", "decline")))
        most = draw(st.sampled_from(("returns = 1", 'value = "50.00"')))
        text.append(f'[[limits]]\ndays = {draw(days)}\n{most}\nsays = "{says}"')
    text.append(_approve(draw))
    text.append(_fees(draw))
    text.append(f"[refund]\nshipping = {draw(st.sampled_from(('true', 'false')))}")
    text.append(draw(deliveries))
    for number in range(draw(st.integers(0, 2))):
        ways = draw(st.lists(st.sampled_from(WAYS), min_size=1, max_size=3))
        bonus = draw(percents) if CREDIT.strip('"') in ways else "0"
        text.append(
            f'[[offers]]\nname = "o{number}"\nresolutions = {ways!r}\n'
            f'bonus_percent = "{bonus}"\nwhen = {draw(whens)}'
        )
    if draw(st.booleans()):
        text.append(f'[keep]\nbelow = "{draw(amounts)}"\nwhen = {draw(whens)}')
    text += [
        f'[[rules]]\nname = "r{number}"\npriority = {draw(st.integers(0, 1))}\n'
        f'when = {draw(whens)}\nthen = {draw(thens)}\nwhy = "so"'
        for number in range(draw(st.integers(0, 4)))
    ]
    return "\n".join(text)


def _approve(draw: st.DrawFn) -> str:
    text = ["[approve]"]
    if draw(st.integers(0, 5)) == 0:
        text.append("automatic = false")
    if draw(st.booleans()):
        text.append(f'automatic_below = "{draw(amounts)}"')
    if draw(st.booleans()):
        text.append(f'[[approve.levels]]\nabove = "{draw(amounts)}"\nwho = "boss"')
    return "\n".join(text)


def _fees(draw: st.DrawFn) -> str:
    text = [f'[fees]\nrestocking_percent = "{draw(percents)}"']
    if draw(st.booleans()):
        text.append(f'return_shipping = "{draw(amounts)}"')
    if draw(st.booleans()):
        text.append(
            f'[[fees.special]]\nname = "s"\nwhen = {draw(whens)}\n'
            f'restocking_percent = "{draw(percents)}"\nreturn_shipping = "2.50"'
        )
    if draw(st.booleans()):
        text.append(
            f'[fees.waived]\nreasons = ["small"]\nresolutions = ["exchange"]\n'
            f'customer_groups = ["loyal"]\norder_above = "{draw(amounts)}"'
        )
    return "\n".join(text)


@st.composite
def orders(draw: st.DrawFn) -> Order:
    """Draw an order with a few lines, in one or two parcels, arrived or not."""
    currency = draw(st.sampled_from(("EUR", "EUR", "EUR", "USD")))
    lines = tuple(
        _line(draw, f"l{number}", currency) for number in range(draw(st.integers(1, 3)))
    )
    placed = START + timedelta(hours=draw(st.integers(0, 60)))
    paid = sum(line.gross.minor for line in lines)
    return Order(
        ref="1",
        number="#1",
        currency=currency,
        total=Money(paid, currency),
        status=draw(st.sampled_from((OrderStatus.COMPLETED, *OrderStatus))),
        placed_at=placed,
        updated_at=placed,
        lines=lines,
        shipping=tuple(_shipping(draw, currency)),
        parcels=tuple(_parcels(draw, lines, placed)),
        customer=Customer(
            email=draw(st.sampled_from((EMAIL, "bob@example.test", ""))),
            country=draw(st.sampled_from((*COUNTRIES, "fr", "ch"))),
            language=draw(st.sampled_from(("fr-FR", "de", ""))),
            tags=tuple(draw(st.lists(st.sampled_from((*WORDS, "Gold")), max_size=2))),
            are_tags_known=draw(st.integers(0, 4)) > 0,
        ),
        completed_at=draw(st.sampled_from((None, placed + timedelta(days=1)))),
    )


def _shipping(draw: st.DrawFn, currency: str) -> list[Charge]:
    paid = draw(st.sampled_from((0, 0, 390, 490, 990)))
    gone = draw(st.sampled_from((None, Money(200, currency))))
    charge = Charge(ref="s", title="Post", gross=Money(paid, currency), refunded=gone)
    return [charge] if paid else []


def _line(draw: st.DrawFn, ref: str, currency: str) -> Line:
    quantity = draw(st.integers(1, 3))
    return Line(
        ref=ref,
        title=ref,
        quantity=quantity,
        gross=Money(draw(st.integers(0, 6000)), currency),
        sku=draw(st.sampled_from(("s1", "s2", ""))),
        product_ref=draw(st.sampled_from(("p1", "p2"))),
        tags=tuple(draw(st.lists(words, max_size=2))),
        categories=tuple(draw(st.lists(words, max_size=2))),
        is_gift_card=draw(st.integers(0, 9)) == 0,
        refunded_units=draw(st.integers(0, 1)) if quantity > 1 else 0,
    )


def _parcels(
    draw: st.DrawFn, lines: tuple[Line, ...], placed: datetime
) -> list[Parcel]:
    found = []
    for number in range(draw(st.integers(0, 2))):
        sent = placed + timedelta(hours=draw(st.integers(1, 40)))
        came = sent + timedelta(hours=draw(st.integers(1, 90)))
        held = draw(st.lists(st.sampled_from(lines), max_size=2))
        found.append(
            Parcel(
                ref=str(number),
                units=tuple((line.ref, 1) for line in held),
                shipped_at=draw(st.sampled_from((sent, sent, None))),
                delivered_at=draw(st.sampled_from((came, came, None))),
            )
        )
    return found


@st.composite
def cases(draw: st.DrawFn, order: Order) -> Case:
    """Draw a return of some of its lines."""
    some = draw(
        st.lists(
            st.sampled_from(order.lines), min_size=1, unique_by=lambda one: one.ref
        )
    )
    answers = st.sampled_from(((), (("tags", "yes"),), (("tags", "no"),)))
    return Case(
        kind=draw(st.sampled_from((Kind.VOLUNTARY, *Kind))),
        asked_at=order.placed_at + timedelta(hours=draw(HOURS)),
        lines=tuple(
            Wanted(
                line_ref=line.ref,
                quantity=draw(st.integers(1, line.quantity)),
                reason=draw(st.sampled_from(REASONS)),
                photos=draw(st.integers(0, 2)),
                resolution=Resolution(draw(st.sampled_from(WAYS))),
                answers=draw(answers),
            )
            for line in some
        ),
        shop="boots",
        channel=draw(st.sampled_from(("portal", "console"))),
        method=draw(st.sampled_from(("", "post", "in-store"))),
        customer_tags=tuple(draw(st.lists(st.sampled_from((*WORDS, "gold"))))),
        gone=tuple((line.ref, draw(st.integers(0, 1))) for line in order.lines),
    )
