"""policy: check a file for what is wrong or in vain, and explain what was decided."""

from __future__ import annotations

import sys
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import click
from babel import Locale, UnknownLocaleError
from babel.support import Translations

from connector import policy
from connector.errors import BadRequest, NotFound
from connector.policy import manual
from connector.policy.analysis import analyse
from connector.store import connect, orders, returns, shops

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.config import Config
    from connector.model import Answer, Return
    from connector.store import Database

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(name="policy")
def policy_group() -> None:
    """Check a returns policy, and explain what it decided."""


@policy_group.command()
@click.argument("file", type=FILE, required=False)
@click.pass_obj
def check(load: Callable[[], Config], file: Path | None) -> None:
    """Check FILE, or the policy of every shop: errors, rules in vain, rules that clash.

    Ends with 1 where something was found, with 0 where nothing was.
    """
    texts = {str(file): file.read_text("utf-8")} if file else _in_force(load)
    found = 0
    for name, text in texts.items():
        for one in analyse(policy.load(text, name)):
            click.echo(f"{name}:{one.line}: {one.kind}: {one.says}")
            found += 1
    if found:
        sys.exit(1)
    click.echo(f"nothing to mend in {', '.join(texts)}" if texts else "no policy yet")


@policy_group.command(name="manual")
def print_manual() -> None:
    """Print every key, fact, operator and action that a policy may use."""
    click.echo(manual.vocabulary(), nl=False)


def _in_force(load: Callable[[], Config]) -> dict[str, str]:
    db = connect(load().store)
    try:
        return {
            row.name: shops.policy_text(db, row.policy_hash)
            for row in shops.every(db)
            if row.policy_hash
        }
    finally:
        db.close()


@policy_group.command()
@click.argument("number", metavar="RETURN")
@click.option("--language", default="en", help="In which language; else English.")
@click.pass_obj
def explain(load: Callable[[], Config], number: str, language: str) -> None:
    """Explain what was decided of a return and why; by its number or id."""
    translate = _translator(language)
    db = connect(load().store)
    try:
        found = returns.by_number(db, number) or [returns.get(db, number)]
        for case in found:
            _explain(db, case, language, translate)
    finally:
        db.close()


def _translator(language: str) -> Callable[[str], str]:
    """Return the gettext of a language; raises BadRequest for one that is none."""
    try:
        locale = Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        msg = "that is no language; write it as en, fr, de or es"
        raise BadRequest(msg, language=language[:20]) from None
    folder = str(files("connector.web") / "translations")
    found = Translations.load(folder, [locale.language])
    translate: Callable[[str], str] = found.gettext
    return translate


def _explain(
    db: Database, case: Return, language: str, translate: Callable[[str], str]
) -> None:
    click.echo(f"{case.number} at {case.shop}: {case.kind}, {case.status}")
    click.echo(f"policy {case.policy_hash or 'none yet'}")
    for line in case.lines:
        title = _title(db, case, line.line_ref)
        click.echo(f"{line.asked} x {title}: {line.decision}, {line.resolution}")
        for answer in line.trace:
            click.echo(f"  {_said(answer, language, translate)}")


def _said(answer: Answer, language: str, translate: Callable[[str], str]) -> str:
    sentence = policy.render(answer, language, translate)
    inputs = ", ".join(f"{name}={value}" for name, value in answer.facts if value)
    said = f"{answer.rule} ({answer.says}): {sentence}"
    return f"{said}\n      {inputs}" if inputs else said


def _title(db: Database, case: Return, line_ref: str) -> str:
    try:
        line = orders.get(db, case.shop, case.order_ref).line(line_ref)
    except NotFound:
        line = None
    return line.title if line else line_ref


COMMANDS = (policy_group,)
