"""What customers gave as evidence that they sent a return: number, carrier, photos."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connector.store.laws import Statement

GIVEN = """
CREATE TABLE evidence (
    id         $serial,
    return_id  TEXT NOT NULL REFERENCES returns,
    carrier    TEXT NOT NULL,
    number     TEXT NOT NULL,
    photos     $int NOT NULL CHECK (photos >= 0),
    at         TEXT NOT NULL
)$strict"""

# A photo of a posting receipt is a return's, and of none of its lines. In SQLite the
# CHECK is rewritten in place, as `making_good_schema.NO_MONEY` says.
OF_A_RETURN: Statement = {
    "sqlite": (
        "PRAGMA writable_schema = ON",
        (
            "UPDATE sqlite_schema SET sql = replace(sql,"
            " 'CHECK ((return_id IS NULL) = (line_id IS NULL))',"
            " 'CHECK ((return_id IS NULL) <=(line_id IS NULL))')"
            " WHERE type = 'table' AND name = 'photos'"
        ),
        "PRAGMA writable_schema = OFF",
    ),
    "postgresql": (
        "ALTER TABLE photos DROP CONSTRAINT photos_check",
        (
            "ALTER TABLE photos ADD CONSTRAINT photos_check"
            " CHECK ((return_id IS NULL) <= (line_id IS NULL))"
        ),
    ),
}

EVIDENCE: tuple[Statement, ...] = (
    GIVEN,
    "CREATE INDEX evidence_return ON evidence (return_id)",
    OF_A_RETURN,
    (
        "ALTER TABLE photos ADD COLUMN evidence_id $int REFERENCES evidence"
        " CHECK ((evidence_id IS NULL) = (return_id IS NULL OR line_id IS NOT NULL))"
    ),
    "CREATE INDEX photos_evidence ON photos (evidence_id)",
    (
        "CREATE UNIQUE INDEX photo_shows_once ON photos (return_id, sha256)"
        " WHERE evidence_id IS NOT NULL"
    ),
    # One parcel may hold two returns of an order: its receipt is evidence for both.
    "DROP INDEX photo_waits_once",
    (
        "CREATE UNIQUE INDEX photo_waits_once ON photos (shop, order_ref, line_ref,"
        " sha256) WHERE return_id IS NULL"
    ),
)
