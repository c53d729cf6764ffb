"""Every error this program raises on purpose; facts go in, prose comes out."""

from __future__ import annotations


class RetourError(Exception):
    """Something went wrong."""

    def __init__(self, message: str = "", **facts: object) -> None:
        self.facts = facts
        super().__init__(message or (self.__doc__ or "").strip())

    def __str__(self) -> str:
        """Say the message, then the facts in brackets."""
        said = str(self.args[0])
        if not self.facts:
            return said
        facts = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{said} ({facts})"


class IllegalTransition(RetourError):
    """That event cannot happen in this state."""


class CurrencyMismatch(RetourError):
    """Two amounts are in different currencies; they are never added."""


class BadAmount(RetourError):
    """That is no amount of money in its currency."""


class ConfigError(RetourError):
    """The configuration cannot be used; `retour check` says what to do."""


class PolicyError(RetourError):
    """The policy file cannot be used as it stands."""


class NotFound(RetourError):
    """There is no such thing here."""


class BadRequest(RetourError):
    """What was asked cannot be done as it was asked."""


class LevelNeeded(BadRequest):
    """Only somebody of a level that the policy names may approve that.

    `ways` are, for each level demanded, as whom it may be approved; `is_summed` says
    that what was given before on the order is counted.
    """

    def __init__(
        self,
        message: str,
        ways: tuple[tuple[str, ...], ...],
        *,
        is_summed: bool = False,
    ) -> None:
        self.ways = ways
        self.is_summed = is_summed
        super().__init__(message)


class Refused(RetourError):
    """The books do not allow that."""


class LawBroken(RetourError):
    """The database itself refuses: a rule of the books would be broken."""


class PlatformError(RetourError):
    """A call to the shop did not do what we asked."""


class Unavailable(PlatformError):
    """The shop surely never took the request; try again later."""


class Rejected(PlatformError):
    """The shop refused the request; trying again will not help."""


class Gone(Rejected):
    """The shop says that this object does not exist, or no longer."""


class Unsupported(Rejected):
    """The shop's platform has no such thing."""


class OutcomeUnknown(PlatformError):
    """Perhaps the request took effect; look at the shop, never repeat blind."""


class MailError(RetourError):
    """The letter could not be handed over; try again later."""


class MailRefused(MailError):
    """The mail server refuses this letter; trying again will not help."""
