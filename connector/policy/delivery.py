"""What the cheapest standard delivery costs, by country of the parcel.

A dearer one is the customer's choice: article 13(2) of Directive 2011/83/EU, and
docs/law.md, statement 11.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.money import Money
    from connector.policy.vocabulary import Policy

OTHERS = "default"  # stands for every country that is not named


def prices(policy: Policy) -> Mapping[str, Money]:
    """Return what it costs by country, and OTHERS; empty where nobody says.

    One amount is the price in the one country that is sold to: no other is known.
    """
    price = policy.standard_delivery
    if price is None or len(policy.sold_to) != 1:
        return policy.deliveries
    return dict.fromkeys(policy.sold_to, price)


def place(policy: Policy, country: str) -> str:
    """Return whose price holds: the country's, OTHERS, or "" where it is not known."""
    country = country.upper()
    return country if country in prices(policy) or not country else OTHERS


def limit(policy: Policy, country: str) -> Money | None:
    """Return what of a delivery goes back at most; None: all of it.

    Nothing is delivered for nothing: such a price is none.
    """
    return prices(policy).get(place(policy, country)) or None
