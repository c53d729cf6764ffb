"""Staff reads of credit and of new goods as what they are, not of a refund."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.model import NewGoods, Resolution
from connector.steps import tell
from connector.store import connect, orders, refunds, shops
from tests.connector.shapes import NOON, a_line, a_request, an_order, eur
from tests.connector.steps.test_tell import Clock, Staff, approved

if TYPE_CHECKING:
    from connector.model import RefundRequest

CUP = NewGoods(ref="m", title="Cup", quantity=1, price=eur(500))
PLAN = a_request("k1", 1000)
CREDIT = replace(PLAN, way=Resolution.STORE_CREDIT, bonus=eur(100))
CHEAPER = replace(PLAN, way=Resolution.EXCHANGE, goods=(CUP,))
EVEN = replace(CHEAPER, way=Resolution.REPLACEMENT, amount=eur(0), tenders=())


@pytest.mark.parametrize(
    ("plan", "language", "news"),
    [
        (PLAN, "en", "€10.00 refunded."),
        (CREDIT, "en", "credit of €11.00 given."),
        (CREDIT, "de", "Guthaben von 11,00\xa0€ erteilt."),
        (CREDIT, "fr", "avoir de 11,00\xa0€ accordé."),
        (CREDIT, "es", "saldo de 11,00\xa0€ concedido."),
        (CHEAPER, "en", "ordered. The difference of €10.00 was refunded."),
        (CHEAPER, "de", "bestellt. Die Differenz von 10,00\xa0€ wurde erstattet."),
        (CHEAPER, "fr", "La différence de 10,00\xa0€ a été remboursée."),
        (CHEAPER, "es", "Se ha reembolsado la diferencia de 10,00\xa0€."),
        (EVEN, "en", "Return 29-R1: new goods ordered."),
        (EVEN, "de", "Rücksendung 29-R1: neue Ware bestellt."),
        (EVEN, "fr", "Retour 29-R1 : nouveaux articles commandés."),
        (EVEN, "es", "Devolución 29-R1: artículos nuevos encargados."),
    ],
)
def test_what_is_given_is_told_by_its_name(
    address: str, plan: RefundRequest, language: str, news: str
) -> None:
    clock, shop, db = Clock(), Staff(), connect(address)
    shop.sell(an_order(a_line("a", 3000, 3)))
    shops.put(db, shop.name, "sandbox", "x", NOON)
    orders.keep(db, shop.name, shop.order("29"))
    approved(db, clock)
    refunds.reserve(
        db,
        shop="sandbox",
        return_id="r1",
        request=plan,
        units={},
        due=clock(),
        now=clock(),
    )
    refunds.submit(db, "k1", {}, clock())
    tell.run(db, shop, clock, language)
    assert plan is PLAN or "refund" not in shop.texts[-1]
    refunds.move(db, "k1", "confirm", clock())
    tell.run(db, shop, clock, language)
    assert shop.texts[-1].endswith(news)
    db.close()
