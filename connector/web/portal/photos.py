"""Photos on the customer's forms: taken as they come, kept from page to page.

A file cannot be shown again in a form. So it is kept at once, for the order line that
it was sent for, and the pages carry its SHA-256, until the return is opened with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import g, request
from flask_babel import get_locale, gettext

from connector import policy
from connector.pictures import MOST_BYTES, Unfit
from connector.store import photos
from connector.web import images, uploads
from connector.web.face import face
from connector.web.portal.links import is_proxied, known_order, sealed_case
from connector.web.portal.policies import rules_of
from connector.web.reasons import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from connector.model import Order
    from connector.policy import PhotosWanted
    from connector.store.filing import Wish
    from connector.web.portal.wishes import Asked

MEGABYTE = 1_000_000
BRINGS = frozenset({"settled", "add_photos", "sent"})  # whose forms bring files
SEALED = ("add_photos", "sent")  # of these, the pages of one return


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a form says of a line's photos: how many, why, and those that came.

    `came` are names of fields with an address that holds the photo, small.
    """

    count: int
    why: str
    came: tuple[tuple[str, str], ...] = ()


def make_room() -> None:
    """Say how much a form of the portal may bring, before anything reads it."""
    blueprint, _, page = (request.endpoint or "").rpartition(".")
    if blueprint in ("portal", "proxied"):
        is_meant = page in BRINGS and _is_known(page)
        most = uploads.MOST_WITH_FILES if is_meant else uploads.MOST_WITHOUT
        request.max_content_length = most


def _is_known(page: str) -> bool:
    """Say whether a customer of this shop sends it; his form is not read for that."""
    given = request.view_args or {}
    if page in SEALED:
        return bool(sealed_case(given["shop"], given["token"]))
    return is_proxied() or known_order(given["shop"]) is not None


def take(shop: str, order: Order) -> list[str]:
    """Keep the photos that this form brings; return what to say of the others."""
    here, said = face(), []
    taken: dict[str, list[str]] = g.setdefault("taken", {})
    for line in order.lines:
        for name, found in uploads.pictures(f"photos-{line.ref}"):
            if isinstance(found, Unfit):
                said.append(why_not(name, found))
                continue
            photos.keep(here.db, shop, order.ref, line.ref, found, here.clock())
            taken.setdefault(line.ref, []).append(found.sha256)
    return said


def why_not(name: str, why: Unfit) -> str:
    """Say why a file was not taken, and what to do."""
    most = MOST_BYTES // MEGABYTE
    said: dict[Unfit, str] = {
        Unfit.TOO_LARGE: gettext(
            "“%(name)s” is too large. A photo may have up to %(most)s MB.",
            name=name,
            most=most,
        ),
        Unfit.TOO_MANY_PIXELS: gettext(
            "“%(name)s” has too many pixels. Send it smaller, or a screenshot of it.",
            name=name,
        ),
        Unfit.HEIC: gettext(
            "“%(name)s” is a HEIC photo, which we cannot read. Send it as JPEG, or a"
            " screenshot of it. (iPhone: Settings, Camera, Formats, “Most"
            " Compatible”.)",
            name=name,
        ),
    }
    unreadable = gettext(
        "“%(name)s” is no photo that we can read. Send a JPEG, PNG or WebP.", name=name
    )
    return said.get(why, str(unreadable))


def sent(shop: str, order: Order) -> Mapping[str, tuple[str, ...]]:
    """Return the photos that this form names or brought, by line; others are none."""
    known: dict[str, tuple[str, ...]] = {}
    taken = g.get("taken", {})
    for one in photos.waiting(face().db, shop, order.ref):
        is_named = field(one.line_ref, one.sha256) in request.form
        if is_named or one.sha256 in taken.get(one.line_ref, ()):
            known[one.line_ref] = (*known.get(one.line_ref, ()), one.sha256)
    return known


def field(line_ref: str, sha256: str) -> str:
    """Name the field by which a form carries a photo."""
    return f"photo-{line_ref}|{sha256}"


def fields(wishes: Iterable[Wish]) -> dict[str, str]:
    """Return the fields that carry the photos of these wishes."""
    return {field(one.line_ref, name): "1" for one in wishes for name in one.photos}


def of_form(order: Order) -> dict[str, str]:
    """Return the fields of the photos that this form named or brought, unseen."""
    refs = {line.ref for line in order.lines}
    named = [
        name
        for name in request.form
        if name.startswith("photo-")
        and name.removeprefix("photo-").rpartition("|")[0] in refs
    ]
    taken = g.get("taken", {})
    new = [field(ref, name) for ref, names in taken.items() for name in names]
    return dict.fromkeys([*named, *new], "1")


def shown(shop: str, order: Order, asked: Sequence[Asked]) -> Mapping[str, Shown]:
    """Return what to say of the photos of each line that wants or has some."""
    waiting = {
        (one.line_ref, one.sha256): one
        for one in photos.waiting(face().db, shop, order.ref)
    }
    return {
        one.line.ref: Shown(
            count=one.photos.count if one.photos else 0,
            why=why(shop, order, one.wish.reason, one.photos),
            came=tuple(
                (field(one.line.ref, name), images.within(waiting[one.line.ref, name]))
                for name in one.wish.photos
            ),
        )
        for one in asked
        if one.photos or one.wish.photos
    }


def why(shop: str, order: Order, reason: str, wanted: PhotosWanted | None) -> str:
    """Say in the policy's own words why photos are wanted; "" where none are."""
    if wanted is None:
        return ""
    said = policy.spoken(wanted.why, str(get_locale()))
    if said:
        return said
    group, own = words(rules_of(shop, order), reason)
    text: str = gettext(
        "The shop asks for that where the reason is “%(reason)s”.",
        reason=f"{group}: {own}" if group else own,
    )
    return text
