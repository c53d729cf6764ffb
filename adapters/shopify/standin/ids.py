"""GIDs: numbers, kinds, and the answer to one of the wrong kind."""

from __future__ import annotations

from graphql import GraphQLError


def number(gid: str) -> int:
    """Take the number out of a GID."""
    return int(gid.rsplit("/", 1)[1])


def checked(gid: str, kind: str) -> str:
    """Refuse a GID of another kind as Shopify does: a top-level error."""
    prefix = f"gid://shopify/{kind}/"
    if not gid.startswith(prefix) or not gid.removeprefix(prefix).isdigit():
        message = f"Invalid id: {gid}"
        raise GraphQLError(message, extensions={"code": "RESOURCE_NOT_FOUND"})
    return gid
