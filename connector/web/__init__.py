"""The faces of Retour: the customer's portal and the merchant's console."""

from connector.web.app import create
from connector.web.face import Face, Storefront

__all__ = ["Face", "Storefront", "create"]
