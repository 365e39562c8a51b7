"""The installation's secrets: made on first start, kept in files of mode 0600, never a default.

One JSON file per purpose under `<data>/secrets/`, so that a process reads only what it needs. Any
single value can be given instead by the environment, as `BANJIAN_SECRET_<FILE>_<FIELD>` or, with
`_FILE` appended, as the path of a file that holds it (container secrets). Values never appear in
`repr`, in logs or on a command line.
"""

import base64
import json
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    SecretStr,
    ValidationError,
    model_validator,
)

from registers.messages import Register

ENVIRONMENT_PREFIX = "BANJIAN_SECRET_"
KEY_BYTES = 32
SHORTEST = 32


class SecretsError(RuntimeError):
    """A secret is missing, too short, or readable by others. Never quotes a value."""


def _key(value: SecretStr) -> SecretStr:
    try:
        raw = base64.b64decode(value.get_secret_value(), validate=True)
    except ValueError:
        raise ValueError("not base64") from None
    if len(raw) != KEY_BYTES:
        raise ValueError(f"must hold {KEY_BYTES} bytes")
    if len(set(raw)) < 8:
        raise ValueError("is no random key")
    return value


def _word(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if len(text) < SHORTEST or len(set(text)) < 8:
        raise ValueError(f"must be random and have at least {SHORTEST} characters")
    return value


Key = Annotated[SecretStr, AfterValidator(_key)]
"""32 random bytes in base64."""
Word = Annotated[SecretStr, AfterValidator(_word)]
"""A random word of at least 32 characters."""


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def _new_word() -> str:
    return secrets.token_urlsafe(32)


class SecretFile(BaseModel):
    """One purpose's secrets, as its file holds them."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    file_name: ClassVar[str]
    makers: ClassVar[Mapping[str, Callable[[], Any]]]

    @classmethod
    def load(cls, folder: Path, environ: Mapping[str, str] = os.environ) -> Self:
        """Reads one secrets file and what the environment puts over it.

        Raises:
            SecretsError: a value is missing or unfit, or others may read the file.
        """
        path = folder / f"{cls.file_name}.json"
        values = _read(path) if path.exists() else {}
        _override(values, cls.makers, f"{ENVIRONMENT_PREFIX}{cls.file_name}".upper(), environ)
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise SecretsError(
                f"{path.name}: " + "; ".join(_plain(e["loc"], e["msg"]) for e in error.errors())
            ) from None

    @classmethod
    def create(cls, folder: Path) -> bool:
        """Writes the file with new random values if it is not there. True if it was made."""
        path = folder / f"{cls.file_name}.json"
        if path.exists():
            return False
        _write(path, {name: make() for name, make in cls.makers.items()})
        return True


class MasterSecret(SecretFile):
    """The installation's key, which wraps the data key of every case (design §5.6)."""

    file_name = "master"
    makers = {"key": _new_key}
    key: Key

    @property
    def raw(self) -> bytes:
        """The 32 bytes."""
        return base64.b64decode(self.key.get_secret_value())


class SigningSecret(SecretFile):
    """The API's key: it signs the actor of every command; only the API process reads this file."""

    file_name = "signing"
    makers = {"private": _new_key}
    private: Key

    @property
    def private_key(self) -> Ed25519PrivateKey:
        """The key itself."""
        return Ed25519PrivateKey.from_private_bytes(
            base64.b64decode(self.private.get_secret_value())
        )


class VerifySecret(SecretFile):
    """The public half, for the workers' validators. Public, yet its *origin* must be trusted."""

    file_name = "verify"
    makers = {}
    public: Key

    @property
    def public_key(self) -> Ed25519PublicKey:
        """The key itself."""
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(self.public.get_secret_value()))


class WebSecrets(SecretFile):
    """Sessions and forms of the API."""

    file_name = "web"
    makers = {"session": _new_word, "csrf": _new_word}
    session: Word
    csrf: Word


class RegisterSecret(BaseModel):
    """What one register and we know: our key there, and the key of its callbacks."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    api_key: Word
    callback_secret: Word


def _new_registers() -> dict[str, dict[str, str]]:
    return {r.value: {"api_key": _new_word(), "callback_secret": _new_word()} for r in Register}


class RegisterSecrets(SecretFile):
    """Keys towards the registers; `admin_key` opens the switches of the twins."""

    file_name = "registers"
    makers = {"admin_key": _new_word, "registers": _new_registers}
    admin_key: Word
    registers: dict[Register, RegisterSecret]

    @model_validator(mode="after")
    def _every_register(self) -> Self:
        missing = [r.value for r in Register if r not in self.registers]
        if missing:
            raise ValueError(
                f"no secrets of {', '.join(missing)}: `banjian up` makes them at its start, or give them "
                f"by the environment"
            )
        return self

    @classmethod
    def create(cls, folder: Path) -> bool:
        """Also adds the registers that a newer release brought; what is there stays as it is."""
        if super().create(folder):
            return True
        path = folder / f"{cls.file_name}.json"
        values = _read(path)
        held = values.get("registers")
        if not isinstance(held, dict):
            raise SecretsError(f"{path.name}: registers is no JSON object")
        missing = {name: made for name, made in _new_registers().items() if name not in held}
        if missing:
            _write(path, values | {"registers": held | missing})
        return bool(missing)


class PostgresSecrets(SecretFile):
    """Passwords of the local PostgreSQL; unused where `DATABASE_URL` is given."""

    file_name = "postgres"
    makers = {"superuser": _new_word, "banjian": _new_word}
    superuser: Word
    banjian: Word


WORKER_SECRETS: Final = (MasterSecret, VerifySecret, RegisterSecrets)
SITE_SECRETS: Final = (MasterSecret, SigningSecret, VerifySecret, RegisterSecrets)
TWIN_SECRETS: Final = (RegisterSecrets,)
EVERY_SECRET: Final = (
    MasterSecret, SigningSecret, VerifySecret, WebSecrets, RegisterSecrets, PostgresSecrets,
)  # fmt: skip


class Secrets(BaseModel):
    """All of them, for processes that need all (the composition root decides)."""

    model_config = ConfigDict(frozen=True)
    master: MasterSecret
    signing: SigningSecret
    verify: VerifySecret
    web: WebSecrets
    registers: RegisterSecrets
    postgres: PostgresSecrets

    @classmethod
    def load(cls, folder: Path, environ: Mapping[str, str] = os.environ) -> Self:
        """Reads every file. Raises `SecretsError` as `SecretFile.load` does."""
        return cls(
            master=MasterSecret.load(folder, environ),
            signing=SigningSecret.load(folder, environ),
            verify=VerifySecret.load(folder, environ),
            web=WebSecrets.load(folder, environ),
            registers=RegisterSecrets.load(folder, environ),
            postgres=PostgresSecrets.load(folder, environ),
        )


def create_missing(folder: Path) -> list[str]:
    """First start: makes the folder (0700) and each file (0600) that is not there.

    Returns the names of the files made or completed. Never changes an existing value: to lose the
    master key is to lose every case's data. Only registers that a release added get theirs.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    kinds: tuple[type[SecretFile], ...] = (
        MasterSecret, SigningSecret, WebSecrets, RegisterSecrets, PostgresSecrets,
    )  # fmt: skip
    made = [kind.file_name for kind in kinds if kind.create(folder)]
    public = folder / f"{VerifySecret.file_name}.json"
    if not public.exists():
        raw = SigningSecret.load(folder).private_key.public_key().public_bytes_raw()
        _write(public, {"public": base64.b64encode(raw).decode()})
        made.append(VerifySecret.file_name)
    return made


def _read(path: Path) -> dict[str, Any]:
    if path.stat().st_mode & 0o077:
        raise SecretsError(f"{path.name}: others may read it (run: chmod 600 {path})")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise SecretsError(f"{path.name}: is no JSON") from None
    if not isinstance(found, dict):
        raise SecretsError(f"{path.name}: is no JSON object")
    return found


def _write(path: Path, values: Mapping[str, Any]) -> None:
    """Whole or not at all, also when the machine stops in between."""
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        json.dump(values, out, indent=1)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(path)


def _override(
    values: dict[str, Any],
    makers: Mapping[str, Callable[[], Any]],
    prefix: str,
    environ: Mapping[str, str],
) -> None:
    for name in environ:
        if not name.startswith(f"{prefix}_"):
            continue
        plain = name.removesuffix("_FILE")
        field = plain[len(prefix) + 1 :].lower()
        given = Path(environ[name]).read_text().strip() if plain != name else environ[name]
        register, _, part = field.partition("_")
        if register in set(Register) and "registers" in makers:
            values.setdefault("registers", {}).setdefault(register, {})[part] = given
        else:
            values[field] = given


def _plain(where: tuple[int | str, ...], message: str) -> str:
    return f"{'.'.join(map(str, where))} {message.removeprefix('Value error, ')}".strip()
