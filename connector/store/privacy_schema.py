"""Tables of privacy: what was asked, and orders that stay without a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connector.store.laws import Statement

# Ids and counts only, but for `export`, which is forgotten after its time.
REQUESTS = """
CREATE TABLE privacy (
    id           $serial,
    shop         TEXT NOT NULL REFERENCES shops,
    kind         TEXT NOT NULL CHECK (kind IN ('data_request', 'redact',
                                               'shop_redact')),
    asked_by     TEXT NOT NULL,
    request_key  TEXT NOT NULL,
    delivery_id  $int,
    customer     TEXT NOT NULL DEFAULT '',
    orders       TEXT,
    state        TEXT NOT NULL DEFAULT 'open'
                 CHECK (state IN ('open', 'waiting', 'done')),
    asked_at     TEXT NOT NULL,
    due_at       TEXT NOT NULL,
    done_at      TEXT,
    erased       TEXT NOT NULL DEFAULT '{}',
    export       TEXT,
    UNIQUE (shop, request_key)
)$strict"""

# The shop may go on naming the customer of such an order: we do not listen; with
# `upto`, not for states of the order up to that modification time.
ERASED_ORDERS = """
CREATE TABLE erased_orders (
    shop       TEXT NOT NULL REFERENCES shops,
    order_ref  TEXT NOT NULL,
    number     TEXT NOT NULL,
    upto       TEXT NOT NULL DEFAULT '',
    at         TEXT NOT NULL,
    PRIMARY KEY (shop, order_ref)
)$strict"""

PRIVACY: tuple[Statement, ...] = (
    REQUESTS,
    "CREATE INDEX privacy_state ON privacy (state)",
    ERASED_ORDERS,
    "CREATE INDEX erased_numbers ON erased_orders (shop, number)",
)
