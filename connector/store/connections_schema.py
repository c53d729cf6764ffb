"""Tables of connected shops: their settings, sealed credentials, open grants."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connector.store.laws import Statement

# `sealed` is what the vault made of a secret; no secret lies here open.
CREDENTIALS = """
CREATE TABLE credentials (
    shop        TEXT NOT NULL REFERENCES shops,
    name        TEXT NOT NULL,
    sealed      TEXT NOT NULL,
    changed_at  TEXT NOT NULL,
    PRIMARY KEY (shop, name)
)$strict"""

# A browser that was sent to the shop to grant access; `digest` is SHA-256 of its state.
GRANTS = """
CREATE TABLE grants (
    digest    TEXT PRIMARY KEY,
    platform  TEXT NOT NULL,
    address   TEXT NOT NULL,
    args      TEXT NOT NULL DEFAULT '{}',
    made_at   TEXT NOT NULL,
    used_at   TEXT,
    outcome   TEXT NOT NULL DEFAULT '',
    sealed    TEXT NOT NULL DEFAULT ''
)$strict"""

LEASES = """
CREATE TABLE leases (
    name    TEXT PRIMARY KEY,
    holder  TEXT NOT NULL,
    until   TEXT NOT NULL
)$strict"""

CONNECTIONS: tuple[Statement, ...] = (
    "ALTER TABLE shops ADD COLUMN settings TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE shops ADD COLUMN origin TEXT NOT NULL DEFAULT 'file'",
    "ALTER TABLE shops ADD COLUMN revision $int NOT NULL DEFAULT 0",
    "ALTER TABLE shops ADD COLUMN removed_at TEXT",
    "ALTER TABLE shops ADD COLUMN facts TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE shops ADD COLUMN checked_at TEXT",
    CREDENTIALS,
    GRANTS,
    LEASES,
)

# `secret` is the first digits of the SHA-256 of what the webhook signs with.
HOOK_TABLE = """
CREATE TABLE hooks (
    shop     TEXT NOT NULL REFERENCES shops,
    ref      TEXT NOT NULL,
    topic    TEXT NOT NULL,
    address  TEXT NOT NULL,
    secret   TEXT NOT NULL DEFAULT '',
    made_at  TEXT NOT NULL,
    PRIMARY KEY (shop, ref)
)$strict"""

HOOKS: tuple[Statement, ...] = (
    HOOK_TABLE,
    "ALTER TABLE shops ADD COLUMN watched_at TEXT",
    "ALTER TABLE shops ADD COLUMN unheard_at TEXT",
    "CREATE INDEX inbox_heard ON inbox (shop, received_at)",
)
