"""Photos that customers send: bytes as we made them anew, until they are forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.store.laws import refused

if TYPE_CHECKING:
    from connector.store.laws import Statement

# A photo is sent before its return is open, on the page that asks for it: until then
# it is the order line's alone, and the night takes it away.
PICTURES = """
CREATE TABLE photos (
    id          $serial,
    shop        TEXT NOT NULL,
    order_ref   TEXT NOT NULL,
    line_ref    TEXT NOT NULL,
    return_id   TEXT REFERENCES returns,
    line_id     $int REFERENCES return_lines,
    sha256      TEXT NOT NULL,
    media_type  TEXT NOT NULL
                CHECK (media_type IN ('image/jpeg', 'image/png', 'image/webp')),
    size        $int NOT NULL CHECK (size > 0),
    width       $int NOT NULL CHECK (width > 0),
    height      $int NOT NULL CHECK (height > 0),
    content     $blob NOT NULL,
    created_at  TEXT NOT NULL,
    FOREIGN KEY (shop, order_ref) REFERENCES orders (shop, ref),
    CHECK ((return_id IS NULL) = (line_id IS NULL))
)$strict"""

PHOTOS: tuple[Statement, ...] = (
    PICTURES,
    (
        "CREATE UNIQUE INDEX photo_once ON photos (line_id, sha256)"
        " WHERE line_id IS NOT NULL"
    ),
    (
        "CREATE UNIQUE INDEX photo_waits_once ON photos (shop, order_ref, line_ref,"
        " sha256) WHERE line_id IS NULL"
    ),
    "CREATE INDEX photos_order ON photos (shop, order_ref)",
    "CREATE INDEX photos_return ON photos (return_id)",
    # How many came, for the rules: stays when the photos themselves are forgotten.
    (
        "ALTER TABLE return_lines ADD COLUMN photos $int NOT NULL DEFAULT 0"
        " CHECK (photos >= 0)"
    ),
    refused(
        "photo_stays",
        "UPDATE ON photos",
        "OLD.line_id IS NOT NULL OR NEW.sha256 <> OLD.sha256"
        " OR NEW.shop <> OLD.shop OR NEW.order_ref <> OLD.order_ref"
        " OR NEW.line_ref <> OLD.line_ref OR NOT EXISTS (SELECT 1 FROM return_lines l"
        " JOIN returns r ON r.id = l.return_id WHERE l.id = NEW.line_id"
        " AND l.line_ref = NEW.line_ref AND r.id = NEW.return_id"
        " AND r.shop = NEW.shop AND r.order_ref = NEW.order_ref)",
        "I16: a photo belongs to the order line that it was sent for, and stays there",
    ),
)
