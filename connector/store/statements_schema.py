"""Tables of withdrawals as they were declared, and of the letters that confirm them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.store.laws import append_only, refused

if TYPE_CHECKING:
    from connector.store.laws import Statement

# One row for each statement, as it was sent; only a person's data may be taken out.
SAID = """
CREATE TABLE statements (
    id           TEXT PRIMARY KEY,
    shop         TEXT NOT NULL REFERENCES shops,
    sent_key     TEXT NOT NULL,
    channel      TEXT NOT NULL CHECK (channel IN ('page', 'email', 'phone',
                                                  'letter', 'other')),
    language     TEXT NOT NULL,
    name         TEXT NOT NULL,
    contract     TEXT NOT NULL,
    reach        TEXT NOT NULL,
    part         TEXT NOT NULL DEFAULT '',
    words        TEXT NOT NULL DEFAULT '',
    digest       TEXT NOT NULL,
    sent_at      TEXT NOT NULL,
    received_at  TEXT NOT NULL,
    entered_by   TEXT NOT NULL,
    entered_at   TEXT NOT NULL,
    erased_at    TEXT,
    UNIQUE (shop, sent_key),
    CHECK (sent_at <= received_at)
)$strict"""

FIXED = ("id", "shop", "sent_key", "channel", "language", "digest")
TIMES = ("sent_at", "received_at", "entered_by", "entered_at")
PERSONAL = ("name", "contract", "reach", "part", "words")

# Which order a statement is about, and the return that was made of it; the last counts.
MATCHES = """
CREATE TABLE statement_matches (
    id            $serial,
    statement_id  TEXT NOT NULL REFERENCES statements,
    order_ref     TEXT NOT NULL,
    return_id     TEXT REFERENCES returns,
    actor         TEXT NOT NULL,
    at            TEXT NOT NULL
)$strict"""

# What is to be sent to customers; the id names the message for ever.
LETTERS = """
CREATE TABLE letters (
    id            TEXT PRIMARY KEY,
    shop          TEXT NOT NULL REFERENCES shops,
    statement_id  TEXT NOT NULL REFERENCES statements,
    language      TEXT NOT NULL,
    recipient     TEXT NOT NULL,
    subject       TEXT NOT NULL,
    body          TEXT NOT NULL,
    state         TEXT NOT NULL DEFAULT 'planned'
                  CHECK (state IN ('planned', 'sent', 'given_up')),
    due           TEXT NOT NULL,
    attempts      $int NOT NULL DEFAULT 0,
    why           TEXT NOT NULL DEFAULT '',
    made_at       TEXT NOT NULL,
    sent_at       TEXT
)$strict"""

# Since when a shop tells its customers, before they buy, what the law wants told.
NOTICES = """
CREATE TABLE notices (
    id      $serial,
    shop    TEXT NOT NULL REFERENCES shops,
    digest  TEXT NOT NULL,
    since   TEXT NOT NULL,
    actor   TEXT NOT NULL,
    at      TEXT NOT NULL
)$strict"""


def _other(*columns: str) -> str:
    return " OR ".join(f"NEW.{one} <> OLD.{one}" for one in columns)


def _rewritten(*columns: str) -> str:
    """Say which texts may only become empty."""
    return " OR ".join(
        f"(NEW.{one} <> OLD.{one} AND NEW.{one} <> '')" for one in columns
    )


FIXED_LETTER = refused(
    "letter_fixed",
    "UPDATE ON letters",
    f"{_other('id', 'shop', 'statement_id')}"
    f" OR {_rewritten('recipient', 'subject', 'body')}",
    "a letter is never changed",
)

# A letter may be about goods of a return instead of a statement.
ABOUT_ONE = "CHECK ((statement_id IS NULL) <> (return_id IS NULL))"
# SQLite cannot let a column be NULL later: the table is written anew, as it was.
PAPERS: tuple[Statement, ...] = (
    {
        "sqlite": (
            (
                "CREATE TABLE letters_new (id TEXT PRIMARY KEY,"
                " shop TEXT NOT NULL REFERENCES shops,"
                " statement_id TEXT REFERENCES statements, language TEXT NOT NULL,"
                " recipient TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL,"
                " state TEXT NOT NULL DEFAULT 'planned'"
                " CHECK (state IN ('planned', 'sent', 'given_up')),"
                " due TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,"
                " why TEXT NOT NULL DEFAULT '', made_at TEXT NOT NULL, sent_at TEXT,"
                f" return_id TEXT REFERENCES returns, {ABOUT_ONE}) STRICT"
            ),
            (
                "INSERT INTO letters_new"
                " (id, shop, statement_id, language, recipient, subject, body, state,"
                " due, attempts, why, made_at, sent_at)"
                " SELECT id, shop, statement_id, language, recipient, subject, body,"
                " state, due, attempts, why, made_at, sent_at FROM letters"
            ),
            "DROP TABLE letters",
            "ALTER TABLE letters_new RENAME TO letters",
            "CREATE INDEX letters_due ON letters (shop, state, due)",
            "CREATE INDEX letters_statement ON letters (statement_id)",
            *FIXED_LETTER["sqlite"],
        ),
        "postgresql": (
            "ALTER TABLE letters ALTER COLUMN statement_id DROP NOT NULL",
            "ALTER TABLE letters ADD COLUMN return_id TEXT REFERENCES returns",
            f"ALTER TABLE letters ADD {ABOUT_ONE}",
        ),
    },
    "CREATE INDEX letters_return ON letters (return_id)",
)

STATEMENTS: tuple[Statement, ...] = (
    SAID,
    "CREATE INDEX statements_shop ON statements (shop, received_at)",
    refused(
        "statement_fixed",
        "UPDATE ON statements",
        f"{_other(*FIXED, *TIMES)} OR {_rewritten(*PERSONAL)}",
        "a statement is never changed",
    ),
    refused(
        "statement_held",
        "DELETE ON statements",
        "OLD.id IS NOT NULL",
        "a statement is never removed",
    ),
    MATCHES,
    "CREATE INDEX matches_statement ON statement_matches (statement_id)",
    "CREATE INDEX matches_order ON statement_matches (order_ref)",
    append_only("statement_matches"),
    LETTERS,
    "CREATE INDEX letters_due ON letters (shop, state, due)",
    "CREATE INDEX letters_statement ON letters (statement_id)",
    FIXED_LETTER,
    NOTICES,
    append_only("notices"),
    "ALTER TABLE privacy ADD COLUMN statements TEXT NOT NULL DEFAULT '[]'",
)
