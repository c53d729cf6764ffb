"""The demo: two stand-in shops, Retour, customers who buy and return, fast time."""

from connector.demo.play import Result, play
from connector.demo.world import World, build

__all__ = ["Result", "World", "build", "play"]
