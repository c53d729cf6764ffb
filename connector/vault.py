"""Secrets at rest: sealed with the newest key, opened with any that is known."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from connector.config import Secret
from connector.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from connector.config import Config

LOST = (
    "a secret was sealed with a key that is not here; put the key file back, or set the"
    " shop's keys anew with `retour shop rotate`"
)


class Vault:
    """Seals texts with the first key (Fernet: AES-128-CBC and HMAC-SHA256).

    `again` reads the keys once more where none fits: they may have been changed while
    this process ran.
    """

    def __init__(
        self,
        keys: Sequence[Secret],
        again: Callable[[], Sequence[Secret]] | None = None,
    ) -> None:
        self._box = _box(keys)
        self._again = again

    def seal(self, secret: Secret) -> str:
        """Return the secret as it may lie in a database."""
        return self._box.encrypt(secret.reveal().encode()).decode("ascii")

    def open(self, sealed: str) -> Secret:
        """Return the secret; raises ConfigError where no known key fits."""
        return Secret(self._with(lambda box: box.decrypt(sealed.encode("ascii"))))

    def reseal(self, sealed: str) -> str:
        """Seal again with the newest key; raises ConfigError as `open` does."""
        return self._with(lambda box: box.rotate(sealed.encode("ascii")))

    def _with(self, work: Callable[[MultiFernet], bytes]) -> str:
        try:
            return work(self._box).decode()
        except (InvalidToken, UnicodeError):
            if self._again is None:
                raise ConfigError(LOST) from None
        self._box = _box(self._again())
        try:
            return work(self._box).decode()
        except (InvalidToken, UnicodeError):
            raise ConfigError(LOST) from None


def _box(keys: Sequence[Secret]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key.reveal()) for key in keys])
    except ValueError:
        msg = "a vault key must be 32 bytes, url-safe base64; `retour vault key`"
        raise ConfigError(msg) from None


def new_key() -> str:
    """Make a key."""
    return Fernet.generate_key().decode("ascii")


def keys(config: Config) -> list[Secret]:
    """Read the keys, newest first: from the environment, or from the key file.

    A file that is not there yet is made, readable for its owner alone. Raises
    ConfigError when it can be neither read nor made.
    """
    if config.vault.keys:
        return _split(config.vault.keys.reveal())
    path = config.path(config.vault.file)
    try:
        found = _split(path.read_text("ascii"))
    except FileNotFoundError:
        add_key(path, [])
        found = _split(path.read_text("ascii"))
    except (OSError, UnicodeDecodeError) as error:
        msg = f"the key file cannot be read: {type(error).__name__}"
        raise ConfigError(msg, file=path.name) from None
    if not found:
        msg = "the key file is empty; put the key back, or remove the file"
        raise ConfigError(msg, file=path.name)
    return found


def add_key(path: Path, known: Sequence[Secret]) -> None:
    """Put a new key before the known ones, whole or not at all.

    Two processes may start at once on an empty folder: the one that comes second
    takes the first one's key.
    """
    text = "\n".join([new_key(), *(key.reveal() for key in known)]) + "\n"
    try:
        handle, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
        aside = Path(name)  # readable for its owner alone
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if known:
            aside.replace(path)
        else:
            _first(aside, path)
    except OSError as error:
        msg = f"the key file cannot be written: {type(error).__name__}"
        raise ConfigError(msg, file=path.name) from None


def _first(aside: Path, path: Path) -> None:
    try:
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink()


def _split(text: str) -> list[Secret]:
    return [Secret(part) for part in text.replace(",", " ").split()]


def load(config: Config) -> Vault:
    """Return the vault of an installation; raises ConfigError."""
    return Vault(keys(config), lambda: keys(config))
