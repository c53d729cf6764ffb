"""What happened, as a timeline tells it; an event without words is shown as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import gettext, lazy_gettext

if TYPE_CHECKING:
    from connector.store.history import Event

# By what it happened to, and its name before a colon.
HAPPENED = {
    ("return", "open"): lazy_gettext("Return asked for"),
    ("return", "close"): lazy_gettext("Return completed"),
    ("return", "cancel"): lazy_gettext("Return called off"),
    ("return", "ship"): lazy_gettext("The customer has sent the parcel"),
    ("return", "not_yet_due"): lazy_gettext("These units alone bring no money"),
    ("return", "expired"): lazy_gettext("Goods never sent: return called off"),
    ("return", "reopen"): lazy_gettext("Opened again"),
    ("return", "made_at_shop"): lazy_gettext("Return made in the shop"),
    ("return", "detached"): lazy_gettext("No longer tied to the shop's return"),
    ("return", "paid_elsewhere"): lazy_gettext("Paid by the shop's staff"),
    ("return", "nothing_due"): lazy_gettext("Nothing is owed"),
    ("return", "courtesy"): lazy_gettext("Credit given as a courtesy"),
    ("return", "hand_back"): lazy_gettext("Handed back to the customer"),
    ("return", "shelve"): lazy_gettext("Goods put where they belong"),
    ("return", "reduce"): lazy_gettext("Fewer units, as the shop has it"),
    ("return", "shelf_unclear"): lazy_gettext("Whether it is on the shelf is unclear"),
    ("return", "without_level"): lazy_gettext(
        "Approved in the shop, without the level"
    ),
    ("return", "evidence"): lazy_gettext("The customer gave evidence of sending"),
    ("return", "proof_taken"): lazy_gettext("Proof of sending was shown"),
    ("return", "proof_refused"): lazy_gettext("No proof of sending"),
    ("return", "fetched"): lazy_gettext("The shop fetches the goods"),
    ("return", "label_given"): lazy_gettext("The shop gave a return label"),
    ("return", "agreed"): lazy_gettext("The customer agreed to credit"),
    ("return", "waived"): lazy_gettext("Part of what was owed is not asked for"),
    ("return", "settled"): lazy_gettext("Held money was let go"),
    ("return", "term_ends"): lazy_gettext("By law the money waits no longer"),
    # a line of it
    ("line", "grade"): lazy_gettext("Lost value was graded"),
    ("line", "approve"): lazy_gettext("Line approved"),
    ("line", "decline"): lazy_gettext("Line declined"),
    ("line", "ask"): lazy_gettext("A person must look"),
    ("line", "ship"): lazy_gettext("Goods on their way back"),
    ("line", "receive_some"): lazy_gettext("Some of the goods arrived"),
    ("line", "receive_all"): lazy_gettext("Goods arrived"),
    ("line", "inspect"): lazy_gettext("Goods checked"),
    ("line", "hand_back"): lazy_gettext("Handed back to the customer"),
    ("line", "lose"): lazy_gettext("Goods lost on the way"),
    ("line", "photos"): lazy_gettext("Photos from the customer"),
    ("line", "resolve"): lazy_gettext("Another outcome was chosen"),
    # refunds, credit and cards
    ("refund", "plan"): lazy_gettext("Scheduled"),
    ("refund", "submit"): lazy_gettext("Sent to the shop"),
    ("refund", "confirm"): lazy_gettext("Confirmed by the shop"),
    ("refund", "lose"): lazy_gettext("The shop gave no clear answer"),
    ("refund", "find"): lazy_gettext("Found in the shop"),
    ("refund", "find_pending"): lazy_gettext("Found in the shop, not final yet"),
    ("refund", "pend"): lazy_gettext("On its way at the payment service"),
    ("refund", "reject"): lazy_gettext("Refused by the shop"),
    ("refund", "release"): lazy_gettext("Never reached the shop: it is sent again"),
    ("refund", "vouch"): lazy_gettext(
        "A person vouches for the money; the rest goes on"
    ),
    ("refund", "reverse"): lazy_gettext("Came undone at the shop"),
    ("refund", "shelf_unclear"): lazy_gettext(
        "Whether its goods are back on the shelf is not known"
    ),
    ("refund", "stands"): lazy_gettext("A person vouches that it was paid"),
    ("refund", "by_hand"): lazy_gettext("To be paid by hand"),
    ("refund", "paid"): lazy_gettext("Paid by hand"),
    ("refund", "paid_there"): lazy_gettext("Paid with the old order"),
    ("refund", "cancel"): lazy_gettext("Called off"),
    ("refund", "fail"): lazy_gettext("Given up: a person decides"),
    ("refund", "sold_out"): lazy_gettext("New goods are gone"),
    ("refund", "again"): lazy_gettext("A person has it made again"),
    ("refund", "rounding"): lazy_gettext("The shop's figure differs by rounding"),
    ("order", "settled_in_shop"): lazy_gettext("Settled in the shop itself"),
    # new goods
    ("exchange", "propose"): lazy_gettext("New goods planned"),
    ("exchange", "owe"): lazy_gettext("Waits for the customer's payment"),
    ("exchange", "release"): lazy_gettext("New goods ordered"),
    ("exchange", "ship"): lazy_gettext("New goods sent"),
    ("exchange", "sold_out"): lazy_gettext("New goods are gone"),
    ("exchange", "lapse"): lazy_gettext("The exchange came to nothing"),
    # errands at the shop, by their verb
    ("errand", "open"): lazy_gettext("Make the return in the shop"),
    ("errand", "approve"): lazy_gettext("Approve it in the shop"),
    ("errand", "decline"): lazy_gettext("Decline it in the shop"),
    ("errand", "close"): lazy_gettext("Close it in the shop"),
    ("errand", "cancel"): lazy_gettext("Cancel it in the shop"),
    ("errand", "dispose"): lazy_gettext("Say in the shop where the goods went"),
    ("errand", "reopen"): lazy_gettext("Open it again in the shop"),
}


SAID = frozenset({"line", "refund", "exchange"})  # their words tell the state, too


def state_of(one: Event) -> str:
    """Return the code of the state to tell beside what happened; "" for none."""
    is_known = (one.about, one.event.partition(":")[0]) in HAPPENED
    return "" if is_known and one.about in SAID else one.state


def happened(one: Event) -> str:
    """Say what happened, in the reader's language."""
    known = HAPPENED.get((one.about, one.event.partition(":")[0]))
    code = f"{one.about} {one.event}"
    return gettext("Unknown: %(code)s", code=code) if known is None else str(known)
