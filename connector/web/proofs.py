"""Evidence of sending as pages show it: what each form brought, with its photos."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.store import evidence, photos

if TYPE_CHECKING:
    from connector.store import Database
    from connector.store.evidence import Given
    from connector.store.photos import Photo


def of_return(db: Database, return_id: str) -> list[tuple[Given, list[Photo]]]:
    """List what was given of a return, the newest first, with what is left of it."""
    kept = photos.of_return(db, return_id)
    return [
        (one, [photo for photo in kept if photo.evidence_id == one.id])
        for one in reversed(evidence.of_return(db, return_id))
    ]
