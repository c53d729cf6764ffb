"""The demo: two stand-in shops, Retour, customers who buy and return, fast time."""

from connector.demo.play import leave, play, tick
from connector.demo.summary import Result
from connector.demo.world import World, build

__all__ = ["Result", "World", "build", "leave", "play", "tick"]
