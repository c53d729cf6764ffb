"""Facts that a shop's platform does not tell, though a policy may look at them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.policy.compiled import conditions
from connector.saying import N_, Saying, saying

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.policy.vocabulary import Policy

# By platform and fact: what a condition sees instead. Of customers' tags and groups
# the policy's own manual speaks.
UNSAID: Mapping[str, Mapping[str, str]] = {
    "woocommerce": {
        "gift_card": N_(
            "line %(line)s, %(fact)s: WooCommerce knows no gift cards: here it is"
            " always false; name their category or product instead"
        ),
        "language": N_(
            "line %(line)s, %(fact)s: WooCommerce itself keeps no language of a"
            " customer, only WPML does: without it this is empty"
        ),
        "days_since_delivery": N_(
            "line %(line)s, %(fact)s: WooCommerce tells of no delivery: here the days"
            " count from when an order was completed"
        ),
    }
}


def unsaid(policy: Policy, platform: str) -> list[Saying]:
    """Return a sentence, with its line, for each condition that a platform leaves open.

    `platform` is the shop's, as it is configured; of others nothing is known.
    """
    known = UNSAID.get(platform, {})
    found = {
        one.line: saying(known[one.fact], line=one.line, fact=one.fact)
        for part in conditions(policy)
        for when in part
        for one in when
        if one.fact in known
    }
    return [found[line] for line in sorted(found)]
