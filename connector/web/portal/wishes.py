"""What the customer's forms say of each line, and what may be said of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flask import request
from flask_babel import gettext

from connector import policy
from connector.errors import BadRequest
from connector.model import CREDITS, Kind, Line, Resolution
from connector.policy import Offer, PhotosWanted, Question, Verdict
from connector.policy.claims import kind_of
from connector.policy.tables import MOST_PHOTOS
from connector.steps import amends, left, offers, question
from connector.steps.question import Asker
from connector.store.filing import Wish
from connector.web.face import face, whole
from connector.web.portal import photos
from connector.web.portal.policies import rules_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from connector.model import NewGoods, Order

METHOD = "method"
FIELDS = ("quantity", "reason", "note", "way", "answer", "ware", "told")
LONGEST = 1000  # of what a hidden field may bring along


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One line that is to go back, and what it may be made good with.

    `who` asks for the whole return of its kind.
    """

    line: Line
    wish: Wish
    kind: Kind
    who: Asker
    offers: tuple[Offer, ...]
    questions: tuple[Question, ...]
    photos: PhotosWanted | None = None

    @property
    def way(self) -> Resolution:
        """The way that was chosen, or the only one."""
        return self.wish.wanted

    @property
    def wants_ware(self) -> bool:
        """Whether an article is to be chosen for it."""
        return self.way is Resolution.EXCHANGE

    @property
    def lacks_photos(self) -> bool:
        """Whether fewer photos came than are wanted: then a person looks."""
        return bool(self.photos and len(self.wish.photos) < self.photos.count)


def read(shop: str, order: Order) -> list[Asked]:
    """Read the lines that are to go back; raises BadRequest."""
    rules = rules_of(shop, order)
    by_kind: dict[Kind, list[Wish]] = {}
    sent = photos.sent(shop, order)
    for line in order.lines:
        wish = _wish(line, sent.get(line.ref, ()))
        if wish:
            by_kind.setdefault(kind_of(rules, wish.reason), []).append(wish)
    if not by_kind:
        raise BadRequest(gettext("Choose at least one item to return."))
    hold_to_left(shop, order, [wish for group in by_kind.values() for wish in group])
    found: list[Asked] = []
    who = replace(asker(shop, order), method=_method(rules))
    for kind, group in by_kind.items():
        found += _asked(who, rules, order, kind, group)
        who = question.then(who, order, group)  # each kind is a return of its own
    return found


def hold_to_left(shop: str, order: Order, wishes: Sequence[Wish]) -> None:
    """Raise BadRequest for units that were not sent, or are paid back or held."""
    found = left.of_order(face().db, shop, order)
    for one in left.short(order, found, wishes):
        raise BadRequest(
            gettext(
                "Of “%(item)s” you can send back %(count)s now: the rest was not sent"
                " to you yet, is refunded already, or is part of a return.",
                item=one.line.title,
                count=one.left.here,
            )
        )


def _method(rules: policy.Policy) -> str:
    """Read how the goods come back, where there is a choice; raises BadRequest."""
    said = request.form.get(METHOD, "")
    known = [one.code for one in rules.methods]
    if known and said not in known:
        raise BadRequest(gettext("Choose how it comes back."))
    return said if known else ""


def asker(shop: str, order: Order) -> Asker:
    """Return who asks for something of an order on these pages now."""
    return question.asker(face().db, shop, order, "portal", face().clock())


def _asked(
    who: Asker,
    rules: policy.Policy,
    order: Order,
    kind: Kind,
    group: Sequence[Wish],
) -> Iterator[Asked]:
    """Put the lines of one return together with what the policy says of them.

    What is asked may hang on the way that is chosen: it is asked once that is known.
    """
    able = face().shops[who.shop].abilities
    full, _ = _answered(who, rules, order, kind, group)
    verdict = policy.judge(rules, order, question.foreseen(who, kind, full))
    ways = [offers.offered(able, order, said, kind) for said in verdict.lines]
    meant = [_chosen(wish, may) for wish, may in zip(full, ways, strict=True)]
    meant, asks = _answered(who, rules, order, kind, meant)
    case = question.foreseen(who, kind, meant)
    wanted = policy.photos_wanted(rules, order, case)
    for wish, may, asked, want in zip(meant, ways, asks, wanted, strict=True):
        line = order.line(wish.line_ref)
        if line is not None:
            yield Asked(
                line=line,
                wish=wish,
                kind=kind,
                who=who,
                offers=may,
                questions=asked,
                photos=want,
            )


def _answered(
    who: Asker, rules: policy.Policy, order: Order, kind: Kind, group: Sequence[Wish]
) -> tuple[list[Wish], tuple[tuple[Question, ...], ...]]:
    """Return wishes with the answers that the form gives, and what is asked of each."""
    asks = policy.asked(rules, order, question.foreseen(who, kind, group))
    full = [
        replace(wish, answers=tuple(_answers(wish, asked)))
        for wish, asked in zip(group, asks, strict=True)
    ]
    return full, asks


def _answers(wish: Wish, asked: Sequence[Question]) -> Iterator[tuple[str, str]]:
    """Read the answers that the form gives; one that was not offered is none."""
    for one in asked:
        said = request.form.get(f"answer-{wish.line_ref}|{one.code}", "")
        if one.choice(said):
            yield one.code, said


def judge(shop: str, order: Order, one: Asked, wishes: Sequence[Wish]) -> Verdict:
    """Ask the policy of wishes that are no return yet, of the kind of one of them."""
    case = question.foreseen(one.who, one.kind, wishes)
    return policy.judge(rules_of(shop, order), order, case)


def _wish(line: Line, sent: tuple[str, ...]) -> Wish | None:
    """Read what the form says of one line; raises BadRequest."""
    count = whole(request.form.get(f"quantity-{line.ref}", ""))
    if count == 0:
        return None
    reason = request.form.get(f"reason-{line.ref}", "")[:80]
    if not reason:
        raise BadRequest(gettext("Tell us why you return “%(item)s”.", item=line.title))
    note = request.form.get(f"note-{line.ref}", "").strip()
    return Wish(
        line_ref=line.ref, quantity=count, reason=reason, note=note, photos=sent
    )


def _chosen(wish: Wish, may: tuple[Offer, ...]) -> Wish:
    """Take the way that the form names, if it is offered; else the first one.

    Credit only where nothing else is: else it needs the customer's own word.
    """
    named = request.form.get(f"way-{wish.line_ref}", "")
    way = next((x.resolution for x in may if x.resolution.value == named), None)
    first = next((x for x in may if x.resolution not in CREDITS), may[0])
    return replace(wish, wanted=way or first.resolution)


def has_choice(asked: Sequence[Asked]) -> bool:
    """Say whether there is anything to choose, to answer or to show for these lines."""
    return any(
        one.offers != offers.MONEY or one.questions or one.photos for one in asked
    )


def missing(asked: Sequence[Asked]) -> str:
    """Say what is still to be chosen or answered; "" where nothing is."""
    for one in asked:
        may = {offer.resolution.value for offer in one.offers}
        named = request.form.get(f"way-{one.line.ref}", "")
        given = dict(one.wish.answers)
        is_short = any(x.is_required and x.code not in given for x in one.questions)
        if (len(may) > 1 and named not in may) or is_short:
            text: str = gettext(
                "Tell us what you want for “%(item)s”.", item=one.line.title
            )
            return text
    return ""


def untold(asked: Sequence[Asked]) -> str:
    """Say of which line more photos are wanted than a page has asked for; or ""."""
    for one in asked:
        told = request.form.get(f"told-{one.line.ref}", "")
        if not (one.photos and one.lacks_photos):
            continue
        if told not in map(str, range(one.photos.count, MOST_PHOTOS + 1)):
            text: str = gettext("Please show us “%(item)s” too.", item=one.line.title)
            return text
    return ""


def with_goods(shop: str, order: Order, asked: Sequence[Asked]) -> list[Asked]:
    """Read the chosen articles again at the shop; raises BadRequest."""
    return [_with_goods(shop, order, one) for one in asked]


def _with_goods(shop: str, order: Order, one: Asked) -> Asked:
    if not one.wants_ware:
        return one
    ref = request.form.get(f"ware-{one.line.ref}", "")[:LONGEST]
    if not ref:
        raise BadRequest(
            gettext("Choose an article for “%(item)s”.", item=one.line.title)
        )
    goods = _choose(shop, order, one, ref)
    return replace(one, wish=replace(one.wish, goods=goods))


def _choose(shop: str, order: Order, one: Asked, ref: str) -> NewGoods:
    """Choose an article; what cannot be sent is said in the reader's words."""
    try:
        return amends.choose(face().shops[shop], order.ref, ref, one.wish.quantity)
    except BadRequest:
        raise BadRequest(
            gettext(
                "The article that you chose for “%(item)s” cannot be had just now."
                " Choose another.",
                item=one.line.title,
            )
        ) from None


def kept(asked: Sequence[Asked], *, without: tuple[str, ...] = ()) -> Mapping[str, str]:
    """Return the fields of earlier steps, for the next form to carry along."""
    refs = {one.line.ref for one in asked}
    shown = {} if "photo" in without else photos.fields(one.wish for one in asked)
    shown = {**shown, METHOD: asked[0].who.method} if asked else shown
    return shown | {
        name: value[:LONGEST]
        for name, value in request.form.items()
        if (part := name.partition("-"))[0] in FIELDS
        and part[0] not in without
        and (part[2] in refs or part[2].rpartition("|")[0] in refs)
    }
