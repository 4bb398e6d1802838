"""Settings, read once from INCENTIVE_* variables and frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

SECRET_BYTES_MIN = 32
MASTER_KEY_HEX = 64


class SettingsError(Exception):
    """A variable is missing or unusable; the text names it and says what to set."""


@dataclass(frozen=True)
class Settings:
    """Everything the process needs to know about where it runs.

    `database_url` logs in as the application's role, which cannot change the
    ledger; `admin_database_url` owns the schemas and is used by migrations only.
    `keys_database_url` and `keys_admin_database_url` are the same two logins to the key store;
    without them it lies beside the books, in the database of their name with `_keys` behind it.
    `secret` is at least 32 bytes; signing keys derive from it, and encryption keys of what is not
    a person's own. `master_keys` wrap the keys of personal data; without any, one derives from it.
    `public_url` has no slash at its end; without it, codes lead to where the request came.
    `trusted_hosts` are names that requests may come to, besides its, the jurisdictions' and this
    machine's own.
    `sign_ins_per_minute` and `registrations_per_minute` hold for one client address.
    `checkpoint_dir` is a folder and `checkpoint_webhook` an https address that signed checkpoints
    are delivered to; `checkpoint_webhook_inside` lets that address lie in a private network.
    `security_contact` is the mailto: or https: address to which flaws are reported.
    `trusted_proxies` is how many proxies in a row stand before the web server.
    `sms` is by which way short messages leave (`console`, `file:<path>`, an https address), and
    `sms_token` what a gateway knows us by, which may lie inside a private network with
    `sms_inside`; without it there are none, and with `prove_phones`
    nobody registers without a code that was sent to their phone. `codes_per_minute` holds for one
    client address. With `second_factor_required` (the environment's default) managers, auditors
    and administrators sign in with an authenticator app. `identity_providers` is the file of the
    services by which people may sign in besides.
    """

    database_url: str
    admin_database_url: str
    redis_url: str
    secret: bytes
    timezone: str = "Asia/Shanghai"
    default_jurisdiction: str = "default"
    database_pool_size: int = 8
    metrics_dir: str | None = None
    public_url: str | None = None
    trusted_proxies: int = 0
    sign_ins_per_minute: int = 1200
    registrations_per_minute: int = 600
    checkpoint_dir: str | None = None
    checkpoint_webhook: str | None = None
    sms: str | None = None
    sms_token: str = field(default="", repr=False)
    sms_inside: bool = False
    trusted_hosts: frozenset[str] = frozenset()
    prove_phones: bool = False
    codes_per_minute: int = 60
    checkpoint_webhook_inside: bool = False
    security_contact: str | None = None
    second_factor_required: bool = False
    identity_providers: str | None = None
    keys_database_url: str = ""
    keys_admin_database_url: str = ""
    master_keys: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        """Put the key store beside the books unless it was put elsewhere."""
        own = bool(self.keys_database_url)
        url = self.keys_database_url or beside(self.database_url)
        admin_url = url if own else beside(self.admin_database_url)
        object.__setattr__(self, "keys_database_url", url)
        object.__setattr__(
            self, "keys_admin_database_url", self.keys_admin_database_url or admin_url
        )

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Read INCENTIVE_* from `environ`.

        Raises:
            SettingsError: a required variable is missing or cannot be used.
        """
        database_url = _required(environ, "INCENTIVE_DATABASE_URL")
        return cls(
            database_url=database_url,
            admin_database_url=environ.get("INCENTIVE_ADMIN_DATABASE_URL") or database_url,
            redis_url=_required(environ, "INCENTIVE_REDIS_URL"),
            secret=_secret(environ),
            keys_database_url=environ.get("INCENTIVE_KEYS_DATABASE_URL", "").strip(),
            keys_admin_database_url=environ.get("INCENTIVE_KEYS_ADMIN_DATABASE_URL", "").strip(),
            master_keys=_master_keys(environ),
            timezone=environ.get("INCENTIVE_TIMEZONE", cls.timezone),
            default_jurisdiction=environ.get("INCENTIVE_JURISDICTION", cls.default_jurisdiction),
            database_pool_size=_whole(environ, "INCENTIVE_DATABASE_POOL", cls.database_pool_size),
            metrics_dir=environ.get("PROMETHEUS_MULTIPROC_DIR"),
            public_url=_address(environ, "INCENTIVE_PUBLIC_URL"),
            trusted_proxies=_whole(environ, "INCENTIVE_TRUSTED_PROXIES", 0),
            sign_ins_per_minute=_whole(
                environ, "INCENTIVE_SIGN_INS_PER_MINUTE", cls.sign_ins_per_minute
            ),
            registrations_per_minute=_whole(
                environ, "INCENTIVE_REGISTRATIONS_PER_MINUTE", cls.registrations_per_minute
            ),
            checkpoint_dir=environ.get("INCENTIVE_CHECKPOINT_DIR", "").strip() or None,
            checkpoint_webhook=_webhook(environ, "INCENTIVE_CHECKPOINT_WEBHOOK"),
            sms=_sms(environ),
            sms_token=environ.get("INCENTIVE_SMS_TOKEN", "").strip(),
            sms_inside=_choice(environ, "INCENTIVE_SMS_INSIDE", ("no", "yes")) == "yes",
            trusted_hosts=_hosts(environ, "INCENTIVE_TRUSTED_HOSTS"),
            prove_phones=_proving(environ),
            identity_providers=environ.get("INCENTIVE_IDENTITY_PROVIDERS", "").strip() or None,
            second_factor_required=_choice(
                environ, "INCENTIVE_SECOND_FACTOR", ("required", "optional")
            )
            == "required",
            codes_per_minute=_whole(environ, "INCENTIVE_CODES_PER_MINUTE", cls.codes_per_minute),
            checkpoint_webhook_inside=_choice(
                environ, "INCENTIVE_CHECKPOINT_WEBHOOK_INSIDE", ("no", "yes")
            )
            == "yes",
            security_contact=_contact(environ, "INCENTIVE_SECURITY_CONTACT"),
        )


def beside(database_url: str) -> str:
    """Return the URL of the database of the same name with `_keys` behind it."""
    head, mark, query = database_url.partition("?")
    return f"{head}_keys{mark}{query}"


def _required(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "").strip()
    if not value:
        raise SettingsError(
            f"{name} is not set. Set it, or run `incentive up`, which brings its own."
        )
    return value


def _whole(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdecimal()) or int(text) < 1:
        raise SettingsError(f"{name} must be a whole number from 1 up, not {text!r}.")
    return int(text)


def _address(environ: Mapping[str, str], name: str) -> str | None:
    text = environ.get(name, "").strip().rstrip("/")
    if not text:
        return None
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.username is not None or parts.path or parts.query or parts.fragment:
        raise SettingsError(
            f"{name} must be an address without a path, like https://points.example, not {text!r}."
        )
    return text


def _hosts(environ: Mapping[str, str], name: str) -> frozenset[str]:
    hosts = frozenset(
        part for part in environ.get(name, "").lower().replace(",", " ").split() if part
    )
    for host in hosts:
        if urlsplit(f"//{host}").hostname != host:
            raise SettingsError(f"{name} lists host names without port or path, not {host!r}.")
    return hosts


def _webhook(environ: Mapping[str, str], name: str) -> str | None:
    text = environ.get(name, "").strip()
    if not text:
        return None
    try:
        parts = urlsplit(text)
        usable = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.fragment:
        raise SettingsError(f"{name} must be an https address, not {text!r}.")
    return text


def _sms(environ: Mapping[str, str]) -> str | None:
    text = environ.get("INCENTIVE_SMS", "").strip()
    if text in {"", "off"}:
        return None
    if text == "console" or (text.startswith("file:") and len(text) > len("file:")):
        return text
    try:
        return _webhook(environ, "INCENTIVE_SMS")
    except SettingsError:
        raise SettingsError(
            "INCENTIVE_SMS must be `off`, `console`, `file:<path>` or a gateway's https address,"
            f" not {text!r}."
        ) from None


def _proving(environ: Mapping[str, str]) -> bool:
    # Who registers is told whether a phone is known here, unless they prove that it is theirs.
    if not environ.get("INCENTIVE_PROVE_PHONES", "").strip():
        return _sms(environ) is not None
    wanted = _choice(environ, "INCENTIVE_PROVE_PHONES", ("no", "yes")) == "yes"
    if wanted and _sms(environ) is None:
        raise SettingsError("INCENTIVE_PROVE_PHONES=yes needs INCENTIVE_SMS, to send the codes by.")
    return wanted


def _choice(environ: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    """Return one of `choices`; the first if the variable is not set."""
    text = environ.get(name, "").strip() or choices[0]
    if text not in choices:
        raise SettingsError(f"{name} must be one of {', '.join(choices)}, not {text!r}.")
    return text


def _contact(environ: Mapping[str, str], name: str) -> str | None:
    text = environ.get(name, "").strip()
    if not text:
        return None
    plain = text.isascii() and text.isprintable() and " " not in text
    if not plain or not text.startswith(("mailto:", "https://")):
        raise SettingsError(f"{name} must begin with mailto: or https://, not {text!r}.")
    return text


def _text_or_file(environ: Mapping[str, str], name: str) -> str:
    file = environ.get(f"{name}_FILE", "")
    if not file:
        return environ.get(name, "")
    try:
        return Path(file).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{name}_FILE {file} cannot be read: {error}") from None


def _master_keys(environ: Mapping[str, str]) -> tuple[bytes, ...]:
    words = _text_or_file(environ, "INCENTIVE_MASTER_KEY").replace(",", " ").split()
    # A file that was emptied, or truncated, must not pass for none.
    if environ.get("INCENTIVE_MASTER_KEY_FILE") and not words:
        raise SettingsError("The file that INCENTIVE_MASTER_KEY_FILE names holds no key.")
    for word in words:
        if len(word) != MASTER_KEY_HEX or not set(word.lower()) <= set("0123456789abcdef"):
            raise SettingsError(
                "INCENTIVE_MASTER_KEY (or its file) must hold keys of 64 hexadecimal digits,"
                " one on each line, as `openssl rand -hex 32` makes them."
            )
    return tuple(bytes.fromhex(word) for word in words)


def _secret(environ: Mapping[str, str]) -> bytes:
    text = _text_or_file(environ, "INCENTIVE_SECRET")
    secret = text.strip().encode()
    if len(secret) < SECRET_BYTES_MIN:
        raise SettingsError(
            f"INCENTIVE_SECRET (or the file that INCENTIVE_SECRET_FILE names) must hold at least "
            f"{SECRET_BYTES_MIN} characters; `openssl rand -hex 32` makes one."
        )
    return secret
