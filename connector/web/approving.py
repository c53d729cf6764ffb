"""As what somebody approves: what a form says of it, and what a page shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import flash, request
from flask_babel import gettext

from connector.errors import LevelNeeded
from connector.steps.levels import NOBODY, Approval
from connector.web.face import face
from connector.web.sessions import is_framed, person

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Ways = tuple[tuple[str, ...], ...]  # for each level demanded, as whom it may be met


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A form that was refused for want of a level, to be shown as it was filled in.

    `form` names it among the forms of its page; `is_summed`: what was given before on
    the order is counted.
    """

    form: str
    typed: Mapping[str, str]
    levels: tuple[str, ...]
    ways: Ways
    is_summed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a form shows of the levels that it needs.

    `by_name`: people sign in by name, and nobody chooses; `me` is who did, and `mine`
    as what he approves: empty where he may not. `others` may, by their names.
    """

    ways: Ways
    by_name: bool
    me: str
    mine: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def who(self) -> str:
        """The levels that are demanded."""
        return ", ".join(ways[0] for ways in self.ways)


def standing(ways: Ways) -> Standing:
    """Return how whoever looks at the page stands to what is demanded."""
    me = person()
    people = face().people
    may = [one.name for one in people if _may(ways, one.levels)]
    mine = me.levels if me else ()
    served = [one for one in mine if any(one in some for some in ways)]
    return Standing(
        ways=ways,
        by_name=bool(people),
        me=me.name if me else "",
        mine=tuple(served) if _may(ways, mine) else (),
        others=tuple(name for name in may if not me or name != me.name),
    )


def _may(ways: Ways, held: Iterable[str]) -> bool:
    have = set(held)
    return all(have & set(some) for some in ways)


def approval() -> Approval:
    """Return who approves: whoever signed in by name, else whom the form names.

    Where people sign in by name, what a form says counts for nothing.
    """
    if face().people:
        me = person()
        if me is None:
            return NOBODY
        return Approval(levels=me.levels, by=me.name, is_signed=True)
    said = tuple(one for one in request.form.getlist("as") if one)
    return Approval(levels=said, by=request.form.get("by", ""))


def refusal(form: str, deed: Callable[[], None]) -> Refusal | None:
    """Do a deed; where it needs a level, say so and return the form as it was.

    Raises what the deed raises otherwise.
    """
    try:
        deed()
    except LevelNeeded as error:
        flash(_explain(standing(error.ways), is_summed=error.is_summed))
        return Refusal(
            form=form,
            typed=request.form.to_dict(),
            levels=tuple(request.form.getlist("as")),
            ways=error.ways,
            is_summed=error.is_summed,
        )
    return None


def _explain(stands: Standing, *, is_summed: bool) -> str:
    """Say what to do, in the reader's language."""
    said = gettext("This must be approved by: %(who)s.", who=stands.who)
    if is_summed:
        said = gettext(
            "With what was given before on this order, this must be approved by:"
            " %(who)s.",
            who=stands.who,
        )
    if not stands.by_name:
        todo = gettext("Choose as what you approve, and write your name.")
    elif not stands.others:
        todo = gettext("Nobody who signs in by name has that level yet.")
    elif is_framed():
        names = ", ".join(stands.others)
        todo = gettext("Sign in to Retour's own console as: %(names)s.", names=names)
    else:
        todo = gettext("Sign in as: %(names)s.", names=", ".join(stands.others))
    nothing = gettext("Nothing was changed.")
    return f"{said} {todo} {nothing}"
