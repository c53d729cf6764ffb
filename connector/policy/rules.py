"""One small function a rule: what is seen of one line in, an answer or silence out."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from connector import law
from connector.model import Kind, OrderStatus
from connector.money import Money
from connector.policy.compiled import inputs
from connector.policy.periods import LAW_BOUND, withdrawal_ends
from connector.policy.seen import email_hash, past, past_worth, worth
from connector.policy.sentences import answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.model import Answer, Line
    from connector.policy.compiled import Holds
    from connector.policy.own import Said
    from connector.policy.seen import Seen, Whole
    from connector.policy.sentences import Facts
    from connector.policy.vocabulary import (
        Choice,
        Exclusion,
        Limit,
        Listed,
        Reason,
        SpecialWindow,
    )

_STATUS = {
    OrderStatus.UNPAID: "decline",
    OrderStatus.CANCELLED: "ask",
    OrderStatus.REFUNDED: "decline",
    OrderStatus.UNKNOWN: "ask",
}


def standing(seen: Seen) -> list[Answer]:
    """Refuse what was not paid or went back already; ask about unknown states.

    No rule of the merchant's can outweigh that.
    """
    found = []
    status = seen.order.status
    if status in _STATUS:
        facts = (("status", status.value),)
        found.append(answer("order_status", _STATUS[status], status.value, facts))
    left = seen.line.quantity - seen.line.refunded_units
    if seen.wanted.quantity > left:
        asked = (("asked", str(seen.wanted.quantity)), ("left", str(left)))
        found.append(answer("units_left", "decline", "units_left", asked))
    return found


def window(seen: Seen, holds: Holds) -> Answer | None:
    """Hold to the return window, counted from delivery, with a stated fallback."""
    if seen.case.kind is Kind.WITHDRAWAL:
        return withdrawal(seen)
    if seen.case.kind in LAW_BOUND:
        return None
    special = None
    if True in holds.windows:
        special = seen.policy.window.special[holds.windows.index(True)]
    start, counted_from = seen.begins
    days, last = window_ends(seen, special)
    facts: Facts = (
        ("from", counted_from),
        ("start", start.date().isoformat()),
        ("last_day", last.date().isoformat()),
        ("days", str(days)),
    )
    if special is not None:
        facts = (*facts, ("window", special.name), *inputs(special.when, seen))
    if seen.case.asked_at <= last:
        return answer("window", "approve", "window_open", facts)
    code = "season_ended" if special and special.until else "window_ended"
    return answer("window", "decline", code, facts)


def window_ends(seen: Seen, special: SpecialWindow | None) -> tuple[int, datetime]:
    """Return the window in days and its last moment.

    A special one's days go before the country's; it lasts until its last day at least.
    """
    rules = seen.policy.window
    start, counted_from = seen.begins
    days = rules.by_country.get(seen.order.customer.country.upper(), rules.days)
    if special is not None and special.days is not None:
        days = special.days
    grace = 0 if counted_from == "delivery" else rules.grace_days
    last = start + timedelta(days=days + grace)
    if special is not None and special.until is not None:
        last = max(last, _end_of(special.until, start))
    return days, last


def _end_of(day: date, like: datetime) -> datetime:
    """Return the last moment of a day, aware as `like` is."""
    return datetime.combine(day, time.max, tzinfo=like.tzinfo)


def withdrawal(seen: Seen) -> Answer:
    """Grant fourteen days from the last parcel; in doubt, for the customer.

    Where no law that Retour knows grants the right (docs/law.md, 63) the policy says
    what is voluntary, and this form puts none of its questions: a person decides.
    """
    grace = seen.policy.window.grace_days
    start, counted_from, last = withdrawal_ends(seen.order, grace, seen.policy.switches)
    facts = (("from", counted_from), ("start", start.date().isoformat()))
    if not law.withdrawal_days(seen.order.customer.country, seen.policy.switches):
        return answer("withdrawal", "ask", "withdrawal_none", facts)
    if seen.case.asked_at <= last:
        return answer("withdrawal", "approve", "withdrawal", facts)
    return answer("withdrawal", "ask", *_late(seen, facts))


def _late(seen: Seen, facts: Facts) -> tuple[str, Facts]:
    """Say why only a person knows: the period is longer where nobody informed.

    Whether the shop did is not the policy's to know (docs/law.md, statement 6): here
    stands the last day that there could be.
    """
    right = law.right(law.sale_of(seen.order), switches=seen.policy.switches)
    if right.ends is None:
        return "withdrawal_unstarted", facts
    facts = (*facts, ("law", right.article), ("until", right.ends.isoformat()))
    if right.is_open(seen.case.asked_at):
        return "withdrawal_extended", facts
    return "withdrawal_over", facts


def exclusions(seen: Seen, holds: Holds) -> Answer | None:
    """Keep out what cannot come back; only a letter of the law binds a withdrawal.

    A fault is answered for whatever was excluded (Directive (EU) 2019/771).
    """
    kind = seen.case.kind
    if kind in LAW_BOUND and kind is not Kind.WITHDRAWAL:
        return None
    for one, does in zip(seen.policy.exclusions, holds.exclusions, strict=True):
        if kind is Kind.WITHDRAWAL and not one.article:
            continue
        listed = _excludes(one, seen.line, seen)
        if listed or (one.when and does):
            facts: Facts = (("name", one.name), *(listed or inputs(one.when, seen)))
            if one.article:
                place = f"article 16 ({one.article}) of Directive 2011/83/EU"
                facts = (*facts, ("law", place), ("letter", one.article))
            return answer("exclusion", "decline", "", facts, one.why)
    return None


def _excludes(one: Exclusion, line: Line, seen: Seen) -> Facts:
    """Say by what a line is on an exclusion's lists; empty where it is on none."""
    if line.product_ref in one.products:
        return (("product", line.product_ref), ("sku", line.sku))
    if line.sku in one.skus:
        return (("sku", line.sku),)
    if tags := seen.tags & one.tags:
        return (("tag", ", ".join(sorted(tags))), ("sku", line.sku))
    if found := seen.categories & one.categories:
        return (("category", ", ".join(sorted(found))), ("sku", line.sku))
    return ()


def final_sale(seen: Seen) -> Answer | None:
    """Keep out what was sold for good, and gift cards.

    No law knows a final sale: a claim that it grants is not touched by one.
    """
    if seen.line.is_gift_card and not seen.policy.gift_cards:
        return answer("gift_card", "decline", "gift_card")
    tags = seen.tags & seen.policy.final_sale
    if not tags:
        return None
    says = "note" if seen.case.kind in LAW_BOUND else "decline"
    return answer("final_sale", says, "final_sale", (("tag", min(tags)),))


def no_reason(code: str) -> Answer:
    """Ask a person about a reason that the policy does not know."""
    return answer("reason", "ask", "reason", (("reason", code[:80]),))


def person(reason: Reason) -> Answer:
    """Ask, because a person looks at every return for the reason."""
    return answer("person", "ask", "person", (("reason", reason.code),))


def chosen(seen: Seen, holds: Holds) -> list[tuple[str, Choice | None, bool]]:
    """Return the questions that this line is asked: code, answer, must it be there."""
    given = dict(seen.wanted.answers)
    return [
        (one.code, one.choice(given.get(one.code, "")), one.is_required)
        for one, does in zip(seen.policy.questions, holds.questions, strict=True)
        if does
    ]


def questions(seen: Seen, holds: Holds) -> list[Answer]:
    """Let the customer's answers decide, where the policy says that they do."""
    found = []
    for code, choice, must in chosen(seen, holds):
        facts = (("question", code), ("answer", choice.code if choice else ""))
        if choice is None and must:
            found.append(answer("question", "ask", "question", facts))
        elif choice is not None and choice.says in ("ask", "decline"):
            sentence = f"answer_{choice.says}"
            said = answer("question", choice.says, sentence, facts, choice.why)
            found.append(said)
        elif choice is not None and choice.says == "approve" and choice.why:
            found.append(answer("question", "note", "", facts, choice.why))
    return found


def photos_wanted(seen: Seen, said: Said) -> int:
    """Return how many photos an own rule wants, else the reason."""
    own = said.values.get("photos")
    if own is not None:
        return int(own)
    return seen.reason.photos if seen.reason else 0


def photos(seen: Seen, wanted: int) -> Answer | None:
    """Ask where photos are wanted and fewer came."""
    sent = seen.wanted.photo_count
    if sent >= wanted:
        return None
    facts = (("wanted", str(wanted)), ("sent", str(sent)))
    return answer("photo", "ask", "photos", facts)


def blocked(of: Whole) -> Answer | None:
    """Ask, or refuse, where the customer is on the block list."""
    found = _on(of, of.policy.block)
    if not found:
        return None
    says = of.policy.block.says
    code = "blocked_decline" if says == "decline" else "blocked"
    return answer("block", says, code, (("listed_by", found),), of.policy.block.why)


def allowed(of: Whole) -> Answer | None:
    """Note that the customer is on the allow list."""
    found = _on(of, of.policy.allow)
    return (
        answer("allow", "note", "allowed", (("listed_by", found),)) if found else None
    )


def _on(of: Whole, listed: Listed) -> str:
    """Say by what a customer is on a list: email or tag; "" where he is not.

    The trace never holds the address, nor its hash.
    """
    if listed.emails and email_hash(of.order.customer.email) in listed.emails:
        return "email"
    return "tag" if listed.tags & of.customer_tags else ""


def limits(of: Whole) -> list[Answer]:
    """Ask, or refuse, where a customer sends back more than the policy's limits."""
    found = []
    for one in of.policy.limits:
        count, value = 1 + past(of.case, one.days), _value(of, one)
        over = one.returns is not None and count > one.returns
        if over or (one.worth is not None and value > one.worth.minor):
            facts: Facts = (("name", one.name), ("days", str(one.days)))
            facts = (*facts, *_counted(of, one, count, value))
            found.append(answer("limit", one.says, "limit", facts, one.why))
    return found


def _counted(of: Whole, one: Limit, count: int, value: int) -> Facts:
    """Return what a limit looked at, beside what it allows."""
    found: Facts = (("returns", str(count)),)
    if one.returns is not None:
        found = (*found, ("most_returns", str(one.returns)))
    if one.worth is not None:
        worth = Money(value, of.policy.currency)
        found = (*found, ("value", str(worth)), ("most_value", str(one.worth)))
    return found


def _value(of: Whole, limit: Limit) -> int:
    """Return, in minor units, what was sent back in the limit's days, now too."""
    if limit.worth is None:
        return 0
    currency = of.policy.currency
    asked = asked_worth(of) if of.is_same_currency else 0
    return asked + past_worth(of.case, limit.days, currency)


def asked_worth(of: Whole, refs: Sequence[str] | None = None) -> int:
    """Return what was paid for what is asked back, in the order's minor units.

    With `refs` of those lines alone.
    """
    return sum(
        worth(line, one.quantity).minor
        for one in of.case.lines
        if (line := of.lines.get(one.line_ref))
        and (refs is None or one.line_ref in refs)
    )
