"""All that was asked back, as a policy saw it: what another one is tried upon."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connector.store.laws import Statement

# A return, or an order of which nobody has asked anything back, has a number of its
# own, so that its lines lie side by side: a million are read in their order.
COLUMNS = """
    case_no           $int NOT NULL,
    position          $int NOT NULL,
    shop              TEXT NOT NULL,
    return_id         TEXT,
    order_ref         TEXT NOT NULL,
    number            TEXT NOT NULL,
    line_ref          TEXT NOT NULL,
    kind              TEXT NOT NULL,
    channel           TEXT NOT NULL,
    method            TEXT NOT NULL,
    language          TEXT NOT NULL,
    country           TEXT NOT NULL,
    currency          TEXT NOT NULL,
    order_status      TEXT NOT NULL,
    asked             $int,
    placed            $int NOT NULL,
    begins            $int NOT NULL,
    is_delivered      $int NOT NULL,
    withdraws         $int NOT NULL,
    withdraw_ends     $int NOT NULL,
    is_all_delivered  $int NOT NULL,
    total             $int NOT NULL,
    price             $int NOT NULL,
    worth             $int NOT NULL,
    gross             $int NOT NULL,
    units             $int NOT NULL,
    quantity          $int NOT NULL,
    left_units        $int NOT NULL,
    product           TEXT NOT NULL,
    variant           TEXT NOT NULL,
    sku               TEXT NOT NULL,
    tags              TEXT NOT NULL,
    categories        TEXT NOT NULL,
    gift_card         $int NOT NULL,
    reason            TEXT NOT NULL,
    wanted            TEXT NOT NULL,
    answers           TEXT NOT NULL,
    photos            $int NOT NULL,
    customer          TEXT NOT NULL,
    customer_tags     TEXT NOT NULL,
    gives_shipping    $int NOT NULL,
    PRIMARY KEY (case_no, position)
"""

PASTS: tuple[Statement, ...] = (
    f"CREATE TABLE past_lines ({COLUMNS})$clustered",
    "CREATE INDEX past_lines_order ON past_lines (order_ref, shop)",
    "CREATE INDEX past_lines_customer ON past_lines (customer, asked)",
    "CREATE INDEX past_lines_return ON past_lines (return_id)",
    ("CREATE TABLE past_upto (shop TEXT PRIMARY KEY, upto TEXT NOT NULL)$strict"),
)

# Counting lines, finding withdrawals and listing reasons looks at no row at all.
PASTS_FOUND: tuple[Statement, ...] = (
    (
        "CREATE INDEX past_lines_kind ON past_lines"
        " (shop, kind, is_all_delivered, asked, placed)"
    ),
    "CREATE INDEX past_lines_reason ON past_lines (shop, reason)",
    # What is left of the outbound shipping; lines from before do not know it.
    "ALTER TABLE past_lines ADD COLUMN shipping $int NOT NULL DEFAULT 0",
)

# Listing the countries that lines went to looks at few rows, too.
PASTS_PLACED: tuple[Statement, ...] = (
    "CREATE INDEX past_lines_country ON past_lines (shop, country)",
)

# Listing how lines came does, too. What follows is of the whole order, in minor units:
# its goods, what of them went back, of the shipping and of the surcharges; lines from
# before do not know it.
PASTS_CAME: tuple[Statement, ...] = (
    "CREATE INDEX past_lines_channel ON past_lines (shop, channel)",
    *(
        f"ALTER TABLE past_lines ADD COLUMN {name} $int NOT NULL DEFAULT 0"
        for name in (
            "goods", "goods_gone", "shipping_gone", "surcharges", "surcharges_gone",
        )
    ),
)  # fmt: skip

# Before, no tags of WooCommerce's customers were read: nobody knows them until an order
# is read again. A colon before a word would name a parameter.
UNREAD_TAGS: tuple[Statement, ...] = (
    "ALTER TABLE past_lines ADD COLUMN tags_unknown $int NOT NULL DEFAULT 0",
    (
        "UPDATE past_lines SET tags_unknown = 1"
        " WHERE shop IN (SELECT name FROM shops WHERE platform = 'woocommerce')"
    ),
    (
        "UPDATE orders SET snapshot = replace(snapshot,"
        """ '"tags":[]},"completed_at"',"""
        """ '"tags":[],"are_tags_known":' || 'false},"completed_at"')"""
        " WHERE shop IN (SELECT name FROM shops WHERE platform = 'woocommerce')"
    ),
)

# Finding when the periods to withdraw begin, by country, looks at few rows, too.
PASTS_SPANNED: tuple[Statement, ...] = (
    "DROP INDEX past_lines_country",
    "CREATE INDEX past_lines_country ON past_lines (shop, country, withdraws)",
)
