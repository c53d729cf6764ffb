"""The scenes: every way to make good, once each at every shop, with its own sums.

A scene says what its guest does and, beside it, what he is owed by policy.toml:
prices are those of `shelf`, the bonus is a tenth, the way back costs 3.90 where the
customer sends back by his own wish and takes money.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from connector.demo import camera, merchant
from connector.demo.customers import RETURN_FEE
from connector.demo.guest import Guest
from connector.demo.shelf import BOUGHT, PRICES, TRIFLE
from connector.demo.world import TEE
from connector.model import Resolution

PRICE = PRICES[BOUGHT]
KINDNESS = 500
CARRIAGE = 490


def store_credit(guest: Guest) -> Iterator[int]:
    """Take credit instead of money: no fees, and a tenth on top."""
    yield from guest.buys()
    yield from guest.asks(Resolution.STORE_CREDIT)
    yield from guest.sends()
    guest.due.credit += PRICE + PRICE // 10


def gift_card(guest: Guest) -> Iterator[int]:
    """Take a gift card, where the shop has them; the bonus is credit beside it."""
    yield from guest.buys()
    yield from guest.asks(Resolution.GIFT_CARD)
    yield from guest.sends()
    guest.due.cards += PRICE
    guest.due.credit += PRICE // 10


def cheaper(guest: Guest) -> Iterator[int]:
    """Exchange for an article that costs less; the rest goes back."""
    yield from guest.buys()
    yield from guest.asks(Resolution.EXCHANGE, ware=guest.shelf.plain["Small"])
    yield from guest.sends()
    guest.due.goods.append("Small")
    guest.due.money += PRICE - PRICES["Small"]


def even(guest: Guest) -> Iterator[int]:
    """Exchange for another colour at the same price: no money moves."""
    yield from guest.buys()
    yield from guest.asks(Resolution.EXCHANGE, ware=guest.shelf.plain["Green"])
    yield from guest.sends()
    guest.due.goods.append("Green")


def dearer(guest: Guest) -> Iterator[int]:
    """Exchange for an article that costs more; it leaves once that is paid."""
    yield from guest.buys()
    yield from guest.asks(Resolution.EXCHANGE, ware=guest.shelf.plain["Large"])
    yield from guest.sends()
    yield from guest.pays()
    guest.due.goods.append("Large")
    guest.due.asked += PRICES["Large"] - PRICE


def sold_out(guest: Guest) -> Iterator[int]:
    """Find the wanted article sold out when the parcel arrives: money instead."""
    guest.shelf.fill()
    wanted = guest.shelf.rare["Green"]
    yield from guest.buys(guest.shelf.rare[BOUGHT])
    yield from guest.asks(Resolution.EXCHANGE, ware=wanted)
    guest.shelf.sell_out(wanted)
    yield from guest.sends()
    guest.due.money += PRICE


def exchanged_again(guest: Guest) -> Iterator[int]:
    """Exchange what came in exchange."""
    yield from even(guest)
    yield from guest.takes_delivery("Green")
    yield from guest.asks(Resolution.EXCHANGE, ware=guest.shelf.plain[BOUGHT])
    yield from guest.sends()
    guest.due.goods.append(BOUGHT)


def returned_after(guest: Guest) -> Iterator[int]:
    """Return what came in exchange for credit: its own price, and a tenth."""
    yield from dearer(guest)
    yield from guest.takes_delivery("Large")
    yield from guest.asks(Resolution.STORE_CREDIT)
    yield from guest.sends()
    guest.due.credit += PRICES["Large"] + PRICES["Large"] // 10


def replacement(guest: Guest) -> Iterator[int]:
    """Get the same again for a faulty article."""
    yield from guest.buys()
    yield from guest.asks(Resolution.REPLACEMENT, reason="defective")
    yield from guest.sends()
    guest.due.goods.append(BOUGHT)


def repair(guest: Guest) -> Iterator[int]:
    """Have a faulty article repaired; it is handed back."""
    yield from guest.buys()
    yield from guest.asks(Resolution.REPAIR, reason="defective")
    yield from guest.sends()
    merchant.hands_back(guest.world, guest.case)


def photos(guest: Guest) -> Iterator[int]:
    """Show on a photo what arrived damaged: approved without a person."""
    yield from guest.buys()
    yield from guest.asks(
        Resolution.REFUND, reason="damaged", photos=(camera.damaged_parcel(),)
    )
    yield from guest.sends()
    guest.due.money += PRICE


def keep(guest: Guest) -> Iterator[int]:
    """Keep a trifle that is not worth a parcel, and get its money."""
    yield from guest.buys(guest.shelf.trifle)
    yield from guest.asks(Resolution.REFUND)
    guest.due.money += TRIFLE


def courtesy(guest: Guest) -> Iterator[int]:
    """Get a refund, and credit from the merchant as a kindness."""
    yield from guest.buys()
    yield from guest.asks(Resolution.REFUND)
    merchant.is_kind(guest.world, guest.case, KINDNESS)
    yield from guest.sends()
    guest.due.money += PRICE - RETURN_FEE
    guest.due.credit += KINDNESS


def manual(guest: Guest) -> Iterator[int]:
    """Be paid by bank transfer; the merchant keeps its proof."""
    yield from guest.buys()
    yield from guest.asks(Resolution.REFUND)
    merchant.pays_by_hand(guest.world, guest.case)
    yield from guest.sends()
    guest.by_hand += PRICE - RETURN_FEE


def two_ways(guest: Guest) -> Iterator[int]:
    """Exchange one line and be refunded for the other; no fee for either."""
    yield from guest.buys(guest.shelf.rare["Small"], guest.shelf.plain[BOUGHT])
    yield from guest.asks(
        Resolution.REFUND, Resolution.EXCHANGE, ware=guest.shelf.plain["Green"]
    )
    yield from guest.sends()
    guest.due.goods.append("Green")
    guest.due.money += PRICES["Small"]


def withdrawal(guest: Guest) -> Iterator[int]:
    """Withdraw by the online function: all is paid back, the carrier was his own."""
    yield from guest.buys(shipping="4.90")
    yield from guest.withdraws()
    yield from guest.sends()
    guest.due.money += PRICE + CARRIAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is played, and its words for whoever looks at it later."""

    name: str
    script: Callable[[Guest], Iterator[int]]
    tee_only: bool = False

    @property
    def words(self) -> str:
        """What there is to see, in a sentence."""
        return (self.script.__doc__ or "").strip()

    def is_at(self, shop: str) -> bool:
        """Say whether it is played at a shop."""
        return shop == TEE or not self.tee_only


SCENES = (
    Scene(name="store credit", script=store_credit),
    Scene(name="gift card", script=gift_card, tee_only=True),
    Scene(name="exchange, cheaper", script=cheaper),
    Scene(name="exchange, even", script=even),
    Scene(name="exchange, dearer", script=dearer),
    Scene(name="exchange, sold out", script=sold_out),
    Scene(name="exchanged again", script=exchanged_again),
    Scene(name="returned after an exchange", script=returned_after),
    Scene(name="replacement", script=replacement),
    Scene(name="repair", script=repair),
    Scene(name="photos of a damage", script=photos),
    Scene(name="keep it", script=keep),
    Scene(name="courtesy", script=courtesy),
    Scene(name="manual payment", script=manual),
    Scene(name="two ways in one return", script=two_ways),
    Scene(name="withdrawal", script=withdrawal),
)
