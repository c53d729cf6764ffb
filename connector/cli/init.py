"""init: a configuration to start with, its secrets made."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import click

from connector.errors import BadRequest

TEXT = """\
# Retour's configuration; config.example.toml shows every key. Shops are connected in
# the console, or with `retour shop add`, and need no entry here.

database = "retour.sqlite"

[server]
host = "127.0.0.1"
port = {port}
public_url = "{public_url}"
secret_key_file = "secret_key.txt"
trusted_proxies = {proxies}

[console]
password_file = "console_password.txt"
"""


@click.command()
@click.option("--public-url", prompt="The address at which the world reaches Retour")
@click.option("--port", default=8080, show_default=True)
def init(public_url: str, port: int) -> None:
    """Write config.toml here, and make its secrets; nothing is overwritten."""
    password = secrets.token_urlsafe(12)
    proxies = 1 if public_url.startswith("https://") else 0
    text = TEXT.format(public_url=public_url, port=port, proxies=proxies)
    files = {
        "config.toml": text,
        "secret_key.txt": secrets.token_urlsafe(48),
        "console_password.txt": password,
    }
    for name in files:
        if Path(name).exists():
            msg = f"{name} is here already; nothing was changed"
            raise BadRequest(msg)
    for name, content in files.items():
        handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(content)
    click.echo(f"Written: {', '.join(files)}")
    click.echo(f"Console: {public_url.rstrip('/')}/console/  Password: {password}")
    click.echo("Now `retour check`, then `retour serve`.")


COMMANDS = (init,)
