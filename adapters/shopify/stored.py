"""Value kept for a customer at Shopify: store credit of its own, gift cards.

`storeCreditAccountCredit` has no key, so that it is sent once and judged by the
account's transactions. `giftCardCreate` takes a code of ours once.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from adapters.shopify import judging, outcome, translate
from adapters.shopify.judging import Card, Credit
from connector.errors import Gone, OutcomeUnknown, Rejected
from connector.model import Found, Moved, Prepared, Receipt
from connector.money import Money
from connector.saying import saying

if TYPE_CHECKING:
    from adapters.shopify.calls import Calls
    from connector.model import Finding, RefundRequest

Json = Mapping[str, Any]
TAKEN = "TAKEN"
V7 = 7  # the version of our keys, which begin with a moment


# Store credit.


def account(
    calls: Calls, order_ref: str, currency: str
) -> tuple[str, tuple[Credit, ...]]:
    """Read whose order it is, and the newest credits on the account of a currency.

    The ref is empty where the order has no customer.
    """
    found = calls.ask("credit_account", {"id": order_ref}).get("order")
    if not found:
        raise Gone(order=order_ref)
    person = found.get("customer")
    if not person:
        return "", ()
    rows = [
        row
        for one in person["storeCreditAccounts"]["nodes"]
        if one["balance"]["currencyCode"] == currency
        for row in one["transactions"]["nodes"]
        if row.get("id")
    ]
    return str(person["id"]), tuple(_credit(row, currency) for row in rows)


def _credit(row: Json, currency: str) -> Credit:
    ends = row.get("expiresAt")
    return Credit(
        ref=str(row["id"]),
        amount=Money.read(str(row["amount"]["amount"]), currency)[0],
        event=str(row["event"]),
        made_at=translate.moment(str(row["createdAt"])),
        expires_at=translate.moment(str(ends)) if ends else None,
    )


def prepare_credit(calls: Calls, request: RefundRequest) -> Prepared:
    """Read the account before a credit is given; ask where it may be there already."""
    owner, seen = account(calls, request.order_ref, request.amount.currency)
    preimage = {"owner": owner, "credits": sorted(one.ref for one in seen)}
    ask = judging.doubt_of_credit(request, seen, _promised_at(request.key))
    if not owner:
        ask = saying(
            "this order has no customer at Shopify, and store credit needs one"
        )
    return Prepared(preimage=preimage, ask=ask)


def _promised_at(key: str) -> datetime | None:
    """Return when a key was made: a UUIDv7 begins with its milliseconds."""
    try:
        known = uuid.UUID(key)
    except ValueError:
        return None
    if known.version != V7:
        return None
    return datetime.fromtimestamp((known.int >> 80) / 1000, UTC)


def give(calls: Calls, request: RefundRequest, preimage: Json) -> Receipt:
    """Send `storeCreditAccountCredit`, once."""
    credit: dict[str, Any] = {
        "creditAmount": outcome.money_input(request.credit),
        "notify": False,
    }
    if request.expires_at:
        credit["expiresAt"] = expiry(request)
    asked = {"id": preimage["owner"], "credit": credit}
    payload = calls.change("credit_give", "storeCreditAccountCredit", asked)
    made = payload.get("storeCreditAccountTransaction")
    if not made:
        msg = saying("Shopify gave no credit, and names no error")
        raise OutcomeUnknown(msg)
    return Receipt(
        ref="",
        amount=request.amount,
        moved=Moved.YES,
        made=str(made["id"]),
    )


def expiry(request: RefundRequest) -> str | None:
    """Write when a credit ends, to the second, as Shopify keeps it."""
    if request.expires_at is None:
        return None
    return request.expires_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# Gift cards.


def cards(calls: Calls, code: str) -> tuple[Card, ...]:
    """Search the gift cards of a code; Shopify shows its last four characters.

    What was made a moment ago may be missing: the search looks in an index.
    """
    nodes = calls.ask("cards", {"query": code})["giftCards"]["nodes"]
    last = code[-4:].lower()
    return tuple(
        _card(row) for row in nodes if str(row["lastCharacters"]).lower() == last
    )


def _card(row: Json) -> Card:
    worth, left = row["initialValue"], row["balance"]
    return Card(
        ref=str(row["id"]),
        amount=Money.read(str(worth["amount"]), str(worth["currencyCode"]))[0],
        left=Money.read(str(left["amount"]), str(left["currencyCode"]))[0],
    )


def balance(calls: Calls, code: str) -> Money:
    """Say what is left of a gift card of ours; raises Gone."""
    found = cards(calls, code)
    if not found:
        raise Gone
    if len(found) > 1:
        msg = saying("more than one gift card ends like this code")
        raise OutcomeUnknown(msg, cards=len(found))
    return found[0].left


def find_card(calls: Calls, request: RefundRequest) -> Finding:
    """Judge by the card of our code."""
    return judging.of_card(request, cards(calls, request.code))


def make_card(calls: Calls, request: RefundRequest) -> Receipt:
    """Make the card of our code; one that is there already is met, never doubled."""
    asked: dict[str, Any] = {
        "code": request.code.lower(),
        "initialAmount": outcome.money_input(request.credit),
        "note": f"{request.reason} {translate.TOKEN}{request.key}",
    }
    if request.expires_at:
        asked["expiresOn"] = request.expires_at.astimezone(UTC).date().isoformat()
    try:
        payload = calls.change("card_create", "giftCardCreate", {"input": asked})
    except Rejected as error:
        if TAKEN in str(error.facts.get("codes", "")).split(","):
            return _taken(calls, request)
        raise
    made = payload.get("giftCard")
    if not made:
        msg = saying("Shopify made no gift card, and names no error")
        raise OutcomeUnknown(msg)
    return Receipt(
        ref="",
        amount=request.amount,
        moved=Moved.YES,
        made=str(made["id"]),
    )


def _taken(calls: Calls, request: RefundRequest) -> Receipt:
    """Meet the card that has our code: ours of an earlier try, or a person's matter."""
    found = find_card(calls, request)
    if found.found is Found.DONE and found.receipt:
        return found.receipt
    msg = found.why or saying(
        "the code of this gift card is taken, and its card not found yet"
    )
    raise OutcomeUnknown(msg)
