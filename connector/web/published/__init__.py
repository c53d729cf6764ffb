"""A shop's policy, published: a page, a fragment for the merchant's own site, JSON."""

from connector.web.published.page import is_shared, pages

__all__ = ["is_shared", "pages"]
