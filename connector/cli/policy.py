"""policy: check a file for what is wrong or in vain, and explain what was decided."""

from __future__ import annotations

import sys
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec
from babel import Locale, UnknownLocaleError
from babel.support import Translations

from connector import policy, telling
from connector.errors import BadRequest, NotFound, PolicyError
from connector.policy import manual, vain
from connector.policy.analysis import analyse
from connector.policy.unsaid import UNSAID, unsaid
from connector.steps import trial
from connector.store import connect, orders, returns, shops
from connector.wiring import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.config import Config
    from connector.model import Answer, Return
    from connector.policy import Policy
    from connector.store import Database
    from connector.store.shops import ShopRow

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(name="policy")
def policy_group() -> None:
    """Check a returns policy, and explain what it decided."""


@policy_group.command()
@click.argument("file", type=FILE, required=False)
@click.pass_obj
def check(load: Callable[[], Config], file: Path | None) -> None:
    """Check FILE, or the policy of every shop: errors, rules in vain, rules that clash.

    Ends with 1 where something was found, with 0 where nothing was. What the law
    asks of a lawful policy is said beside: it is nothing to mend.
    """
    texts = {str(file): policy.read(file)} if file else _in_force(load)
    is_sound = [_is_sound(load, name, text) for name, text in texts.items()]
    if not all(is_sound):
        sys.exit(1)
    click.echo(f"nothing to mend in {', '.join(texts)}" if texts else "no policy yet")


def _is_sound(load: Callable[[], Config], name: str, text: str) -> bool:
    """Say what is to mend in one policy, and what to know; whether it is nothing."""
    try:
        rules = policy.load(text, name)
    except PolicyError as error:
        click.echo(str(error))
        return False
    found = analyse(rules, text)
    if vain.shops(rules) and _is_configured():
        found += vain.unknown_shops(rules, _shop_names(load))
    for one in sorted(found, key=lambda one: one.line):
        click.echo(f"{name}:{one.line}: {one.kind}: {one.says}")
    for says in (*policy.advice(rules), *_unsaid(load, name, rules)):
        click.echo(f"{name}: to know: {says}")
    return not found


def _unsaid(load: Callable[[], Config], name: str, rules: Policy) -> list[str]:
    """Say what the platforms of a policy's shops do not tell it; `name` is as given."""
    if not _is_configured() or not any(unsaid(rules, one) for one in UNSAID):
        return []
    config = load()
    found = {row.platform for row in _connected(config) if row.name == name}
    for one in config.shops:
        file = config.path(one.policy).resolve() if one.policy else None
        if one.name == name or file == Path(name).resolve():
            found.add(one.platform)
    return [says for platform in sorted(found) for says in unsaid(rules, platform)]


def _is_configured() -> bool:
    """Whether a configuration says which shops there are."""
    given = click.get_current_context().find_root().params.get("path")
    return given is not None or Path("config.toml").exists()


def _shop_names(load: Callable[[], Config]) -> set[str]:
    """Return the shops of the configuration, and those that were connected."""
    config = load()
    connected = {row.name for row in _connected(config)}
    return connected | {shop.name for shop in config.shops}


def _connected(config: Config) -> list[ShopRow]:
    db = connect(config.store)
    try:
        return shops.every(db)
    finally:
        db.close()


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
@click.option("--language", help="In which language; else the shop's staff_language.")
@click.pass_obj
def explain(load: Callable[[], Config], number: str, language: str | None) -> None:
    """Explain what was decided of a return and why; by its number or id."""
    config = load()
    if language is not None:
        _translator(language)  # what is none is refused first
    db = connect(config.store)
    try:
        found = returns.by_number(db, number) or [returns.get(db, number)]
        for case in found:
            asked = language or _staff_language(config, case.shop)
            _explain(db, case, *_translator(asked))
    finally:
        db.close()


def _staff_language(config: Config, shop: str) -> str:
    """Return the language of a shop's staff; English where none is configured."""
    said = {one.name: one.staff_language for one in config.shops}.get(shop, "en")
    return "en" if said == telling.OFF else said


def _translator(language: str) -> tuple[str, Callable[[str], str]]:
    """Return a language with its gettext; English, whole, where we have no words of it.

    Raises BadRequest for one that is none.
    """
    try:
        locale = Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        msg = "that is no language; write it as en, fr, de or es"
        raise BadRequest(msg, language=language[:20]) from None
    folder = str(files("connector.web") / "translations")
    found = Translations.load(folder, [locale.language])
    translate: Callable[[str], str] = found.gettext
    return (language if isinstance(found, Translations) else "en"), translate


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


@policy_group.command()
@click.argument("file", type=FILE)
@click.option("--shop", help="Which shop; needed where there are several.")
@click.option("--months", default=12, show_default=True, help="How far back.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def diff(
    load: Callable[[], Config],
    file: Path,
    shop: str | None,
    months: int,
    *,
    as_json: bool,
) -> None:
    """Say what FILE would have decided otherwise, before it goes live.

    All returns and orders of the last months are judged by the policy in force and
    by FILE: how many verdicts flip, what that costs or saves, and which orders.
    """
    text = policy.read(file)
    policy.load(text, str(file))
    db = connect(load().store)
    try:
        name = _one_shop(db, shop)
        report = trial.run(db, name, text, clock(), months)
    finally:
        db.close()
    if as_json:
        click.echo(msgspec.json.encode(trial.as_json(report)).decode())
        return
    for line in trial.told(report):
        click.echo(line)


def _one_shop(db: Database, shop: str | None) -> str:
    names = [row.name for row in shops.every(db)]
    if shop is None and len(names) == 1:
        return names[0]
    if shop not in names:
        msg = f"say which shop with --shop: {', '.join(names) or 'none is connected'}"
        raise BadRequest(msg)
    return str(shop)
