"""Measure a decision with its trace against the same rules written by hand.

Run it as `python -m bench.policy`. The hand-written function below knows the policy
by heart and makes the same verdict, answer by answer; both are held equal on every
line before anything is timed.
"""

from __future__ import annotations

import gc
import random
import statistics
import sys
import time
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connector import law, policy
from connector.model import Answer, Customer, Fault, Kind, Order, Parcel, Resolution
from connector.money import Money
from connector.policy import Case, LineVerdict, Offer, Verdict, Wanted, When
from connector.policy.periods import withdrawal_ends
from connector.states import Decision
from tests.connector.shapes import NOON, a_line, an_order

if TYPE_CHECKING:
    from collections.abc import Callable

LINES, PART, ROUNDS, MOST = 4000, 500, 5, 3.0
TEXT = """
currency = "EUR"
[window]
days = 30
[window.countries]
CH = 14
[[windows]]
name = "loyal"
when = { customer_tag = "vip" }
days = 60
[[exclude]]
name = "hygiene"
why = "Underwear cannot be returned."
tags = ["hygiene"]
[[reasons]]
code = "small"
[[reasons]]
code = "broken"
fault = "merchant"
photos = 1
[fees]
restocking_percent = "10"
return_shipping = "4.90"
[fees.waived]
order_above = "200.00"
[approve]
automatic_below = "300.00"
[[rules]]
name = "outlet"
when = { category = "outlet", country = { not_in = ["FR", "DE"] } }
then = { decide = "decline" }
why = "Outlet items sent abroad stay there."
[[rules]]
name = "watches"
priority = 2
when = { category = "watches", price = { above = "150.00" } }
then = { decide = "ask", restocking_percent = "0" }
why = "A person looks at watches."
[[rules]]
name = "furniture"
when = { category = "furniture", days_since_delivery = { above = 7 } }
then = { restocking_percent = "25", return_shipping = "39.00" }
[[rules]]
name = "many"
priority = 1
when = { quantity = { at_least = 4 }, fault = "customer" }
then = { decide = "ask" }
why = "A person looks at large returns."
"""
CATEGORIES = ("outlet", "watches", "furniture", "shirts", "shirts", "shirts")
ONLY_MONEY = (Offer(resolution=Resolution.REFUND),)
RULES = policy.load(TEXT)
AWAY = ("FR", "DE")
FURNITURE = "restocking_percent 25, return_shipping 39.00 EUR"
OPEN = (
    "The period to withdraw from the purchase still runs, until %(until)s: until"
    " then no rule of the shop alone declines a return, so a person decides."
)
SPARED = "No restocking fee: the period to withdraw from the purchase still runs."
GOES = Answer(
    rule="moment",
    says="note",
    why="It is paid back once the goods have arrived.",
    facts=(("when", "received"), ("set_by", "refund")),
    code="paid_received",
)


def drawn(seed: int) -> list[tuple[Order, Case]]:
    """Return orders of one line with a voluntary return each, the same every time."""
    dice = random.Random(seed)
    found = []
    for _ in range(LINES):
        line = replace(
            a_line("a", dice.randrange(500, 60000), 5),
            tags=("hygiene",) if dice.random() < 0.1 else ("new",),
            categories=(dice.choice(CATEGORIES),),
        )
        parcel = Parcel(ref="p", units=(("a", 5),), delivered_at=NOON)
        customer = Customer(
            country=dice.choice(("FR", "DE", "CH", "IT")),
            tags=("vip",) if dice.random() < 0.2 else (),
        )
        order = replace(an_order(line), parcels=(parcel,), customer=customer)
        wanted = Wanted(
            line_ref="a",
            quantity=dice.randint(1, 5),
            reason=dice.choice(("small", "broken", "?")),
            photos=dice.randint(0, 1),
        )
        at = NOON + timedelta(days=dice.randrange(70))
        found.append((order, Case(kind=Kind.VOLUNTARY, asked_at=at, lines=(wanted,))))
    return found


def by_hand(order: Order, case: Case) -> Verdict:
    """Judge a voluntary return of one line as TEXT does, written out in Python."""
    wanted, line = case.lines[0], order.lines[0]
    start = max(one.delivered_at for one in order.parcels if one.delivered_at)
    days, name = 30, ""
    if order.customer.country == "CH":
        days = 14
    if "vip" in order.customer.tags:
        days, name = 60, "loyal"
    trace = [_window(case, start, days, name)]
    if "hygiene" in line.tags:
        listed = (("name", "hygiene"), ("tag", "hygiene"), ("sku", line.sku))
        why = "Underwear cannot be returned."
        trace.append(_own("exclusion", "decline", why, listed))
    if wanted.reason not in ("small", "broken"):
        trace.append(_code("reason", "ask", "reason", "The policy does not know this"
                           " reason.", (("reason", wanted.reason),)))  # fmt: skip
    fault = Fault.MERCHANT if wanted.reason == "broken" else Fault.CUSTOMER
    if wanted.reason == "broken" and not wanted.photos:
        trace.append(_code("photo", "ask", "photos", "Photos needed: 1; sent: 0.",
                           (("wanted", "1"), ("sent", "0"))))  # fmt: skip
    own_bp, own_fee = _rules(order, case, fault, start, trace)
    bp, fee, decision = 0, None, _decision(trace)
    until = ""
    if fault is Fault.CUSTOMER or decision is Decision.DECLINED:
        until = _within(order, case)
    if until and decision is Decision.DECLINED:
        decision = Decision.NEEDS_PERSON
        trace[:] = [_eased(one) if one.says == "decline" else one for one in trace]
        why = OPEN % {"until": until}
        facts = (("until", until),)
        trace.append(_code("withdrawal", "ask", "withdrawal_open", why, facts))
    if fault is Fault.CUSTOMER:
        bp, fee = _fees(order, own_bp, own_fee, trace, decision, until)
    if decision is not Decision.DECLINED:
        trace.append(GOES)
    return _verdict(order, wanted, trace, bp, fee, decision)


def _fees(
    order: Order,
    own_bp: int | None,
    own_fee: Money | None,
    trace: list[Answer],
    decision: Decision,
    until: str,
) -> tuple[int, Money | None]:
    is_big = order.total.minor > 20000
    bp, bp_by, fee, fee_by = own_bp, "rules furniture", own_fee, "rules furniture"
    if bp is None:
        bp, bp_by = (0, "") if is_big else (1000, "fees")
    if fee is None and not is_big:
        fee, fee_by = Money(490, "EUR"), "fees"
    if bp and until:
        bp, law_ = 0, (("set_by", "law"), ("until", until))
        trace.append(_code("restocking", "note", "restocking_law", SPARED, law_))
    if bp:
        why = f"A restocking fee of {bp / 100:g} % applies."
        facts = (("percent", f"{bp / 100:g}"), ("set_by", bp_by))
        trace.append(_code("restocking", "fee", "restocking", why, facts))
    if is_big and (own_bp is None or own_fee is None):
        off = (("set_by", "fees.waived"), ("total", str(order.total)),
                 ("order_above", "200.00 EUR"))  # fmt: skip
        trace.append(_code("fees", "note", "waived", "No fee is taken.", off))
    if fee and decision is not Decision.DECLINED:
        paid = str(fee)
        why = f"The way back costs {paid}, once for the whole return."
        facts = (("amount", paid), ("set_by", fee_by))
        trace.append(_code("return_shipping", "fee", "way_back", why, facts))
    return bp, fee


def _within(order: Order, case: Case) -> str:
    """Return the last day of the law's period, where it still runs; else "".

    Where it ends the law's own functions say, by hand as by the policy.
    """
    country = order.customer.country
    if not law.withdrawal_days(country):
        return ""
    last = withdrawal_ends(order, 0)[2]
    return law.local_day(last, country).isoformat() if case.asked_at <= last else ""


def _eased(one: Answer) -> Answer:
    return Answer(
        rule=one.rule,
        says="ask",
        why=f"{one.why} The law may grant this claim all the same.",
        facts=(*one.facts, ("softened", "yes")),
        code=one.code,
        words=one.words,
    )


def _decision(trace: list[Answer]) -> Decision:
    said = [one.says for one in trace]
    if "decline" in said:
        return Decision.DECLINED
    return Decision.NEEDS_PERSON if "ask" in said else Decision.APPROVED


def _is_watch(order: Order) -> bool:
    line = order.lines[0]
    return line.categories == ("watches",) and line.gross.share(1, 5).minor > 15000


def _window(case: Case, start: datetime, days: int, name: str) -> Answer:
    last = start + timedelta(days=days)
    last = last.replace(hour=23, minute=59, second=59, microsecond=999_999)
    shown = last.date().isoformat()
    facts: tuple[tuple[str, str], ...] = (
        ("from", "delivery"), ("start", start.date().isoformat()),
        ("last_day", shown), ("days", str(days)),
    )  # fmt: skip
    if name:
        facts = (*facts, ("window", name), ("customer_tag", "vip"))
    if case.asked_at <= last:
        why = f"Within the return window, which ends on {shown}."
        return _code("window", "approve", "window_open", why, facts)
    why = f"The return window of {days} days ended on {shown}."
    return _code("window", "decline", "window_ended", why, facts)


def _rules(
    order: Order, case: Case, fault: Fault, start: datetime, trace: list[Answer]
) -> tuple[int | None, Money | None]:
    line, wanted, country = order.lines[0], case.lines[0], order.customer.country
    bp: int | None = None
    fee: Money | None = None
    of = line.categories[0]
    outlet = of == "outlet" and country not in AWAY
    watch = _is_watch(order)
    many = wanted.quantity >= 4 and fault is Fault.CUSTOMER
    days = (case.asked_at - start).days
    if outlet and not many:
        facts = (("name", "outlet"), ("category", of), ("country", country),
                 ("priority", "0"), ("does", "decide decline"))  # fmt: skip
        why = "Outlet items sent abroad stay there."
        trace.append(_own("rule:outlet", "decline", why, facts))
    if watch:
        bp = 0
        price = str(line.gross.share(1, 5))
        facts = (("name", "watches"), ("category", of), ("price", price),
                 ("priority", "2"),
                 ("does", "decide ask, restocking_percent 0"))  # fmt: skip
        trace.append(_own("rule:watches", "ask", "A person looks at watches.", facts))
    if of == "furniture" and days > 7:
        bp, fee = 2500, Money(3900, "EUR")
        facts = (("name", "furniture"), ("category", of),
                 ("days_since_delivery", str(days)), ("priority", "0"),
                 ("does", FURNITURE))  # fmt: skip
        why = "The rule “furniture” applies."
        said = _code("rule:furniture", "note", "rule_note", why, facts)
        trace.append(said)
    if many and not watch:
        facts = (("name", "many"), ("quantity", str(wanted.quantity)),
                 ("fault", fault.value), ("priority", "1"),
                 ("does", "decide ask"))  # fmt: skip
        why = "A person looks at large returns."
        trace.append(_own("rule:many", "ask", why, facts))
    return bp, fee


def _verdict(
    order: Order,
    wanted: Wanted,
    trace: list[Answer],
    bp: int,
    fee: Money | None,
    decision: Decision,
) -> Verdict:
    if decision is Decision.DECLINED:
        fee = None
    elif decision is Decision.APPROVED:
        worth = order.lines[0].gross.share(wanted.quantity, 5)
        if worth.minor >= 30000:
            decision = Decision.NEEDS_PERSON
            why = f"Worth {worth}; from 300.00 EUR on, a person decides."
            facts = (("worth", str(worth)), ("limit", "300.00 EUR"))
            said_of = _code("automatic_below", "ask", "automatic_below", why, facts)
            trace.append(said_of)
    line = LineVerdict(
        line_ref="a",
        decision=decision,
        trace=tuple(trace),
        restocking_bp=bp,
        offers=ONLY_MONEY,
    )
    return Verdict(
        lines=(line,),
        return_fee=fee,
        refund_shipping=False,
        refund_when=When.RECEIVED,
    )


def _code(
    rule: str, says: str, code: str, why: str, facts: tuple[tuple[str, str], ...]
) -> Answer:
    return Answer(rule=rule, says=says, why=why, facts=facts, code=code)


def _own(rule: str, says: str, why: str, facts: tuple[tuple[str, str], ...]) -> Answer:
    return Answer(rule=rule, says=says, why=why, facts=facts, words=(("", why),))


def ours(order: Order, case: Case) -> Verdict:
    """Judge by the policy, as the program does."""
    return policy.judge(RULES, order, case)


def taken(
    judge: Callable[[Order, Case], Verdict], of: list[tuple[Order, Case]]
) -> float:
    """Return microseconds of this process's own time a decision."""
    gc.collect()
    started = time.process_time()
    for order, case in of:
        judge(order, case)
    return (time.process_time() - started) / len(of) * 1e6


def main() -> None:
    """Hold both equal on every line, then time them in turn; print the ratio."""
    of = drawn(1)
    for order, case in of:
        mine, plain = ours(order, case), by_hand(order, case)
        if mine != plain:
            sys.exit(f"they differ:\n{mine}\n{plain}")
    parts = [of[place : place + PART] for place in range(0, len(of), PART)]
    pairs = [
        (taken(ours, part), taken(by_hand, part))
        for _ in range(ROUNDS)
        for part in parts
    ]
    mine, plain = (statistics.median(one) for one in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"equal on {len(of)} lines, each with its whole trace")
    print(f"by hand        {plain:8.2f} us a decision")
    print(f"by the policy  {mine:8.2f} us a decision")
    print(f"ratio          {ratio:8.2f} (at most {MOST:g})")
    if ratio > MOST:
        sys.exit("a decision costs more than three times the same by hand")


if __name__ == "__main__":
    main()
