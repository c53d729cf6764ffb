"""One case: what customers, warehouse, staff and workers do, and in which order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from connector.errors import PlatformError
from connector.model import Kind, Moved, TenderKind
from connector.simulation.books import Bill, Sold
from connector.simulation.due import Claim, Rules
from connector.simulation.shopify import SimShopify
from connector.simulation.stage import DiskFull, Stopped
from connector.simulation.world import RUNNABLE, World
from connector.steps import inspect, request
from connector.steps.inspect import Counted
from connector.steps.observe import observe
from connector.store import returns
from connector.store.filing import Wish

if TYPE_CHECKING:
    from connector.model import Return
    from connector.simulation.chance import Chance

WHENS = ("requested", "shipped", "received", "received", "inspected")
AHEAD = ("requested", "shipped")  # money before goods: nothing is rejected then
ACTIONS = (10, 24)
GAPS = (0.2, 3, 40, 400, 1_000, 5_000, 40_000)


@dataclass(slots=True)
class Parcel:
    """What of a return arrives, by order line; `counted` parcels are booked."""

    units: dict[str, tuple[int, int]]  # received, rejected
    is_booked: bool = False


@dataclass(slots=True)
class Wanted:
    """A return as its customer means it."""

    order: str
    units: dict[str, int]
    event: str
    is_native: bool
    parcels: list[Parcel]
    claim: Claim
    native_ref: str = ""
    is_asked: bool = False
    is_shipped: bool = False


@dataclass(slots=True)
class Case:
    """A world with its actors."""

    world: World
    rules: Rules
    wanted: list[Wanted] = field(default_factory=list)

    @classmethod
    def make(cls, seed: str, platform: str, chance: Chance) -> Case:
        """Draw a case: orders, returns, policy."""
        rules = Rules(
            when=chance.choice(WHENS),
            restocking_percent=chance.choice([0, 0, 10, 15]),
            return_fee=chance.choice([0, 0, 390]),
        )
        case = cls(World(seed, platform, rules), rules)
        for number in range(chance.choice([1, 1, 1, 2])):
            case.sell(str(1001 + number))
        return case

    def sell(self, ref: str) -> None:
        """Draw an order, and the returns that will be asked of it."""
        chance, world = self.world.chance, self.world
        lines = [
            _sold(chance, f"{ref}-{number}")
            for number in range(chance.choice([1, 1, 2, 3]))
        ]
        shipping = chance.choice([0, 490])
        whole = sum(one.gross for one in lines) + shipping
        bill = Bill(
            ref=ref,
            lines=lines,
            shipping=shipping,
            tenders=_tenders(chance, whole),
            placed_at=world.time.true,
            touched_at=world.shop.now(),
        )
        world.shop.books.bills[ref] = bill
        world.shop.touch(bill)
        self._want(bill)

    def _want(self, bill: Bill) -> None:
        """Draw one or two returns; together never more than was bought."""
        chance = self.world.chance
        free = {one.ref: one.quantity for one in bill.lines}
        for number in range(chance.choice([1, 1, 2])):
            units = {
                ref: chance.randint(1, left)
                for ref, left in free.items()
                if left and chance.random() < 0.8  # noqa: PLR2004 - how often
            }
            if not units:
                continue
            for ref, count in units.items():
                free[ref] -= count
            is_shopify = isinstance(self.world.shop, SimShopify)
            parcels, due = self._parcels(units)
            self.wanted.append(
                Wanted(
                    order=bill.ref,
                    units=units,
                    event=f"{bill.ref}-{number}",
                    is_native=is_shopify and chance.random() < 0.4,  # noqa: PLR2004
                    parcels=parcels,
                    claim=Claim(units=due),
                )
            )

    def _parcels(self, units: dict[str, int]) -> tuple[list[Parcel], dict[str, int]]:
        """Draw what arrives in one or two parcels, and what is due for it."""
        chance = self.world.chance
        first: dict[str, tuple[int, int]] = {}
        second: dict[str, tuple[int, int]] = {}
        due: dict[str, int] = {}
        for ref, asked in units.items():
            missing = chance.choice([0, 0, 0, 0, 1])
            coming = asked - missing
            rejected = 0
            if self.rules.when not in AHEAD and coming and chance.random() < 0.1:  # noqa: PLR2004
                rejected = 1
            early = chance.randint(0, coming)
            first[ref] = (early, min(rejected, early))
            second[ref] = (coming - early, rejected - min(rejected, early))
            due[ref] = asked if self.rules.when in AHEAD else coming - rejected
        return [Parcel(first), Parcel(second)], due

    def play(self) -> None:
        """Let it happen: everything in some order, workers in between."""
        world, chance = self.world, self.world.chance
        for _ in range(chance.randint(*ACTIONS)):
            world.time.pass_by(chance.choice(GAPS) * chance.random())
            self._act(chance.random())

    def _act(self, roll: float) -> None:
        world, chance = self.world, self.world.chance
        if roll < 0.2:  # noqa: PLR2004 - how often each happens
            world.run(chance.choice(RUNNABLE))
        elif roll < 0.42:  # noqa: PLR2004
            for job in RUNNABLE:
                world.run(job)
        elif roll < 0.75:  # noqa: PLR2004
            self.customer(chance.choice(self.wanted)) if self.wanted else None
        elif roll < 0.87:  # noqa: PLR2004
            world.deliver()
        elif roll < 0.92:  # noqa: PLR2004
            self.staff()
        elif roll < 0.94:  # noqa: PLR2004
            hours = chance.choice([-1, 1, 29])
            world.tell(f"the clock jumps {hours} h")
            world.time.set_clock(timedelta(hours=hours))

    def finish(self) -> None:
        """Let customers and warehouse do what is left to do."""
        for wanted in self.wanted:
            self.customer(wanted)

    def customer(self, wanted: Wanted) -> None:
        """Ask, send, or arrive: the next thing of one return."""
        self.world.running.append("web")
        try:
            self._step(wanted)
        except (PlatformError, Stopped, DiskFull) as error:
            self.world.tell(f"{wanted.event} must try again: {type(error).__name__}")
        finally:
            self.world.running.pop()

    def _step(self, wanted: Wanted) -> None:
        world = self.world
        if not wanted.is_asked:
            self._ask(wanted)
            return
        case = self.found(wanted)
        if case is None or any(line.decision != "approved" for line in case.lines):
            return
        if not wanted.is_shipped:
            inspect.ship(world.db, case.id, actor="customer", now=world.now())
            wanted.is_shipped = True
            return
        parcel = next((one for one in wanted.parcels if not one.is_booked), None)
        if parcel:
            self._book(case, parcel)

    def _ask(self, wanted: Wanted) -> None:
        world = self.world
        world.tell(f"{wanted.event} asks for {wanted.units}")
        if isinstance(world.shop, SimShopify) and wanted.is_native:
            wanted.native_ref = world.shop.customer_asks(wanted.order, wanted.units)
            wanted.is_asked = True
            return
        order = observe(world.db, world.watched, wanted.order, world.time)
        request.open_return(
            world.db,
            shop=world.shop.name,
            order=order,
            kind=Kind.VOLUNTARY,
            wishes=[
                Wish(line_ref=ref, quantity=units, reason="other")
                for ref, units in wanted.units.items()
            ],
            filed_by="portal",
            now=world.now(),
            event_key=wanted.event,
        )
        wanted.is_asked = True

    def found(self, wanted: Wanted) -> Return | None:
        """Find a return as Retour has it."""
        db, shop = self.world.db, self.world.shop.name
        if wanted.native_ref:
            return returns.by_platform_ref(db, shop, wanted.native_ref)
        return returns.by_event(db, shop, wanted.event)

    def _book(self, case: Return, parcel: Parcel) -> None:
        """Count a parcel at the door; a stop before the commit books nothing."""
        counted: dict[int, Counted] = {}
        for line in case.lines:
            received, rejected = parcel.units.get(line.line_ref, (0, 0))
            if received:
                counted[line.id] = Counted(
                    received=received, accepted=received - rejected, rejected=rejected
                )
        before = [line.received for line in case.lines]
        try:
            if counted:
                inspect.receive(
                    self.world.db,
                    case.id,
                    counted,
                    actor="warehouse",
                    now=self.world.now(),
                )
        finally:
            now = returns.get(self.world.db, case.id)
            has_moved = [line.received for line in now.lines] != before
            parcel.is_booked = has_moved or not counted

    def staff(self) -> None:
        """Let staff refund, or delete a refund, in the shop's own admin."""
        chance, shop = self.world.chance, self.world.shop
        order = chance.choice(list(shop.books.bills))
        bill = shop.books.bills[order]
        roll = chance.random()
        if roll < 0.5:  # noqa: PLR2004 - how often
            amount = chance.choice([100, 250, 250, bill.paid])
            if shop.staff_refund(order, amount):
                self.world.tell(f"staff refunds {amount} of {order}")
        elif roll < 0.65 and shop.platform == "woocommerce":  # noqa: PLR2004
            gone = [one for one in bill.backs if one.moved is Moved.YES]
            if gone:
                # Deleting sends nothing, and leaves the modification date.
                bill.backs.remove(chance.choice(gone))
                self.world.tell(f"staff deletes a refund of {order}")


def _sold(chance: Chance, ref: str) -> Sold:
    quantity = chance.randint(1, 4)
    gross = quantity * 600 + chance.randint(0, 20_000)
    return Sold(ref, quantity, gross, gross * chance.choice([0, 7, 19]) // 119)


def _tenders(chance: Chance, whole: int) -> list[tuple[str, TenderKind, int]]:
    card = ("card", TenderKind.CARD, whole)
    if chance.random() < 0.8:  # noqa: PLR2004 - how often
        return [card]
    gift = chance.randint(1, whole - 1)
    return [("gift", TenderKind.GIFT_CARD, gift), ("card", card[1], whole - gift)]
