"""Value that the shop keeps for its customers: store credit accounts, gift cards.

Neither mutation is idempotent: a credit comes twice where it is asked for twice; a
second card with the code of a first is refused as TAKEN.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from adapters.shopify.standin.amounts import ZERO, money, rounded
from adapters.shopify.standin.ids import number
from adapters.shopify.standin.pages import connection
from adapters.shopify.standin.records import Credit, GiftCard
from adapters.shopify.standin.state import Refused, refuse

if TYPE_CHECKING:
    from adapters.shopify.standin.amounts import Json
    from adapters.shopify.standin.records import Customer
    from adapters.shopify.standin.state import State

SHORTEST, LONGEST = 8, 20


def give(
    state: State,
    customer: Customer,
    amount: Decimal,
    currency: str,
    *,
    event: str,
    expires: str | None = None,
) -> Credit:
    """Write a credit on the account of its currency."""
    made = Credit(
        gid=state.new_gid("StoreCreditAccountCreditTransaction"),
        at=state.now(),
        amount=amount,
        currency=currency,
        event=event,
        expires=expires,
    )
    customer.credits.append(made)
    return made


def accounts(state: State, customer: Customer) -> list[Json]:
    """Show a customer's accounts: one a currency, made with its first credit."""
    currencies = dict.fromkeys(one.currency for one in customer.credits)
    return [_account(state, customer, currency) for currency in currencies]


def _account(state: State, customer: Customer, currency: str) -> Json:
    rows = [one for one in customer.credits if one.currency == currency]
    balance = sum((one.amount for one in rows), start=ZERO)
    return {
        "__typename": "StoreCreditAccount",
        "id": f"gid://shopify/StoreCreditAccount/{_account_number(customer, currency)}",
        "balance": money(balance, currency),
        "transactions": connection(rows, partial(_credit, state, customer)),
    }


def _account_number(customer: Customer, currency: str) -> int:
    order = list(dict.fromkeys(one.currency for one in customer.credits))
    return number(customer.account_gid) + order.index(currency)


def _credit(state: State, customer: Customer, one: Credit) -> Json:
    rows = [each for each in customer.credits if each.currency == one.currency]
    until = rows[: rows.index(one) + 1]
    balance = sum((each.amount for each in until), start=ZERO)
    return {
        "__typename": "StoreCreditAccountCreditTransaction",
        "id": one.gid,
        "amount": money(one.amount, one.currency),
        "balanceAfterTransaction": money(balance, one.currency),
        "createdAt": f"{one.at:%Y-%m-%dT%H:%M:%SZ}",
        "event": one.event,
        "expiresAt": one.expires,
        "account": lambda _info: _account(state, customer, one.currency),
    }


def credit(
    state: State,
    _info: object,
    id: str,
    creditInput: Json,
) -> Json:
    """Resolve `storeCreditAccountCredit`: as often as it is asked."""
    try:
        customer, made = _credited(state, id, creditInput)
    except Refused as refused:
        view = {"storeCreditAccountTransaction": None}
        return view | {"userErrors": [refused.view()]}
    shown = _credit(state, customer, made)
    return {"storeCreditAccountTransaction": shown, "userErrors": []}


def _credited(state: State, gid: str, data: Json) -> tuple[Customer, Credit]:
    customer = state.customers.get(gid) or next(
        (
            one
            for one in state.customers.values()
            if gid in [row["id"] for row in accounts(state, one)]
        ),
        None,
    )
    if customer is None:
        refuse("Owner not found", ["id"], "OWNER_NOT_FOUND")
    amount, currency = _amount(data["creditAmount"])
    where = ["creditInput", "creditAmount"]
    if amount <= 0:
        message = "A positive amount must be used to credit a store credit account"
        refuse(message, [*where, "amount"], "NEGATIVE_OR_ZERO_AMOUNT")
    expires = data.get("expiresAt")
    if expires and datetime.fromisoformat(expires) <= state.now():
        message = "The expiry date must be in the future"
        refuse(message, ["creditInput", "expiresAt"], "EXPIRES_AT_IN_PAST")
    made = give(state, customer, amount, currency, event="ADJUSTMENT", expires=expires)
    return customer, made


def _amount(value: Json) -> tuple[Decimal, str]:
    currency = str(value["currencyCode"])
    return rounded(Decimal(value["amount"]), currency), currency


def create_card(state: State, _info: object, input: Json) -> Json:
    """Resolve `giftCardCreate`; a code is taken once, whatever its case."""
    try:
        made = _card(state, input)
    except Refused as refused:
        answer = {"giftCard": None, "giftCardCode": None}
        return answer | {"userErrors": [refused.view()]}
    state.cards[made.gid] = made
    return {"giftCard": card(made), "giftCardCode": made.code, "userErrors": []}


def _card(state: State, data: Json) -> GiftCard:
    code = str(data.get("code") or state.new_uuid().replace("-", "")[:16]).lower()
    amount, currency = _amount(data["initialAmount"])
    where = ["input", "code"]
    if not code.isalnum() or not code.isascii():
        refuse("Code can only contain letters and numbers", where, "INVALID")
    if len(code) < SHORTEST:
        message = "Code is too short (minimum is 8 characters)"
        refuse(message, where, "TOO_SHORT")
    if len(code) > LONGEST:
        refuse("Code is too long (maximum is 20 characters)", where, "TOO_LONG")
    if any(one.code == code for one in state.cards.values()):
        refuse("Code has already been taken", where, "TAKEN")
    if amount <= 0:
        where = ["input", "initialAmount"]
        refuse("Initial value must be greater than 0", where, "GREATER_THAN")
    ends = data.get("expiresOn")
    return GiftCard(
        gid=state.new_gid("GiftCard"),
        code=code,
        amount=amount,
        balance=amount,
        currency=currency,
        created_at=state.now(),
        expires=date.fromisoformat(str(ends)) if ends else None,
        note=data.get("note"),
    )


def card(one: GiftCard) -> Json:
    """Show a gift card; its whole code is never shown again."""
    last = one.code[-4:]
    return {
        "__typename": "GiftCard",
        "id": one.gid,
        "balance": money(one.balance, one.currency),
        "initialValue": money(one.amount, one.currency),
        "createdAt": f"{one.created_at:%Y-%m-%dT%H:%M:%SZ}",
        "updatedAt": f"{one.created_at:%Y-%m-%dT%H:%M:%SZ}",
        "deactivatedAt": None,
        "enabled": True,
        "isRedeemable": True,
        "expiresOn": str(one.expires) if one.expires else None,
        "lastCharacters": last,
        "maskedCode": f"•••• •••• •••• {last}",
        "note": one.note,
        "customer": None,
        "order": None,
        "lineItem": None,
        "templateSuffix": None,
        "crossCurrencyRedemptionStrategy": "NONE",
    }


def cards(state: State, info: object, query: str | None = None, **args: object) -> Json:
    """Resolve `giftCards`: a bare word is searched for in codes and notes."""
    word = (query or "").strip().lower()
    found = [
        one
        for one in state.cards.values()
        if word == one.code or word in (one.note or "").lower() or not word
    ]
    return connection(found, card)(info, **args)
