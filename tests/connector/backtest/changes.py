"""A policy with one thing of it changed, as a merchant does."""

from __future__ import annotations

import re

from hypothesis import strategies as st

MAIL = '"mail"'  # a reason, and rules may name it too


@st.composite
def changed(draw: st.DrawFn, text: str) -> str:
    """Change one thing of a policy, as a merchant does."""
    pattern, new = draw(
        st.sampled_from(
            (
                (r"\[window\]\ndays = \d+", "[window]\ndays = 5"),
                (r"grace_days = \d+", "grace_days = 1"),
                (
                    r'\[fees\]\nrestocking_percent = "[^"]+"',
                    '[fees]\nrestocking_percent = "7"',
                ),
                (r"return_shipping = \"[^\"]+\"", 'return_shipping = "6.66"'),
                (r"automatic_below = \"[^\"]+\"", 'automatic_below = "33.00"'),
                (r"priority = 0", "priority = 2"),
                (r"photos = 2", "photos = 1"),
                (MAIL, '"wrong-item"'),
                (r"refund_shipping = true", "refund_shipping = false"),
                (r"shipping = false", "shipping = true"),
                (r"tags = \['red'\]", "tags = ['blue']"),
                (r'bonus_percent = "(?!0")[^"]+"', 'bonus_percent = "5"'),
            )
        )
    )
    return re.sub(pattern, new, text, count=0 if pattern == MAIL else 1)
