"""One guest of the play: a customer who wants something else than money by default.

What guests do goes through the portal's own pages, over HTTP. `due` is what the play
says that they are owed; nobody asks Retour for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from adapters.shopify.standin.outcome import outstanding
from adapters.woocommerce.standin import creating, meta
from connector.demo import browser, buying
from connector.demo.books import STARTED_AS, Given
from connector.demo.customers import Purchase, Wish
from connector.demo.shelf import BOUGHT, Shelf
from connector.demo.world import TEE, World
from connector.model import Resolution
from connector.states import Decision, Exchange
from connector.steps import inspect
from connector.steps.inspect import Counted
from connector.store import exchanges, returns, statements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connector.model import Return

PATIENCE = 40  # days that something is waited for


@dataclass(slots=True, kw_only=True)
class Guest:
    """A customer with an address of his own; `numbers` are his returns'.

    What he does yields how many days pass until he goes on. `by_hand` is what the
    merchant pays him outside the shop, in minor units.
    """

    world: World
    shelf: Shelf
    email: str
    due: Given = field(default_factory=Given)
    by_hand: int = 0
    numbers: list[str] = field(default_factory=list)
    case_id: str = ""
    purchase: Purchase = field(init=False)

    @property
    def shop(self) -> str:
        """The shop where he bought."""
        return self.shelf.shop

    @property
    def case(self) -> Return:
        """His last return, as it stands."""
        return returns.get(self.world.office.db, self.case_id)

    def buys(self, *refs: str, shipping: str | None = None) -> Iterator[int]:
        """Buy one of each, and let them arrive."""
        world = self.world
        wanted = refs or (self.shelf.plain[BOUGHT],)
        if self.shop == TEE:
            lines = [(ref, 1) for ref in wanted]
            gid = world.tee.place_order(lines, self.email, shipping=shipping)
            self.purchase = buying.at_tee(world, gid, self.email)
        else:
            made = world.boots.place_order(
                [(int(ref), 1) for ref in wanted], self.email, shipping=shipping
            )
            self.purchase = buying.at_boots(world, made, self.email)
        yield 2
        buying.deliver(world, self.purchase)
        yield 3

    def asks(
        self,
        *ways: Resolution,
        reason: str = "too-small",
        ware: str = "",
        photos: tuple[bytes, ...] = (),
    ) -> Iterator[int]:
        """Ask in the portal for these ways, one a line of the order, from the last."""
        refs = [line.ref for line in self.purchase.lines][-len(ways) :]
        wanted = dict(zip(refs, ways, strict=True))
        wish = Wish(
            purchase=self.purchase,
            units=dict.fromkeys(refs, 1),
            reason=reason,
            asked=self.world.clock(),
            ways={ref: way.value for ref, way in wanted.items()},
            wares={
                ref: ware for ref, way in wanted.items() if way is Resolution.EXCHANGE
            },
            photos=photos,
        )
        browser.by_portal(self.world.url, wish)
        self._opened()
        yield 5

    def _opened(self) -> None:
        db, bought = self.world.office.db, self.purchase
        case = max(
            returns.of_order(db, bought.shop, bought.ref), key=lambda x: x.opened_at
        )
        self.case_id = case.id
        self.numbers.append(case.number)

    def withdraws(self) -> Iterator[int]:
        """Declare a withdrawal on the page that the law asks for."""
        browser.by_statement(self.world.url, self.purchase)
        yield 1
        db = self.world.office.db
        yield from self._until(
            lambda: any(
                one.return_id
                for one in statements.recent(db, self.shop)
                if one.said.reach == self.email
            )
        )
        self._opened()
        yield 4

    def sends(self) -> Iterator[int]:
        """Send all of it back; the warehouse counts it once it is approved."""
        yield from self._until(
            lambda: all(x.decision == Decision.APPROVED for x in self.case.lines)
        )
        counted = {
            line.id: Counted(received=line.approved, accepted=line.approved)
            for line in self.case.lines
        }
        world = self.world
        inspect.receive(
            world.office.db,
            self.case_id,
            counted,
            actor="warehouse",
            now=world.clock(),
        )
        yield 3

    def pays(self) -> Iterator[int]:
        """Pay what an exchange costs on top, at the shop's own page."""
        yield from self._until(self._can_pay)
        if self.shop == TEE:
            self.world.tee.customer_pays(self.purchase.ref)
        else:
            creating.pay(self.world.boots, self._swaps()[-1])
        yield 2

    def _can_pay(self) -> bool:
        if self.shop == TEE:
            order = self.world.tee.orders[self.purchase.ref]
            return outstanding(order).minor() > 0
        # The link that he is given: before, the order may ask its full price.
        db = self.world.office.db
        made = (exchanges.by_made(db, self.shop, str(ref)) for ref in self._swaps())
        return any(one.state is Exchange.AWAITING_PAYMENT for one in made if one)

    def takes_delivery(self, kind: str) -> Iterator[int]:
        """Wait for the new goods; they are what he may send back from now on."""
        yield from self._until(lambda: self._has_come(kind))
        world = self.world
        if self.shop == TEE:
            world.tee.fulfil(self.purchase.ref)
            world.tee.deliver_parcel(self.purchase.ref)
            made = buying.at_tee(world, self.purchase.ref, self.email)
            self.purchase = replace(made, lines=made.lines[-1:])
        else:
            ref = self._swaps()[-1]
            world.boots.complete(ref)
            self.purchase = buying.at_boots(world, ref, self.email)
        yield 4

    def _has_come(self, kind: str) -> bool:
        """Say whether a unit of this kind was sent for what went back last."""
        world, shelf = self.world, self.shelf
        if self.shop == TEE:
            line = world.tee.orders[self.purchase.ref].lines[-1]
            return line.variant.gid == shelf.plain[kind]
        swaps = self._swaps()
        if not swaps:
            return False
        order = world.boots.orders[swaps[-1]]
        is_it = str(order["line_items"][0]["variation_id"]) == shelf.plain[kind]
        return is_it and order["status"] == "processing"

    def _swaps(self) -> list[int]:
        """List the new orders that the shop made for him, the newest last."""
        return sorted(
            ref
            for ref, order in self.world.boots.orders.items()
            if order["billing"]["email"] == self.email and meta.get(order, STARTED_AS)
        )

    def _until(self, is_so: Callable[[], bool]) -> Iterator[int]:
        """Wait day by day, as people do."""
        for _ in range(PATIENCE):
            if is_so():
                return
            yield 1
