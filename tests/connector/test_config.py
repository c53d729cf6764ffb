from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

from connector import config
from connector.config import Config, Person, Refunds, Secret, ShopConfig, Timeouts
from connector.errors import ConfigError
from connector.findings import findings, unheard

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "config.example.toml"
SECRET = "sesame-open-and-some-more-characters-to-be-long"


def parse(text: str, environ: dict[str, str] | None = None) -> Config:
    return config.parse(text, ROOT, environ or {})


PUBLIC = "https://returns.example"


def sound(**changes: object) -> Config:
    """Return a configuration without findings, its one shop changed."""
    shop = ShopConfig(
        name="boots",
        platform="woocommerce",
        address="https://boots.example",
        policy="policy.example.toml",
        consumer_key=Secret("ck"),
        consumer_secret=Secret("cs"),
        webhook_secret=Secret("hook"),
    )
    server = config.Server(secret_key=Secret(SECRET), public_url=PUBLIC)
    console = config.Console(password=Secret("p"))
    return Config(
        server=server,
        console=console,
        mail=config.Mail(host="smtp.example", sender="returns@boots.example"),
        base=ROOT,
        shops=(replace(shop, **changes),),  # type: ignore[arg-type]
    )


def test_the_example_loads_once_its_secrets_are_there(tmp_path: Path) -> None:
    text = EXAMPLE.read_text()
    for name in re.findall(r'_file = "([^"]+)"', text):
        (tmp_path / name).write_text(SECRET)
    for name in ("config.example.toml", "policy.example.toml"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    loaded = config.load(tmp_path / "config.example.toml", {})
    assert [shop.name for shop in loaded.shops] == ["my-tea-shop", "my-shoe-shop"]
    assert loaded.shops[0].client_secret.reveal() == SECRET
    assert findings(loaded) == []


def test_the_example_shows_every_key_there_is() -> None:
    text = EXAMPLE.read_text()
    shown = (Config, Person, ShopConfig, Refunds, Timeouts)
    for kind in (*config.TABLES.values(), *shown):
        for one in fields(kind):
            assert one.name == "base" or one.name in text, one.name


def test_an_unknown_key_names_the_nearest_known_one() -> None:
    with pytest.raises(ConfigError, match="unknown key 'prot'; did you mean 'port'"):
        parse("[server]\nprot = 1")
    with pytest.raises(ConfigError, match="did you mean 'consumer_key'"):
        parse('[[shops]]\nname = "a"\nconsumr_key = "x"')


def test_every_problem_is_said_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        parse('databse = "x"\n[server]\nport = "80"\n[jobs]\naudit_hour = true')
    said = str(caught.value)
    assert "databse" in said
    assert "port must be a whole number" in said
    assert "audit_hour must be a whole number" in said


@pytest.mark.parametrize(
    ("text", "environ"),
    [
        ('[server]\nsecret_key = "sesame"', {}),
        ('[server]\nsecret_key_file = "key"', {}),
        ("", {"RETOUR_SERVER_SECRET_KEY": "sesame"}),
        ("", {"RETOUR_SERVER_SECRET_KEY_FILE": "key"}),
    ],
)
def test_a_secret_may_be_given_in_three_ways(
    tmp_path: Path, text: str, environ: dict[str, str]
) -> None:
    (tmp_path / "key").write_text("sesame\n")
    loaded = config.parse(text, tmp_path, environ)
    assert loaded.server.secret_key.reveal() == "sesame"


def test_a_secret_given_twice_is_an_error_that_does_not_tell_it() -> None:
    with pytest.raises(ConfigError, match="given 2 times") as caught:
        parse('[server]\nsecret_key = "s3same"', {"RETOUR_SERVER_SECRET_KEY": "0ther"})
    assert "s3same" not in str(caught.value)
    assert "0ther" not in str(caught.value)


def test_the_environment_reaches_a_shop_and_wins_over_the_file() -> None:
    text = '[server]\nport = 1\n[[shops]]\nname = "my-shop"'
    environ = {"RETOUR_SERVER_PORT": "9", "RETOUR_SHOPS_MY_SHOP_CLIENT_SECRET": "x"}
    loaded = parse(text, environ)
    assert loaded.server.port == 9
    assert loaded.shops[0].client_secret.reveal() == "x"


def test_what_is_in_force_is_printed_without_secrets() -> None:
    said = config.describe(sound())
    assert '"hook"' not in said
    assert SECRET not in said
    assert config.MASK in said
    assert config.MASK in repr(sound())
    assert parse(said).shops[0].address == "https://boots.example"


PERSON = '[[console.people]]\nname = "{}"\npassword = "{}"\n'


def test_people_sign_in_by_name_with_passwords_of_their_own() -> None:
    text = '[[console.people]]\nname = "Ada B."\nlevels = ["manager"]\n'
    environ = {"RETOUR_CONSOLE_PEOPLE_ADA_B__PASSWORD": "hush"}
    loaded = parse(text, environ)
    (ada,) = loaded.console.people
    assert (ada.name, ada.password.reveal(), ada.levels) == (
        "Ada B.",
        "hush",
        ("manager",),
    )
    assert loaded.console.person(" ada b. ") == ada
    assert loaded.console.person("Ada") is None
    shown = config.describe(loaded)
    assert "hush" not in shown
    assert 'name = "Ada B."' in shown


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (PERSON.format("Ada", "a") + PERSON.format("ada", "b"), "have this name"),
        (PERSON.format("Ada", "a") + PERSON.format("Bob", "a"), "also that of Ada"),
        (PERSON.format("Ada", "p"), "also the console's own"),
        (PERSON.format("", "a"), "[console.people.?] name must be there"),
        (PERSON.format(" Ada", "a"), "name must be there"),
        ('[[console.people]]\nname = "Ada"\n', "password is missing"),
        (PERSON.format("Ada", "a") + 'levels = "x"\n', "levels must be a list"),
        (PERSON.format("Ada", "a") + 'levels = [" "]\n', "levels are names"),
        (PERSON.format("Ada", "a") + "level = []\n", "did you mean 'levels'?"),
        ('[console]\npeople = "Ada"\n', "must be written as [[console.people]]"),
    ],
)
def test_what_is_wrong_with_people_is_said_at_load(text: str, says: str) -> None:
    given = {} if "[console]" in text else {"RETOUR_CONSOLE_PASSWORD": "p"}
    with pytest.raises(ConfigError, match=re.escape(says)) as caught:
        parse(text, given)
    assert '"a"' not in str(caught.value)


def test_a_level_that_nobody_has_or_no_policy_names_is_said() -> None:
    def found(*levels: str) -> list[tuple[str, str]]:
        person = Person(name="Ada", password=Secret("a"), levels=levels)
        given = replace(sound(), console=config.Console(people=(person,)))
        return [(one.code, one.what) for one in findings(given)]

    assert found("manager") == []
    (nobody,) = found()
    assert nobody[0] == "W115"
    assert "'manager'" in nobody[1]
    assert [code for code, _ in found("manger")] == ["W115", "W116"]
    assert "did you mean 'manager'?" in found("manger")[1][1]


def test_a_sound_configuration_has_no_findings() -> None:
    assert findings(sound()) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": "Boots"}, "E203"),
        ({"platform": "magento"}, "E204"),
        ({"address": "boots"}, "E205"),
        ({"address": "http://boots.example"}, "E206"),
        ({"policy": "nowhere.toml"}, "E207"),
        ({"policy": "pyproject.toml"}, "E208"),
        ({"staff_language": "pt"}, "E209"),
        ({"consumer_key": Secret("")}, "W301"),
        ({"refunds": Refunds(most_per_run="many")}, "E401"),
        ({"refunds": Refunds(time_zone="Mars/Base")}, "E402"),
        ({"refunds": Refunds(cron="daily")}, "E403"),
        ({"refunds": Refunds(every_seconds=0)}, "E404"),
        ({"platform": "shopify", "address": "x.myshopify.com"}, "W301"),
    ],
)
def test_each_fault_of_a_shop_has_its_code(
    changes: dict[str, object], code: str
) -> None:
    assert code in [one.code for one in findings(sound(**changes))]


@pytest.mark.parametrize(
    ("server", "code"),
    [
        (config.Server(secret_key=Secret(SECRET), public_url="ftp://x"), "E101"),
        (config.Server(secret_key=Secret(SECRET), public_url="http://x.org"), "E102"),
        (config.Server(secret_key=Secret("short"), public_url=PUBLIC), "E103"),
    ],
)
def test_each_fault_of_the_server_has_its_code(
    server: config.Server, code: str
) -> None:
    found = findings(replace(sound(), server=server))
    assert [one.code for one in found] == [code]


@pytest.mark.parametrize(
    ("public_url", "address", "platform", "is_heard"),
    [
        (PUBLIC, "https://boots.example", "woocommerce", True),
        (f"{PUBLIC}:8080", "https://boots.example", "woocommerce", True),
        (f"{PUBLIC}:8443", "https://boots.example", "woocommerce", False),
        (f"{PUBLIC}:8443", "tee.myshopify.com", "shopify", True),
        (f"{PUBLIC}:x", "https://boots.example", "woocommerce", False),
        ("http://127.0.0.1:8080", "tee.myshopify.com", "shopify", False),
        ("https://10.0.0.5", "https://boots.example", "woocommerce", False),
        ("https://retour.local", "https://boots.example", "woocommerce", False),
        ("http://127.0.0.1:9123", "http://localhost:8000", "woocommerce", True),
    ],
)
def test_an_address_that_the_shop_cannot_reach_is_said(
    public_url: str, address: str, platform: str, *, is_heard: bool
) -> None:
    shop = ShopConfig(name="x", address=address, platform=platform)
    assert (unheard(public_url, shop) == "") is is_heard


@pytest.mark.parametrize(
    ("mail", "code"),
    [
        (config.Mail(), "W111"),
        (config.Mail(host="m.example", sender="a@b.example", security="ssl"), "E112"),
        (config.Mail(host="m.example", sender="a@b.example", security="none"), "E113"),
        (config.Mail(host="m.example", sender="nobody"), "E114"),
    ],
)
def test_each_fault_of_the_mail_has_its_code(mail: config.Mail, code: str) -> None:
    assert [one.code for one in findings(replace(sound(), mail=mail))] == [code]


def test_a_mail_server_on_this_machine_needs_no_tls() -> None:
    mail = config.Mail(host="localhost", sender="a@b.example", security="none")
    assert findings(replace(sound(), mail=mail)) == []


def test_doubts_and_the_rest_are_found() -> None:
    bare = replace(
        sound(), shops=(), console=config.Console(), database="no/such/folder/x.sqlite"
    )
    assert [one.code for one in findings(bare)] == ["W104", "E106"]
    twice = sound()
    twice = replace(twice, shops=twice.shops * 2, database="postgresql://x")
    assert [one.code for one in findings(twice)] == ["E202", "E202"]
    hasty = replace(sound(), jobs=config.Jobs(quiet_seconds=389))
    assert [one.code for one in findings(hasty)] == ["E107"]


def test_the_password_of_a_database_is_never_shown() -> None:
    given = replace(sound(), database="postgresql://retour:hush@db.example:5432/retour")
    shown = config.describe(given)
    assert "hush" not in shown
    assert "db.example" in shown
    assert given.store == given.database


def test_every_code_is_in_the_doc_and_the_doc_names_no_other() -> None:
    source = (ROOT / "connector" / "findings.py").read_text()
    doc = (ROOT / "docs" / "configuration.md").read_text()
    in_doc = re.findall(r"^\| ([EW]\d+) ", doc, re.MULTILINE)
    assert sorted(set(re.findall(r'"([EW]\d+)"', source))) == sorted(in_doc)


@pytest.mark.parametrize("text", ["[server", "= 1", "\x00"])
def test_bad_toml_says_where(text: str) -> None:
    with pytest.raises(ConfigError, match="not valid TOML"):
        parse(text)


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        config.load(tmp_path / "none.toml", {})
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="cannot be read"):
        config.load(tmp_path / "bad.toml", {})
