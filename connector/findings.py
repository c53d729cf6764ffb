"""What `retour check` says before anything starts: a code, the fault, the cure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.util import find_spec
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from connector import policy, telling
from connector.config import PLATFORMS, POSTGRES, SHOP_NAME
from connector.errors import BadAmount, PolicyError
from connector.money import Money
from connector.policy import levels
from connector.saying import Saying, said_by, saying
from connector.withdrawal import is_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.config import Config, ShopConfig

LOCAL = ("127.0.0.1", "localhost", "::1")
WORDPRESS_PORTS = (None, 80, 443, 8080)
KEY_LENGTH = 32
CRON_FIELDS = 5
SECURITY = ("starttls", "tls", "none")
LONGEST_RUN = 300  # seconds: PHP's usual limit, and Shopify's mutations end sooner

REFUSED_POLICY = "E208"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong (`E…`, refused) or doubtful (`W…`, said)."""

    code: str
    where: str
    what: str
    cure: str

    @property
    def is_error(self) -> bool:
        """Whether Retour refuses to start with it."""
        return self.code.startswith("E")


def findings(config: Config) -> list[Finding]:
    """List all that is wrong or doubtful in a configuration; asks no network."""
    found = [
        *_server(config),
        *_quiet(config),
        *_mail(config),
        *_names(config),
        *_approvers(config),
    ]
    for shop in config.shops:
        found += shop_findings(config, shop)
    return found


def shop_findings(config: Config, shop: ShopConfig) -> list[Finding]:
    """List all that is wrong or doubtful in one shop; asks no network."""
    return [
        *_shop(config, shop),
        *_secrets(shop),
        *_money(shop),
        *_limits(shop),
        *_heard(config, shop),
    ]


def _server(config: Config) -> Iterator[Finding]:
    server = config.server
    url = urlsplit(server.public_url)
    if url.scheme not in ("http", "https") or not url.hostname:
        yield _say("E101", "server", "public_url is no address", "https://…")
    elif url.scheme == "http" and url.hostname not in LOCAL:
        what = "public_url is http: sessions and personal data would travel open"
        yield _say("E102", "server", what, "put a TLS proxy before Retour, use https")
    if len(server.secret_key.reveal()) < KEY_LENGTH:
        what = f"secret_key is missing or shorter than {KEY_LENGTH} characters"
        cure = "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        yield _say("E103", "server", what, cure)
    for network in config.network.allow:
        try:
            ip_network(network, strict=False)
        except ValueError:
            what = f"{network!r} is no network"
            yield _say("E108", "network", what, 'allow = ["10.1.2.3/32"]')
    if not config.console.password and not config.console.people:
        what = "without console.password nobody can open the console"
        yield _say("W104", "console", what, "set one, or use the command line")
    is_server = config.database.startswith(POSTGRES)
    if is_server and not find_spec("psycopg"):
        what = "PostgreSQL needs its extra"
        yield _say("E105", "database", what, "pip install 'retour[postgres]'")
    elif not is_server and not config.path(config.database).parent.is_dir():
        what = "the folder of the database does not exist"
        yield _say("E106", "database", what, "make it, writable for Retour alone")


def _quiet(config: Config) -> Iterator[Finding]:
    """Refuse a look before a call can have ended: it would seem never made."""
    longest = max((shop.timeouts.total for shop in config.shops), default=0.0)
    least = int(longest) + LONGEST_RUN
    if config.jobs.quiet_seconds < least:
        what = "quiet_seconds is shorter than a call and the shop's longest run"
        yield _say("E107", "jobs", what, f"quiet_seconds = {least} or more")


def _mail(config: Config) -> Iterator[Finding]:
    """See whether receipts of withdrawals can leave, and unseen by others."""
    mail = config.mail
    if not mail.host:
        if config.shops:
            what = "without [mail] no receipt of a withdrawal is sent"
            yield _say("W111", "mail", what, "name a mail server, see docs/withdrawal")
        return
    if mail.security not in SECURITY:
        what = f"unknown security {mail.security!r}"
        yield _say("E112", "mail", what, " or ".join(SECURITY))
    elif mail.security == "none" and not _is_private(mail.host):
        what = "letters and password would travel open"
        yield _say("E113", "mail", what, 'security = "starttls"')
    if not is_address(mail.sender):
        what = "sender is no e-mail address"
        yield _say("E114", "mail", what, 'sender = "returns@shop.example"')


def _names(config: Config) -> Iterator[Finding]:
    for key in ("name", "address"):
        counted = Counter(getattr(shop, key) for shop in config.shops)
        for value, times in counted.items():
            if times > 1:
                what = f"{times} shops have the {key} {value!r}"
                yield _say("E202", "shops", what, "give each its own")


def _approvers(config: Config) -> Iterator[Finding]:
    """See whether whom the policies name as approvers are people who may sign in."""
    people = config.console.people
    if not people:
        return
    known = {x.name: _read(config, x) for x in config.shops if x.policy}
    read = {name: found for name, found in known.items() if found}
    held = {level for person in people for level in person.levels}
    for name, rules in read.items():
        wanted = sorted(levels.every(rules))
        for level in levels.missing(rules.levels, wanted, held):
            what = f"nobody may approve as {level!r}: what needs it waits for ever"
            cure = "give somebody of [[console.people]] that level"
            yield _say("W115", f"shops.{name}", what, cure)
    if len(read) < max(1, len(config.shops)):
        return  # a policy that is not in a file may name it
    named = frozenset[str]().union(*(levels.every(x) for x in read.values()))
    for person in people:
        for level in person.levels:
            if level not in named:
                close = get_close_matches(level, sorted(named), n=1)
                meant = f"; did you mean {close[0]!r}?" if close else ""
                what = f"no policy names the level {level!r}{meant}"
                where = f"console.people.{person.name}"
                yield _say("W116", where, what, "write it as the policy does")


def _read(config: Config, shop: ShopConfig) -> policy.Policy | None:
    """Return a shop's policy; None where its own finding says what is wrong."""
    try:
        return policy.load(policy.read(config.path(shop.policy)), shop.policy)
    except (OSError, PolicyError):
        return None


def _shop(config: Config, shop: ShopConfig) -> Iterator[Finding]:
    where = f"shops.{shop.name or '?'}"
    if not SHOP_NAME.fullmatch(shop.name):
        what = saying("a name has 1 to 40 small letters, digits and hyphens")
        yield _say("E203", where, what, 'name = "my-shop"')
    if shop.platform not in PLATFORMS:
        what = saying("unknown platform %(name)s", name=repr(shop.platform))
        yield _say("E204", where, what, " or ".join(PLATFORMS))
    elif shop.platform == "shopify" and not shop.address.endswith(".myshopify.com"):
        what = saying("address must be the shop's own domain")
        yield _say("E205", where, what, 'address = "my-shop.myshopify.com"')
    elif shop.platform == "woocommerce":
        yield from _site(where, shop)
    known = (*telling.LANGUAGES, telling.OFF)
    if shop.staff_language not in known:
        given = repr(shop.staff_language)
        what = saying("unknown staff_language %(given)s", given=given)
        yield _say("E209", where, what, " or ".join(known))
    if not shop.policy:  # it was connected without a file: its policy is a row
        return
    try:
        policy.load(policy.read(config.path(shop.policy)), shop.policy)
    except OSError:
        file = repr(shop.policy)
        what = saying("the policy file %(file)s cannot be read", file=file)
        cure = saying("copy policy.example.toml and name it here")
        yield _say("E207", where, what, cure)
    except PolicyError as error:
        why, cure = said_by(error), saying("see docs/policy.md")
        yield _say(REFUSED_POLICY, where, why, cure)


def unheard(public_url: str, shop: ShopConfig) -> str:
    """Say why a shop probably cannot reach our address; "" where it can.

    A shop on this machine or in this network reaches what the world does not.
    """
    ours = urlsplit(public_url)
    theirs = urlsplit(shop.api_url or shop.address).hostname or shop.address
    if _is_private(theirs):
        return ""
    if _is_private(ours.hostname or ""):
        return saying(
            "no shop can reach %(address)s from outside: webhooks will not come, and"
            " polling finds all, only later; set public_url",
            address=public_url,
        )
    try:
        port = ours.port
    except ValueError:
        port = -1
    if shop.platform == "woocommerce" and port not in WORDPRESS_PORTS:
        return saying(
            "WordPress sends webhooks to ports 80, 443 and 8080 alone, and public_url"
            " has %(port)s: they will not come; polling finds all, only later",
            port=port,
        )
    return ""


def _is_private(host: str) -> bool:
    """Say whether a host is this machine, or an address of a private network."""
    if host in LOCAL or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return not ip_address(host).is_global
    except ValueError:
        return False


def _heard(config: Config, shop: ShopConfig) -> Iterator[Finding]:
    what = unheard(config.server.public_url, shop)
    if what:
        cure = saying(
            'public_url = "https://returns.example", where the shop reaches it'
        )
        yield _say("W109", f"shops.{shop.name}", what, cure)


def _site(where: str, shop: ShopConfig) -> Iterator[Finding]:
    url = urlsplit(shop.address)
    if url.scheme not in ("http", "https") or not url.hostname:
        what = saying("address must be the site's URL")
        yield _say("E205", where, what, 'address = "https://shop.example"')
    elif url.scheme == "http" and not shop.allow_http:
        what = saying("address is http: keys and orders would travel open")
        cure = saying("use https, or say allow_http = true")
        yield _say("E206", where, what, cure)


def _secrets(shop: ShopConfig) -> Iterator[Finding]:
    where = f"shops.{shop.name}"
    if shop.platform == "shopify":
        has_client = shop.client_id and shop.client_secret
        if not (shop.token or shop.installed or has_client):
            what = saying("no way to sign in at Shopify")
            cure = saying(
                "client_id and client_secret, or token; or connect it in the console"
            )
            yield _say("W301", where, what, cure)
        elif not (shop.client_secret or shop.webhook_secret or shop.installed):
            what = saying("webhooks cannot be proved without client_secret")
            cure = saying("set client_secret or webhook_secret")
            yield _say("W302", where, what, cure)
    elif shop.platform == "woocommerce" and not (
        shop.consumer_key and shop.consumer_secret
    ):
        what = saying("consumer_key or consumer_secret is missing")
        cure = saying(
            "WooCommerce > Settings > Advanced > REST API, read and write; or connect"
            " it in the console"
        )
        yield _say("W301", where, what, cure)


def _money(shop: ShopConfig) -> Iterator[Finding]:
    where, refunds = f"shops.{shop.name}.refunds", shop.refunds
    for key in ("most_per_run", "most_per_day"):
        text = getattr(refunds, key)
        try:
            is_amount = not text or Money.parse(text, "EUR").minor > 0
        except BadAmount:
            is_amount = False
        if not is_amount:
            what = saying("%(key)s is no amount: %(value)s", key=key, value=repr(text))
            yield _say("E401", where, what, f'{key} = "500.00"')
    try:
        ZoneInfo(refunds.time_zone)
    except (OSError, ValueError, LookupError):
        zone = repr(refunds.time_zone)
        what = saying("unknown time zone %(zone)s", zone=zone)
        yield _say("E402", where, what, 'time_zone = "Europe/Paris"')
    if refunds.cron and len(refunds.cron.split()) != CRON_FIELDS:
        what = saying("cron needs five fields: %(cron)s", cron=repr(refunds.cron))
        yield _say("E403", where, what, 'cron = "0 6 * * *"')
    if refunds.every_seconds < 1:
        yield _say("E404", where, _least("every_seconds"), "60")


def _limits(shop: ShopConfig) -> Iterator[Finding]:
    where, limits = f"shops.{shop.name}.limits", shop.limits
    for key in ("most_at_once", "breaker_failures", "breaker_seconds"):
        if getattr(limits, key) < 1:
            yield _say("E405", where, _least(key), f"{key} = 5")
    if not 0 < limits.backfill_share <= 1:
        what = saying("backfill_share must be above 0 and at most 1")
        yield _say("E406", where, what, "backfill_share = 0.5")


def _least(key: str) -> Saying:
    return saying("%(key)s must be at least 1", key=key)


def _say(code: str, where: str, what: str, cure: str) -> Finding:
    return Finding(code=code, where=where, what=what, cure=cure)
