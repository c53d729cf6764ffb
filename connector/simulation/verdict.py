"""What a case must come to: every cent where it belongs, or a person asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connector.model import CREDITS, Resolution
from connector.simulation.due import WHOLE, due, share
from connector.simulation.goods import CURRENCY, is_beside
from connector.states import Refund
from connector.steps import audit
from connector.steps.sent import TAKEN_OFF
from connector.store import desk, inbox, ledger, refunds, returns

if TYPE_CHECKING:
    from connector.simulation.case import Case
    from connector.simulation.goods import Made
    from connector.store.refunds import RefundRow

NOT_PAID = (Refund.REJECTED, Refund.FAILED, Refund.CANCELLED)
OPEN = (Refund.PLANNED, Refund.SUBMITTED, Refund.PENDING, Refund.UNKNOWN, Refund.MANUAL)


@dataclass(slots=True)
class Verdict:
    """The faults of one case; none at all when all is well."""

    paid_twice: int = 0
    lost: int = 0
    difference: int = 0
    breaches: int = 0
    needs_person: bool = False
    faults: list[str] = field(default_factory=list)

    def fault(self, what: str) -> None:
        """Note a fault in words."""
        self.faults.append(what)


def judge(case: Case) -> Verdict:
    """Hold the books against the money that really left, and against what is due."""
    world, said = case.world, Verdict()
    matters = desk.open_matters(world.db)
    said.needs_person = bool(matters)
    rows = refunds.recent(world.db, world.shop.name, limit=1000)
    for row in rows:
        _refund(case, row, said, has_matter=bool(matters))
    for ref in world.shop.books.bills:
        _order(case, ref, said, is_settled=not matters)
    _books(case, said, is_settled=not matters)
    _shelves(case, said)
    _gifts(case, said, is_settled=not matters)
    _taken_off(case, said)
    for breach in audit.run(world.db):
        said.breaches += 1
        said.fault(f"audit: {breach.rule}: {breach.which}")
    waiting = inbox.waiting(world.db)
    if waiting:
        said.lost += waiting
        said.fault(f"{waiting} deliveries were never read")
    return said


def _refund(case: Case, row: RefundRow, said: Verdict, *, has_matter: bool) -> None:
    """Hold one promise against all that was done under its key."""
    books, asked = case.world.shop.books, row.request
    promised = 0 if asked.way in CREDITS else row.amount.minor
    paid = books.paid_for(row.id)
    made = books.goods.under(row.id)
    if paid > promised or len(made) > is_beside(asked):
        said.paid_twice += 1
        said.fault(f"{row.id} of {row.amount} was paid {paid}, made {len(made)} times")
    is_whole = paid == promised and len(made) == is_beside(asked)
    if row.state is Refund.CONFIRMED:
        if not is_whole:
            said.lost += 1
            said.fault(f"{row.id} is confirmed, but {paid} left, made: {len(made)}")
        for one in made:
            _made(one, row, said)
    if row.state in NOT_PAID and (paid or made):
        said.lost += 1
        said.fault(f"{row.id} is {row.state.value}, but {paid} left, made: {len(made)}")
    if row.state in OPEN and not has_matter:
        said.lost += 1
        said.fault(f"{row.id} stays {row.state.value}, and nobody was asked")


def _made(made: Made, row: RefundRow, said: Verdict) -> None:
    """Hold what was made against the promise that it was made for."""
    asked = row.request
    units = Counter[str]()
    for one in asked.goods:
        units[one.ref] += one.quantity
    if made.units != units or made.credit != asked.credit.minor or not made.is_paid:
        said.lost += 1
        said.fault(f"{row.id} is confirmed, but {made} was made for it")
    if asked.way is Resolution.EXCHANGE and made.shelf_price != made.used + made.owed:
        said.difference += abs(made.shelf_price - made.used - made.owed)
        said.fault(f"{made} was not exchanged at the price of the shelf")
    if made.was_told_gone or (made.units and not made.is_taken):
        said.fault(f"{made} was sent though it was sold out, or never left the shelf")
    if asked.expires_at != made.expires_at:
        said.fault(f"{made} ends otherwise than promised")


def _shelves(case: Case, said: Verdict) -> None:
    """See that the shelves lack exactly what was sent, and every order is paid once."""
    books = case.world.shop.books
    standing = [one for one in books.goods.made if not one.is_undone]
    taken = [one for one in standing if one.is_taken]
    sent = sum((one.units for one in taken), Counter[str]())
    for ref, shelf in books.goods.shelves.items():
        if shelf.gone != sent[ref]:
            said.fault(f"{shelf.gone} of {ref} left the shelf, {sent[ref]} were sent")
    for one in standing:
        got = books.got[one.key]
        if got != (one.owed if one.is_paid else 0):
            said.difference += 1
            said.fault(f"{got} was paid for {one}")


def _gifts(case: Case, said: Verdict, *, is_settled: bool) -> None:
    """Hold bonus and kindness, for which nothing was paid, against what was meant."""
    books = case.world.shop.books
    is_apart = case.world.shop.abilities.bonus_apart
    for ref in books.bills:
        made = books.goods.of_order(ref)
        given = sum(one.credit for one in made if one.is_gift)
        meant = sum(sum(case.given.get(x, ())) for x in _cases(case, ref))
        if is_apart:
            bonus_bp = case.rules.bonus_bp
            worths = books.credits(ref).values()
            meant += sum(share(worth, bonus_bp, WHOLE) for worth in worths)
        if given > meant or (is_settled and given != meant):
            said.difference += abs(given - meant)
            said.fault(f"order {ref}: gifts of {given}, {meant} were meant")


def _taken_off(case: Case, said: Verdict) -> None:
    """See that a person was asked about new goods that staff took off their order."""
    world = case.world
    for one in world.shop.books.goods.made:
        is_said = desk.was_told(world.db, world.shop.name, one.key, TAKEN_OFF)
        if one.is_taken_off and not is_said:
            said.lost += 1
            said.fault(f"{one} was taken off its order, and nobody was asked")


def _cases(case: Case, order: str) -> list[str]:
    return [x.id for x in returns.of_order(case.world.db, case.world.shop.name, order)]


def _books(case: Case, said: Verdict, *, is_settled: bool) -> None:
    """Hold the ledger against what left by us, and what staff's records say."""
    books, bonus_bp = case.world.shop.books, inside(case)
    for bill in books.bills.values() if is_settled else ():
        stands = ledger.standing(
            case.world.db, case.world.shop.name, bill.ref, CURRENCY
        ).minor
        real = books.touched(bill.ref) + books.credited(bill.ref, bonus_bp)
        real += sum(x.amount for x in bill.backs if x.by_staff)
        if stands != real:
            said.difference += abs(stands - real)
            said.fault(f"ledger {stands}, really {real} of {bill.ref}")


def inside(case: Case) -> int:
    """Return how much of a credit is bonus, in basis points, where it is inside it."""
    return 0 if case.world.shop.abilities.bonus_apart else case.rules.bonus_bp


def _replaced(case: Case, order: str, number: str) -> dict[str, tuple[int, int]]:
    """Add up, by order line, what of a return was made good with the same again."""
    found: dict[str, tuple[int, int]] = {}
    for made in case.world.shop.books.goods.of_order(order):
        for ref, (units, worth) in made.replaced.items():
            if made.of_return == number:
                before = found.get(ref, (0, 0))
                found[ref] = (before[0] + units, before[1] + worth)
    return found


def _order(case: Case, ref: str, said: Verdict, *, is_settled: bool) -> None:
    """Never more than is due; exactly that, where no person was asked."""
    bill = case.world.shop.books.bills[ref]
    lines = {one.ref: (one.quantity, one.value) for one in bill.lines}
    wanted = [one for one in case.wanted if one.order == ref and one.is_asked]
    for one in wanted:
        found = case.found(one)
        one.claim.replaced = _replaced(case, ref, found.number) if found else {}
    owed = due(lines, [one.claim for one in wanted], case.rules)
    sent = case.world.shop.books.given(ref, inside(case))
    if sent > owed:
        said.paid_twice += 1
        said.fault(f"order {ref}: {sent} was given, {owed} are due")
    if not is_settled:
        return
    said.difference += abs(sent - owed)
    if sent != owed:
        said.fault(
            f"order {ref}: {sent} was given, {owed} are due, and nobody was asked"
        )
    for one in wanted:
        found = case.found(one)
        if found is None or not found.closed_at:
            is_short = any(
                line.received + line.lost < line.approved
                for line in (found.lines if found else ())
            )
            if not is_short:
                said.lost += 1
                said.fault(f"return {one.event} is not closed, and nobody was asked")


def judge_shelf(case: Case, said: Verdict) -> None:
    """See that no unit is on the shelf that was not accepted, and none is forgotten.

    What is there is the warehouse's own count. Where a person was asked he looks at
    the stock himself, so that less may have gone back by our doing.
    """
    accepted = Counter[tuple[str, str]]()
    for one in case.wanted:
        for ref, parcel in (
            (x, p) for p in one.parcels if p.is_booked for x in p.units
        ):
            received, rejected = parcel.units[ref]
            if one.ways.get(ref) is not Resolution.REPAIR:
                accepted[one.order, ref] += received - rejected
    for line in accepted.keys() | case.world.shop.back.keys():
        there = case.world.shop.back[line]
        is_short = there < accepted[line] and not said.needs_person
        if there > accepted[line] or is_short:
            said.fault(
                f"{there} of {line} are on the shelf, {accepted[line]} were fine"
            )
