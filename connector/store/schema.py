"""Tables, in the order they were born; the list only ever grows at its end."""

from __future__ import annotations

from connector.store.both_ways_schema import BOTH_WAYS
from connector.store.bylaws import BYLAWS
from connector.store.connections_schema import CONNECTIONS, HOOKS
from connector.store.evidence_schema import EVIDENCE
from connector.store.following import FOLLOWING
from connector.store.hooks_schema import WATCHDOG
from connector.store.laws import LAWS, Statement, append_only
from connector.store.making_good_schema import MAKING_GOOD
from connector.store.pacing import PACING
from connector.store.past_schema import (
    PASTS,
    PASTS_CAME,
    PASTS_FOUND,
    PASTS_PLACED,
    PASTS_SPANNED,
    UNREAD_TAGS,
)
from connector.store.photos_schema import PHOTOS
from connector.store.policy_schema import POLICY_LIVES
from connector.store.privacy_schema import PRIVACY
from connector.store.sending_schema import SENDING
from connector.store.statements_schema import PAPERS, STATEMENTS
from connector.store.tellings_schema import TELLINGS

# `$serial`, `$int`, `$blob` and `$strict` are the engine's own words.

SHOPS = """
CREATE TABLE shops (
    name         TEXT PRIMARY KEY,
    platform     TEXT NOT NULL,
    address      TEXT NOT NULL,
    policy_hash  TEXT REFERENCES policies,
    paused       $int NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
    synced_to    TEXT,
    refunds_ran  TEXT,
    added_at     TEXT NOT NULL
)$strict"""

POLICIES = """
CREATE TABLE policies (
    hash        TEXT PRIMARY KEY,
    text        TEXT NOT NULL,
    first_seen  TEXT NOT NULL
)$strict"""

INBOX = """
CREATE TABLE inbox (
    id            $serial,
    shop          TEXT NOT NULL REFERENCES shops,
    source        TEXT NOT NULL,
    topic         TEXT NOT NULL,
    delivery_key  TEXT NOT NULL,
    body          $blob NOT NULL,
    headers       TEXT NOT NULL,
    received_at   TEXT NOT NULL,
    copies        $int NOT NULL DEFAULT 0,
    state         TEXT NOT NULL DEFAULT 'new'
                  CHECK (state IN ('new', 'done', 'unknown', 'failed')),
    due           TEXT NOT NULL,
    attempts      $int NOT NULL DEFAULT 0,
    note          TEXT NOT NULL DEFAULT '',
    UNIQUE (shop, source, delivery_key)
)$strict"""

ORDERS = """
CREATE TABLE orders (
    shop         TEXT NOT NULL REFERENCES shops,
    ref          TEXT NOT NULL,
    number       TEXT NOT NULL,
    updated_at   TEXT NOT NULL,
    read_at      TEXT NOT NULL,
    snapshot     TEXT NOT NULL,
    policy_hash  TEXT REFERENCES policies,
    PRIMARY KEY (shop, ref)
)$strict"""

RETURNS = """
CREATE TABLE returns (
    id               TEXT PRIMARY KEY,
    number           TEXT NOT NULL,
    shop             TEXT NOT NULL,
    order_ref        TEXT NOT NULL,
    kind             TEXT NOT NULL,
    filed_by         TEXT NOT NULL,
    language         TEXT NOT NULL,
    opened_at        TEXT NOT NULL,
    shipped_at       TEXT,
    platform_ref     TEXT NOT NULL DEFAULT '',
    refund_shipping  $int NOT NULL DEFAULT 0 CHECK (refund_shipping IN (0, 1)),
    policy_hash      TEXT NOT NULL DEFAULT '',
    terms            TEXT,
    event_key        TEXT,
    closed_at        TEXT,
    cancelled_at     TEXT,
    UNIQUE (shop, number),
    UNIQUE (shop, event_key),
    FOREIGN KEY (shop, order_ref) REFERENCES orders (shop, ref)
)$strict"""

RETURN_LINES = """
CREATE TABLE return_lines (
    id            $serial,
    return_id     TEXT NOT NULL REFERENCES returns,
    line_ref      TEXT NOT NULL,
    asked         $int NOT NULL CHECK (asked > 0),
    approved      $int NOT NULL DEFAULT 0 CHECK (approved BETWEEN 0 AND asked),
    received      $int NOT NULL DEFAULT 0 CHECK (received >= 0),
    accepted      $int NOT NULL DEFAULT 0 CHECK (accepted >= 0),
    rejected      $int NOT NULL DEFAULT 0 CHECK (rejected >= 0),
    lost          $int NOT NULL DEFAULT 0 CHECK (lost >= 0),
    reason        TEXT NOT NULL,
    note          TEXT NOT NULL DEFAULT '',
    has_photo     $int NOT NULL DEFAULT 0 CHECK (has_photo IN (0, 1)),
    decision      TEXT NOT NULL DEFAULT 'pending',
    reception     TEXT NOT NULL DEFAULT 'awaited',
    platform_ref  TEXT NOT NULL DEFAULT '',
    wanted        TEXT NOT NULL DEFAULT 'refund',
    trace         TEXT NOT NULL DEFAULT '[]',
    CHECK (accepted + rejected <= received)
)$strict"""

# Invariant I1: a unit of an order line is in one live return at most.
UNITS = """
CREATE TABLE units (
    shop            TEXT NOT NULL,
    order_ref       TEXT NOT NULL,
    line_ref        TEXT NOT NULL,
    unit            $int NOT NULL CHECK (unit > 0),
    return_line_id  $int NOT NULL REFERENCES return_lines,
    PRIMARY KEY (shop, order_ref, line_ref, unit)
)$strict"""

REFUNDS = """
CREATE TABLE refunds (
    id             TEXT PRIMARY KEY,
    shop           TEXT NOT NULL,
    order_ref      TEXT NOT NULL,
    return_id      TEXT REFERENCES returns,
    amount_minor   $int NOT NULL CHECK (amount_minor > 0),
    currency       TEXT NOT NULL,
    state          TEXT NOT NULL,
    plan           TEXT NOT NULL,
    units          TEXT NOT NULL,
    preimage       TEXT,
    platform_ref   TEXT NOT NULL DEFAULT '',
    first_sent_at  TEXT,
    planned_at     TEXT NOT NULL,
    changed_at     TEXT NOT NULL,
    looked_at      TEXT,
    resends        $int NOT NULL DEFAULT 0,
    why            TEXT NOT NULL DEFAULT '',
    FOREIGN KEY (shop, order_ref) REFERENCES orders (shop, ref)
)$strict"""

# One refund of an order is out at a time, whatever locks may fail (design 5).
ONE_REFUND_OUT = """
CREATE UNIQUE INDEX one_refund_out ON refunds (shop, order_ref)
WHERE state IN ('submitted', 'unknown', 'pending')"""

LEDGER = """
CREATE TABLE ledger (
    id            $serial,
    kind          TEXT NOT NULL
                  CHECK (kind IN ('reserve', 'post', 'void', 'external', 'reverse')),
    refund_id     TEXT REFERENCES refunds,
    shop          TEXT NOT NULL,
    order_ref     TEXT NOT NULL,
    tender        TEXT NOT NULL,
    platform_ref  TEXT NOT NULL DEFAULT '',
    amount_minor  $int NOT NULL CHECK (amount_minor > 0),
    currency      TEXT NOT NULL,
    at            TEXT NOT NULL,
    CHECK ((refund_id IS NULL) = (platform_ref <> '' AND tender = '')),
    UNIQUE (refund_id, tender, kind)
)$strict"""

EXTERNAL_ONCE = """
CREATE UNIQUE INDEX external_once ON ledger (shop, platform_ref, kind)
WHERE refund_id IS NULL"""

ERRANDS = """
CREATE TABLE errands (
    id          $serial,
    return_id   TEXT NOT NULL REFERENCES returns,
    verb        TEXT NOT NULL
                CHECK (verb IN ('open', 'approve', 'decline', 'dispose', 'close')),
    state       TEXT NOT NULL DEFAULT 'planned',
    args        TEXT NOT NULL DEFAULT '{}',
    preimage    TEXT,
    changed_at  TEXT NOT NULL,
    why         TEXT NOT NULL DEFAULT ''
)$strict"""

ONE_ERRAND = """
CREATE UNIQUE INDEX one_errand ON errands (return_id, verb) WHERE verb <> 'dispose'"""

OUTBOX = """
CREATE TABLE outbox (
    subject   TEXT NOT NULL CHECK (subject IN ('refund', 'errand')),
    id        TEXT NOT NULL,
    shop      TEXT NOT NULL REFERENCES shops,
    due       TEXT NOT NULL,
    attempts  $int NOT NULL DEFAULT 0,
    claim     TEXT,
    PRIMARY KEY (subject, id)
)$strict"""

HISTORY = """
CREATE TABLE history (
    id      $serial,
    about   TEXT NOT NULL,
    about_id TEXT NOT NULL,
    shop    TEXT NOT NULL,
    return_id TEXT,
    event   TEXT NOT NULL,
    state   TEXT NOT NULL,
    actor   TEXT NOT NULL,
    why     TEXT NOT NULL DEFAULT '',
    at      TEXT NOT NULL
)$strict"""

# What a person must look at; closed by a person, or by the facts.
DESK = """
CREATE TABLE desk (
    id         $serial,
    shop       TEXT NOT NULL REFERENCES shops,
    about      TEXT NOT NULL,
    about_id   TEXT NOT NULL,
    code       TEXT NOT NULL,
    why        TEXT NOT NULL,
    opened_at  TEXT NOT NULL,
    closed_at  TEXT,
    closed_by  TEXT NOT NULL DEFAULT ''
)$strict"""

# PostgreSQL only: who holds the advisory lock, to be told from one that still lives.
DISPATCH: Statement = {
    "sqlite": (),
    "postgresql": (
        "CREATE TABLE dispatch (holder TEXT NOT NULL)",
        "INSERT INTO dispatch VALUES ('')",
    ),
}

FIRST: tuple[Statement, ...] = (
    POLICIES,
    SHOPS,
    INBOX,
    "CREATE INDEX inbox_due ON inbox (state, due)",
    ORDERS,
    "CREATE INDEX orders_number ON orders (shop, number)",
    RETURNS,
    (
        "CREATE UNIQUE INDEX return_at_shop ON returns (shop, platform_ref)"
        " WHERE platform_ref <> ''"
    ),
    "CREATE INDEX returns_order ON returns (shop, order_ref)",
    RETURN_LINES,
    "CREATE INDEX return_lines_return ON return_lines (return_id)",
    UNITS,
    REFUNDS,
    ONE_REFUND_OUT,
    (
        "CREATE UNIQUE INDEX refund_at_shop ON refunds (shop, platform_ref)"
        " WHERE platform_ref <> ''"
    ),
    "CREATE INDEX refunds_order ON refunds (shop, order_ref)",
    "CREATE INDEX refunds_state ON refunds (state, changed_at)",
    LEDGER,
    EXTERNAL_ONCE,
    "CREATE INDEX ledger_order ON ledger (shop, order_ref)",
    append_only("ledger"),
    ERRANDS,
    ONE_ERRAND,
    OUTBOX,
    "CREATE INDEX outbox_due ON outbox (subject, due)",
    HISTORY,
    "CREATE INDEX history_return ON history (return_id)",
    append_only("history"),
    DESK,
    (
        "CREATE UNIQUE INDEX desk_open ON desk (shop, about, about_id, code)"
        " WHERE closed_at IS NULL"
    ),
)

SECOND: tuple[Statement, ...] = (
    DISPATCH,
    "ALTER TABLE orders ADD COLUMN read_upto TEXT NOT NULL DEFAULT ''",
)

# Where this database lived when it last paid: a copy elsewhere must not.
INSTALLATION = """
CREATE TABLE installation (
    place       TEXT NOT NULL,
    noticed_at  TEXT NOT NULL
)$strict"""

THIRD: tuple[Statement, ...] = (
    INSTALLATION,
    "ALTER TABLE shops ADD COLUMN paused_why TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE shops ADD COLUMN reconciled_at TEXT",
)

# What handling beyond testing has cost, as a person graded it: basis points.
GRADES: tuple[Statement, ...] = (
    (
        "ALTER TABLE return_lines ADD COLUMN loss_bp $int NOT NULL DEFAULT 0"
        " CHECK (loss_bp BETWEEN 0 AND 10000)"
    ),
)

# What only its customer can end, by paying, moves no money of ours: it holds no other.
UNPAID_HOLDS_NOTHING: tuple[Statement, ...] = (
    "DROP INDEX one_refund_out",
    (
        "CREATE UNIQUE INDEX one_refund_out ON refunds (shop, order_ref)"
        " WHERE state IN ('submitted', 'unknown')"
        " OR (state = 'pending' AND amount_minor > 0)"
    ),
)

# The way back that a customer chose, of those that the policy lists; "" for none.
WAYS_BACK: tuple[Statement, ...] = (
    "ALTER TABLE returns ADD COLUMN method TEXT NOT NULL DEFAULT ''",
)

MIGRATIONS: tuple[tuple[Statement, ...], ...] = (
    FIRST,
    SECOND,
    THIRD,
    LAWS,
    BYLAWS,
    CONNECTIONS,
    HOOKS,
    PACING,
    WATCHDOG,
    TELLINGS,
    FOLLOWING,
    PRIVACY,
    BOTH_WAYS,
    MAKING_GOOD,
    POLICY_LIVES,
    STATEMENTS,
    PASTS,
    PASTS_FOUND,
    PHOTOS,
    GRADES,
    UNPAID_HOLDS_NOTHING,
    WAYS_BACK,
    PASTS_PLACED,
    PASTS_CAME,
    PAPERS,
    UNREAD_TAGS,
    PASTS_SPANNED,
    SENDING,
    EVIDENCE,
)
