"""What a rule says, as a sentence in the reader's language: code and facts in.

Texts are gettext's msgids; `%(name)s` is filled from the facts of the answer.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency

from connector.errors import BadAmount
from connector.model import Answer
from connector.money import Money
from connector.policy.vocabulary import NO_WORDS, spoken
from connector.saying import N_, joined, saying, worded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from connector.policy.vocabulary import Words

Facts = tuple[tuple[str, str], ...]

# Rules that tell of money alone: none of them decides a line.
OF_MONEY = frozenset(
    {"restocking", "fees", "bonus", "shipping", "return_shipping", "moment"}
)
SOFTENED = "softened"  # a fact of an answer that the law forbids to decline
SENTENCES: Mapping[str, str] = {
    "line": N_("The order has no such line."),
    "unpaid": N_("The order was not paid."),
    "cancelled": N_("The order was cancelled."),
    "refunded": N_("The whole order was refunded already."),
    "unknown": N_("The shop gives the order a state new to us."),
    "units_left": N_("Only %(left)s of these items were not refunded yet."),
    "units_unsent": N_(
        "Only %(left)s of these items can come back: %(unsent)s were not sent yet, and"
        " are cancelled, not returned."
    ),
    "window_open": N_("Within the return window, which ends on %(last_day)s."),
    "window_ended": N_("The return window of %(days)s days ended on %(last_day)s."),
    "season_ended": N_("The return window ended on %(last_day)s."),
    "withdrawal": N_("Withdrawal within 14 days of the last parcel."),
    "withdrawal_late": N_(
        "Withdrawal declared later than 14 days after the last parcel."
    ),
    "withdrawal_none": N_(
        "No law that is known here lets a customer in that country withdraw; what the"
        " shop grants by itself a person decides."
    ),
    "withdrawal_extended": N_(
        "Withdrawal declared after the ordinary 14 days. Where the shop did not inform"
        " of the right it runs until %(until)s, so a person decides."
    ),
    "withdrawal_over": N_(
        "Withdrawal declared after %(until)s, when the right ended even where the shop"
        " did not inform of it; a person decides."
    ),
    "withdrawal_unstarted": N_(
        "Withdrawal declared late by what is known, but nobody says when the last"
        " parcel arrived: in law the period may not have begun. A person decides."
    ),
    "withdrawal_open": N_(
        "The period to withdraw from the purchase still runs, until %(until)s: until"
        " then no rule of the shop alone declines a return, so a person decides."
    ),
    "withdrawal_unbegun": N_(
        "Some of the order is still to come, so the period to withdraw from the"
        " purchase still runs: no rule of the shop alone declines a return, so a person"
        " decides."
    ),
    "guarantee_over": N_(
        "It came more than %(months)s months before: whether it is still answered for,"
        " a person decides."
    ),
    "claim": N_("No rule speaks against this claim."),
    "claim_mixed": N_(
        "Some of these items are said to be faulty or damaged, some are not; a person"
        " decides."
    ),
    "claim_unsure": N_(
        "The reason speaks of a fault, and the policy does not know it; a person"
        " decides."
    ),
    "gift_card": N_("Gift cards cannot be returned."),
    "final_sale": N_("This item was a final sale."),
    "reason": N_("The policy does not know this reason."),
    "photos": N_("Photos needed: %(wanted)s; sent: %(sent)s."),
    "person": N_("A person looks at returns for this reason."),
    "question": N_("A question about this item was not answered."),
    "answer_ask": N_("A person looks at this, because of an answer given."),
    "answer_decline": N_("It cannot come back, because of an answer given."),
    "answer_fee": N_("A restocking fee of %(percent)s %% applies to this answer."),
    "blocked": N_("A person looks at the returns of this customer."),
    "blocked_decline": N_("Returns of this customer are not accepted."),
    "customer_tags": N_(
        "The policy asks for the customer's tags or groups, and they are not known; a"
        " person decides."
    ),
    "allowed": N_("A trusted customer: limits and photos do not matter."),
    "limit": N_("More was sent back in %(days)s days than the policy allows."),
    "rule_approve": N_("The rule “%(name)s” approves it."),
    "rule_note": N_("The rule “%(name)s” applies."),
    "clash": N_(
        "Two rules of equal priority say different things: “%(one)s” and “%(other)s”."
    ),
    "clashes": N_("Rules of equal priority say different things: %(rules)s."),
    "approver": N_("This must be approved by: %(who)s."),
    "resolution": N_("What is wanted instead is not offered for this item."),
    "withdrawal_money": N_("A withdrawal is paid back in money; a person decides."),
    "fault_money": N_(
        "Faulty goods are not made good with credit that nobody asked for; a person"
        " decides."
    ),
    "fault_choice": N_(
        "Between repair and replacement of faulty goods the customer chooses: no rule"
        " gives something else by itself. A person decides, who may refuse what is"
        " impossible or costs too much."
    ),
    "ways": N_("The shop itself has no way to do what is wanted: %(way)s."),
    "automatic": N_("A person decides every return."),
    "automatic_below": N_("Worth %(worth)s; from %(limit)s on, a person decides."),
    "level": N_("Worth more than %(above)s: it must be approved by %(who)s."),
    "level_before": N_(
        "With what was given before on this order, worth more than %(above)s: it must"
        " be approved by %(who)s."
    ),
    "currency": N_("The order is in %(paid)s, the policy's amounts in %(policy)s."),
    "restocking": N_("A restocking fee of %(percent)s %% applies."),
    "restocking_law": N_(
        "No restocking fee: the period to withdraw from the purchase still runs."
    ),
    "waived": N_("No fee is taken."),
    "waived_rest": N_("No other fee is taken."),
    "way_back": N_("The way back costs %(amount)s, once for the whole return."),
    "way_back_told": N_(
        "The way back costs %(amount)s, once for the whole return, if the shop said so"
        " before the purchase."
    ),
    "way_back_least": N_(
        "The way back is charged once for the whole return, the least of its items:"
        " %(amount)s."
    ),
    "way_back_free": N_(
        "The way back costs nothing: another item of this return bears no fee for it."
    ),
    "way_back_dear": N_(
        "The policy's fee for the way back, %(amount)s, is more than a withdrawal may"
        " be charged without a look (%(limit)s, or all that was paid for the goods): it"
        " is not taken, and a person decides."
    ),
    "way_back_currency": N_(
        "The policy's fee for the way back, %(amount)s, is not in the currency of the"
        " order: it is not taken."
    ),
    "bonus": N_("%(percent)s %% are added to the credit."),
    "shipping": N_("What was paid for the delivery goes back too."),
    "shipping_part": N_(
        "Of what was paid for the delivery, the part of these goods goes back too."
    ),
    "shipping_most": N_(
        "What was paid for the delivery goes back too, up to %(limit)s, the price of"
        " the standard delivery."
    ),
    "shipping_part_most": N_(
        "Of what was paid for the delivery, the part of these goods goes back too; of"
        " all of it no more than %(limit)s, the price of the standard delivery."
    ),
    "paid_requested": N_("It is paid back once it is approved."),
    "paid_on_word": N_("It is paid back once the goods are on their way."),
    "paid_shipped": N_(
        "It is paid back once it is proven that the goods were sent, or they have"
        " arrived."
    ),
    "paid_received": N_("It is paid back once the goods have arrived."),
    "paid_inspected": N_("It is paid back once the goods were checked."),
    "paid_received_law": N_(
        "It is paid back once the goods have arrived, or by the law's last day."
    ),
    "paid_inspected_law": N_(
        "It is paid back once the goods were checked, or by the law's last day."
    ),
    "credit_requested": N_("The credit is given once it is approved."),
    "credit_on_word": N_("The credit is given once the goods are on their way."),
    "credit_shipped": N_(
        "The credit is given once it is proven that the goods were sent, or they have"
        " arrived."
    ),
    "credit_received": N_("The credit is given once the goods have arrived."),
    "credit_inspected": N_("The credit is given once the goods were checked."),
    "credit_received_law": N_(
        "The credit is given once the goods have arrived, or by the law's last day."
    ),
    "credit_inspected_law": N_(
        "The credit is given once the goods were checked, or by the law's last day."
    ),
    "sent_requested": N_("New goods leave once it is approved."),
    "sent_on_word": N_("New goods leave once the old ones are on their way."),
    "sent_shipped": N_(
        "New goods leave once it is proven that the old ones were sent, or they have"
        " arrived."
    ),
    "sent_received": N_("New goods leave once the old ones have arrived."),
    "sent_inspected": N_("New goods leave once the old ones were checked."),
    "keep": N_("Worth less than %(below)s: the goods may stay with the customer."),
    "goods": N_("Other goods were wanted, but not which."),
    "whole": N_(
        "The shop approves or declines a return as a whole, and its lines differ."
    ),
    SOFTENED: N_("The law may grant this claim all the same."),
}
DAYS = frozenset({"last_day", "start", "until", "placed_at", "asked_at"})
AMOUNTS = frozenset(
    {
        "worth", "limit", "above", "below", "amount", "own", "value", "most_value",
        "past_value", "price", "total", "order_above",
    }
)  # fmt: skip


def answer(
    rule: str,
    says: str,
    code: str,
    facts: Facts = (),
    words: Words = NO_WORDS,
) -> Answer:
    """Make an answer with its English sentence; own words go before the code's."""
    if words:
        own = tuple(words.items())
        return Answer(
            rule=rule, says=says, why=spoken(words, "en"), facts=facts, words=own
        )
    text = SENTENCES[code]
    why = text % dict(facts) if "%" in text else text
    return Answer(rule=rule, says=says, why=why, facts=facts, code=code)


def as_saying(given: Answer) -> str:
    """Return an answer as a sentence to be told elsewhere; older ones in English."""
    if given.words:
        said: str = worded(dict(given.words))
    elif given.code in SENTENCES:
        facts = {name: _fact(name, value) for name, value in given.facts}
        said = saying(SENTENCES[given.code], **facts)
    else:
        return given.why
    is_softened = (SOFTENED, "yes") in given.facts
    return joined(" ", [said, saying(SENTENCES[SOFTENED])]) if is_softened else said


def _fact(name: str, value: str) -> str | date | Money:
    """Return a fact as what it is: a day, an amount, or a word."""
    try:
        if name in DAYS:
            return date.fromisoformat(value)
        if name in AMOUNTS:
            decimal, _, currency = value.partition(" ")
            return Money.parse(decimal, currency)
    except (ValueError, BadAmount):
        pass
    return value


def soften(given: Answer) -> Answer:
    """Turn a merchant's refusal into a question where the law grants the claim."""
    return Answer(
        rule=given.rule,
        says="ask",
        why=f"{given.why} {SENTENCES[SOFTENED]}",
        facts=(*given.facts, (SOFTENED, "yes")),
        code=given.code,
        words=given.words,
    )


def deciding(trace: Sequence[Answer], decision: str) -> Answer | None:
    """Return the answer that made a line what it is; None where there is no trace.

    `decision` is states.Decision: the first answer that says so, else the last one.
    """
    says = {"approved": "approve", "declined": "decline", "needs_person": "ask"}
    word = says.get(decision, "")
    said = [one for one in trace if one.rule == "person"] or trace
    found = next((one for one in said if one.says == word), None)
    last = [one for one in trace if one.rule not in OF_MONEY] or trace
    return found or (last[-1] if last else None)


def render(given: Answer, language: str, translate: Callable[[str], str]) -> str:
    """Say an answer to a reader; an older trace as it was written.

    `translate` is the language's gettext. Dates and money are written as the
    language does.
    """
    if given.words:
        said = spoken(dict(given.words), language)
    elif given.code in SENTENCES:
        said = _filled(given, language, translate)
    elif given.rule == "shop" and given.why:
        return translate(given.why)  # ours, of what its staff did there
    else:
        return given.why
    if (SOFTENED, "yes") in given.facts:
        said = f"{said} {translate(SENTENCES[SOFTENED])}"
    return said


def _filled(given: Answer, language: str, translate: Callable[[str], str]) -> str:
    text = translate(SENTENCES[given.code])
    facts = {name: fact(name, value, language) for name, value in given.facts}
    try:
        return text % facts if "%" in text else text
    except (KeyError, ValueError, TypeError):
        return given.why


def fact(name: str, value: str, language: str) -> str:
    """Write a fact of an answer as a language does: days and amounts."""
    try:
        locale = Locale.parse(language.replace("-", "_"))
        if name in DAYS:
            return format_date(date.fromisoformat(value), "long", locale=locale)
        if name in AMOUNTS:
            decimal, _, currency = value.partition(" ")
            money = Money.parse(decimal, currency)
            return format_currency(money.decimal, currency, locale=locale)
    except (ValueError, UnknownLocaleError, BadAmount):
        pass
    return value
