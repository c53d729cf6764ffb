"""One case: what customers, warehouse, staff and workers do, and in which order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from connector.errors import BadRequest, PlatformError
from connector.model import CREDITS, Kind, Resolution, TenderKind
from connector.money import Money
from connector.simulation import staff, wishes
from connector.simulation.books import Bill, Sold
from connector.simulation.due import Rules
from connector.simulation.goods import CURRENCY, PRICES
from connector.simulation.shopify import SimShopify
from connector.simulation.stage import DiskFull, Stopped
from connector.simulation.wishes import ALIKE, Wanted
from connector.simulation.world import RUNNABLE, World
from connector.steps import amends, inspect, request, wayback
from connector.steps.inspect import Counted
from connector.steps.observe import observe
from connector.store import refunds, returns
from connector.store.filing import Wish

if TYPE_CHECKING:
    from connector.model import NewGoods, Return, ReturnLine
    from connector.platform import Abilities
    from connector.simulation.chance import Chance
    from connector.simulation.wishes import Parcel

LEAST = 2_000  # what a unit costs: more than its fees, also when twice exchanged
OLDEST = 3  # so often new goods are sent back
ACTIONS = (10, 24)
GAPS = (0.2, 3, 40, 400, 1_000, 5_000, 40_000)


@dataclass(slots=True)
class Case:
    """A world with its actors."""

    world: World
    rules: Rules
    wanted: list[Wanted] = field(default_factory=list)
    minded: set[str] = field(default_factory=set)  # new goods that were thought about
    given: dict[str, list[int]] = field(default_factory=dict)  # as a kindness, by case

    @classmethod
    def make(cls, seed: str, platform: str, chance: Chance) -> Case:
        """Draw a case: orders, returns, policy."""
        rules = wishes.rules(chance)
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
            tenders=_tenders(chance, whole, world.shop.abilities),
            placed_at=world.time.true,
            touched_at=world.shop.now(),
        )
        world.shop.books.bills[ref] = bill
        world.shop.touch(bill)
        self._want(bill, lines)

    def _want(self, bill: Bill, lines: list[Sold]) -> None:
        """Draw one or two returns; together never more than was bought."""
        chance = self.world.chance
        free = {one.ref: one.quantity for one in lines if one.gross}
        for _ in range(chance.choice([1, 1, 2])):
            number = sum(one.order == bill.ref for one in self.wanted)
            units = {
                ref: chance.randint(1, left)
                for ref, left in free.items()
                if left and chance.random() < 0.8
            }
            if not units:
                continue
            sole = {x.ref for x in lines if units.get(x.ref) == x.quantity}
            for ref, count in units.items():
                free[ref] -= count
            is_shopify = isinstance(self.world.shop, SimShopify)
            native = is_shopify and chance.random() < 0.4
            drawn = wishes.wanted(
                chance, self.rules, bill.ref, number, units,
                sole=frozenset(sole), is_native=native,
            )  # fmt: skip
            self.wanted.append(drawn)

    def play(self) -> None:
        """Let it happen: everything in some order, workers in between."""
        world, chance = self.world, self.world.chance
        for _ in range(chance.randint(*ACTIONS)):
            world.time.pass_by(chance.choice(GAPS) * chance.random())
            self._act(chance.random())

    def _act(self, roll: float) -> None:
        world, chance = self.world, self.world.chance
        if roll < 0.2:
            world.run(chance.choice(RUNNABLE))
        elif roll < 0.42:
            for job in RUNNABLE:
                world.run(job)
        elif roll < 0.7:
            self.customer(chance.choice(self.wanted)) if self.wanted else None
        elif roll < 0.81:
            world.deliver()
        elif roll < 0.86:
            self.staff()
        elif roll < 0.88:
            hours = chance.choice([-1, 1, 29])
            world.tell(f"the clock jumps {hours} h")
            world.time.set_clock(timedelta(hours=hours))
        elif roll < 0.97:
            chance.choice([self.pay, self.regret, self.regret, *[self.sell_out] * 3])()
        else:
            chance.choice([self.kindness, self.mind])()

    def finish(self) -> None:
        """Let customers and warehouse do what is left to do."""
        self.pay()
        self.regret()
        for wanted in self.wanted:
            self.customer(wanted)

    def pay(self) -> None:
        """Let customers pay what they owe on new goods: most of them, once."""
        shop = self.world.shop
        for made in shop.books.goods.made:
            if made.owed and not made.is_paid and not made.is_undone and made.will_pay:
                shop.take_payment(made)
                self.world.tell(f"{made.owed} is paid for {made.ref}")

    def regret(self) -> None:
        """Let new goods be sent back too, once they are paid: a second exchange."""
        goods = self.world.shop.books.goods.made
        for made in [one for one in goods if one.units and one.is_paid]:
            if made.key in self.minded or made.is_undone or made.is_taken_off:
                continue
            self.minded.add(made.key)
            bill = self.world.shop.books.bills[made.bill]
            lines = [x for x in bill.lines if x.key == made.key and x.age < OLDEST]
            if lines and self.world.chance.random() < 0.7:
                self._want(bill, lines)

    def sell_out(self) -> None:
        """Let others buy a ware out, or a shelf be filled, or its price change."""
        chance = self.world.chance
        ref, shelf = chance.choice(sorted(self.world.shop.books.goods.shelves.items()))
        shelf.left = chance.choice([0, 0, 20])
        if chance.random() < 0.1:
            shelf.price += 500
        self.world.tell(f"{ref}: {shelf.left} left at {shelf.price}")

    def kindness(self) -> None:
        """Let staff give credit on top of a return, each time another amount."""
        found = [case for case in map(self.found, self.wanted) if case is not None]
        if not found or Resolution.COURTESY not in self.world.shop.abilities.ways:
            return
        case = self.world.chance.choice(found)
        given = self.given.setdefault(case.id, [])
        amount = 100 + len(given)
        self.world.running.append("web")
        try:
            amends.courtesy(
                self.world.db,
                self.world.shop.abilities,
                case.id,
                Money(amount, CURRENCY),
                actor="staff",
                why="it took long",
                now=self.world.now(),
            )
        except (Stopped, DiskFull):
            self.world.tell("a courtesy is not answered")
        finally:
            self.world.running.pop()
            rows = refunds.of_return(self.world.db, case.id)
            if any(row.request.bonus == Money(amount, CURRENCY) for row in rows):
                given.append(amount)
                self.world.tell(f"{case.number} gets {amount} as a kindness")

    def mind(self) -> None:
        """Let a customer want a line made good in another way; too late is refused."""
        wanted = self.world.chance.choice(self.wanted) if self.wanted else None
        case = self.found(wanted) if wanted and not wanted.is_native else None
        if case is None:
            return
        line = self.world.chance.choice(case.lines)
        way = self.world.chance.choice(ALIKE)
        if line.resolution not in ALIKE or (way in CREDITS and self.rules.bonus_bp):
            return
        self.world.running.append("web")
        try:
            self._instead(case, line, way)
            self.world.tell(f"{case.number} {line.line_ref} is now a {way.value}")
        except (BadRequest, Stopped, DiskFull) as error:
            self.world.tell(f"it stays as it is: {error}")
        finally:
            self.world.running.pop()

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
        if self.rules.fallback == "none":
            world.without_fallback(case.id)
        if wanted.kept:
            self._keep(case, wanted)
            return
        if not wanted.is_shipped:
            wayback.told(world.db, case.id, now=world.now())
            if wayback.waits(case) and wayback.matters(case):
                who, now = "ann", world.now()
                wayback.say(world.db, case.id, "taken", actor=who, why="", now=now)
            wanted.is_shipped = True
            return
        parcel = next((one for one in wanted.parcels if not one.is_booked), None)
        if parcel:
            self._book(case, parcel)
        else:
            self._hand_back(case)

    def _ask(self, wanted: Wanted) -> None:
        world = self.world
        world.tell(f"{wanted.event} asks for {wanted.units}")
        if isinstance(world.shop, SimShopify) and wanted.is_native:
            wanted.native_ref = world.shop.customer_asks(wanted.order, wanted.units)
            wanted.is_asked = True
            return
        order = observe(world.db, world.watched, wanted.order, world.time)
        goods = self._choose(wanted)
        request.open_return(
            world.db,
            shop=world.shop.name,
            order=order,
            kind=Kind.VOLUNTARY,
            wishes=[
                Wish(
                    line_ref=ref,
                    quantity=units,
                    reason="other",
                    wanted=wanted.way(ref),
                    goods=goods.get(ref),
                )
                for ref, units in wanted.units.items()
            ],
            filed_by="portal",
            now=world.now(),
            event_key=wanted.event,
        )
        wanted.is_asked = True

    def _keep(self, case: Return, wanted: Wanted) -> None:
        """Let staff leave goods with their customer, unless they are paid already."""
        for line in case.lines:
            if line.line_ref not in wanted.kept:
                continue
            try:
                if line.resolution is not Resolution.KEEP:  # else killed once it was
                    self._instead(case, line, Resolution.KEEP)
                wanted.claim.kept.add(line.line_ref)
            except BadRequest as error:
                self.world.tell(f"{case.number}: {error}")
            del wanted.ways[line.line_ref]

    def _instead(self, case: Return, line: ReturnLine, way: Resolution) -> None:
        amends.instead(
            self.world.db,
            self.world.shop.abilities,
            case.id,
            line.id,
            way,
            actor="staff",
            why="asked for by telephone",
            now=self.world.now(),
            has_agreed=True,
        )

    def _choose(self, wanted: Wanted) -> dict[str, NewGoods]:
        """Choose new goods at their price of now; who finds none wants money."""
        goods = {}
        for ref, ware in wanted.wares.items():
            if wanted.way(ref) is not Resolution.EXCHANGE:
                continue
            try:
                goods[ref] = amends.choose(
                    self.world.watched, wanted.order, ware, wanted.units[ref]
                )
            except BadRequest as error:
                self.world.tell(f"{ware}: {error}")
                wanted.ways[ref] = Resolution.REFUND
        return goods

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
                    why="not as it was sent",
                )
        finally:
            now = returns.get(self.world.db, case.id)
            has_moved = [line.received for line in now.lines] != before
            parcel.is_booked = has_moved or not counted

    def _hand_back(self, case: Return) -> None:
        """Hand repaired goods back to their customer."""
        for line in case.lines:
            left = line.received - line.handed_back
            if line.resolution is Resolution.REPAIR and left:
                amends.hand_back(
                    self.world.db,
                    case.id,
                    line.id,
                    left,
                    actor="warehouse",
                    now=self.world.now(),
                )

    def staff(self) -> None:
        """Let staff do something in the shop's own admin."""
        staff.act(self.world, self.minded)


def _sold(chance: Chance, ref: str) -> Sold:
    quantity = chance.randint(1, 4)
    gross = quantity * LEAST + chance.randint(0, 20_000)
    tax = gross * chance.choice([0, 7, 19]) // 119
    return Sold(ref, quantity, gross, tax, chance.choice(sorted(PRICES)))


def _tenders(
    chance: Chance, whole: int, able: Abilities
) -> list[tuple[str, TenderKind, int]]:
    """Draw what an order was paid with; WooCommerce knows one tender of it."""
    card = ("card", TenderKind.CARD, whole)
    if chance.random() < 0.8 or not able.pays_through_returns:
        return [card]
    gift = chance.randint(1, whole - 1)
    return [("gift", TenderKind.GIFT_CARD, gift), ("card", card[1], whole - gift)]
