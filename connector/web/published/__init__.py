"""A shop's policy, published: a page, a fragment for the merchant's own site, JSON."""

from connector.web.published.page import pages

__all__ = ["pages"]
