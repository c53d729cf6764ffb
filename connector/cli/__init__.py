"""The command `retour`."""

from connector.cli.main import main

__all__ = ["main"]
