"""The demo: two stand-in shops, Retour, customers who buy and return, fast time."""

from connector.demo.play import play
from connector.demo.summary import Result
from connector.demo.world import World, build

__all__ = ["Result", "World", "build", "play"]
