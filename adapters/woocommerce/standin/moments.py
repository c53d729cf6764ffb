"""Dates in queries, with the traps that the API has."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from adapters.woocommerce.standin.problems import Problem

if TYPE_CHECKING:
    from adapters.woocommerce.standin.shop import Shop


def read(shop: Shop, text: str, is_gmt: str | None) -> datetime:
    """Read a date as the API does.

    Naive is local without the flag; an offset is right only without it, and off
    by the site's own offset with it.
    """
    try:
        if len(text) == len("2026-11-23"):
            raise ValueError  # noqa: TRY301 - the one place that says what a bad date is
        read = datetime.fromisoformat(text)
    except ValueError:
        data = {
            "status": 400,
            "params": {"modified_after": "Invalid date."},
            "details": {
                "modified_after": {
                    "code": "rest_invalid_date",
                    "message": "Invalid date.",
                    "data": None,
                }
            },
        }
        told = "Invalid parameter(s): modified_after"
        raise Problem(400, "rest_invalid_param", told, data) from None
    if read.tzinfo is None:
        return read.replace(tzinfo=UTC if is_gmt == "true" else shop.zone)
    if is_gmt == "true":
        return read.astimezone(shop.zone).replace(tzinfo=UTC)
    return read
