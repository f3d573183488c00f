"""Settings, read once at start from the environment. Everything else is given a Config or a value out of it.

`NAME_FILE` names a file that holds the value of `NAME`. All problems are told together, in plain words.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Annotated, Any, get_type_hints
from urllib.parse import urlsplit

from pwa.languages import LanguageError, languages
from server import brand
from server.push import settings as push
from server.reports import small

ROOT = Path(__file__).resolve().parent.parent
DATABASES = ("sqlite", "postgresql")
MAIL_SCHEMES = ("smtp", "smtps", "smtp+starttls")
HERE = ("localhost", "127.0.0.1")  # where a directory needs no https
LOG_FORMATS = ("json", "text")
SECRET_LENGTH = 32  # characters
KEY_BYTES = 32
DEMO_CONTACT = "mailto:demo@example.org"


class ConfigProblems(Exception):
    """Every setting that has to be put right before the app can start."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Config:
    demo: Annotated[bool, "1 makes the demo people and shows log-in codes on the page"] = False
    var_dir: Annotated[Path, "folder for the database and the keys made for a demo"] = ROOT / "var"
    content_dir: Annotated[Path, "folder of the content files; `content` reads them again"] = ROOT / "content" / "en"
    database_url: Annotated[str, "sqlite:///file or postgresql://…; empty is SQLite in VAR_DIR"] = ""
    host: Annotated[str, "address to listen on"] = "127.0.0.1"
    port: Annotated[int, "port to listen on"] = 8000
    web_concurrency: Annotated[int, "web processes; more than one needs PostgreSQL"] = 1
    public_url: Annotated[str, "how people reach the app; empty is http://localhost:PORT"] = ""
    app_name: Annotated[str, "the name on every page"] = "Common Ground"
    languages: Annotated[tuple[str, ...], "languages of the pages, the usual one first, with commas"] = ("en",)
    brand: Annotated[str, "neutral or nhs-organisation; only an NHS organisation may look like one"] = "neutral"
    brand_logo_file: Annotated[str, "SVG or PNG up to 50 KB, shown beside the name; only for nhs-organisation"] = ""
    brand_colour: Annotated[str, "#rrggbb behind the white name at the top; empty is our own"] = ""
    secret_key: Annotated[str, "32 characters or more; the demo makes its own and keeps it in VAR_DIR"] = ""
    smtp_url: Annotated[str, "smtp://user:password@host:25, smtps://…:465 or smtp+starttls://…:587"] = ""
    mail_from: Annotated[str, "address that log-in codes come from"] = ""
    mail_domains: Annotated[
        tuple[str, ...], "address endings that may have an account, with commas; empty is who was invited"
    ] = ()
    oidc_issuer: Annotated[str, "https://… of the directory that people log in with; empty is none"] = ""
    oidc_client_id: Annotated[str, "what the directory calls this app"] = ""
    oidc_client_secret: Annotated[str, "what this app proves itself to the directory with"] = ""
    oidc_name: Annotated[str, "what people call it, for the button: Log in with …"] = ""
    oidc_email_claim: Annotated[str, "claim that holds the address; another than email needs MAIL_DOMAINS"] = "email"
    vapid_private_key: Annotated[str, "key for push messages; `vapid-keys` makes one, the demo its own"] = ""
    vapid_contact: Annotated[str, "mailto: or https: address that push services may use to reach you"] = ""
    push_allowed_hosts: Annotated[
        tuple[str, ...],
        "more push services: hosts, or origins with https:// that may be inside your network, with commas",
    ] = ()
    push_proxy: Annotated[str, "http://name:3128 that push messages go out by; empty is none"] = ""
    privacy_min_count: Annotated[int, "fewer people than this are never counted in public; 8 is the least"] = 10
    privacy_round_to: Annotated[int, "larger counts are rounded to this; 5 is the least"] = 5
    log_format: Annotated[str, "json or text, one line each"] = "json"
    way_out: Annotated[bool, "1 sends what waits on the phones, then takes the service worker off them"] = False
    metrics_token: Annotated[str, "who sends it as a Bearer token may read /metrics; empty is nobody"] = ""

    @property
    def secure(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None) -> Config:
        return _load(os.environ if environ is None else environ)

    @classmethod
    def for_tests(cls, **changes: Any) -> Config:
        """Complete settings that need no environment; every test names what it depends on."""
        settings: dict[str, Any] = {
            "demo": True,
            "database_url": "sqlite:///test.db",
            "public_url": "http://localhost:8000",
            "secret_key": "only-for-tests-" + "x" * SECRET_LENGTH,
            "smtp_url": "smtp://127.0.0.1:1",
            "mail_from": "app@example.org",
            "vapid_private_key": to_base64(bytes(31) + b"\x01"),
            "vapid_contact": DEMO_CONTACT,
        }
        return cls(**settings | changes)


SETTINGS: dict[str, str] = {
    name.upper(): hint.__metadata__[0] for name, hint in get_type_hints(Config, include_extras=True).items()
}


def _load(environ: Mapping[str, str]) -> Config:
    values: dict[str, Any] = {}
    problems: list[str] = []
    for each in fields(Config):
        try:
            text = _text(environ, each.name.upper())
            if text is not None:
                values[each.name] = _convert(each.default, text)
        except (OSError, ValueError) as fault:
            problems.append(f"{each.name.upper()}: {fault}")
    config = _filled(Config(**values))
    problems += _problems(config)
    if not problems and config.demo:
        config = _with_demo_keys(config)
    if problems:
        raise ConfigProblems(problems)
    return config


def _text(environ: Mapping[str, str], name: str) -> str | None:
    file = environ.get(f"{name}_FILE")
    if file is None:
        return environ.get(name)
    if name in environ:
        raise ValueError(f"is set twice. Keep {name} or {name}_FILE, not both.")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as fault:
        raise ValueError(f"the file that {name}_FILE names cannot be read: {fault.strerror}.") from None


def _convert(default: Any, text: str) -> Any:
    match default:
        case bool():
            if text not in ("", "0", "1"):
                raise ValueError(f"write 1 for yes or 0 for no, not {text!r}.")
            return text == "1"
        case int():
            if not text.isdecimal():
                raise ValueError(f"write a whole number, not {text!r}.")
            return int(text)
        case tuple():
            return tuple(part.strip().lower() for part in text.split(",") if part.strip())
        case Path():
            return Path(text).absolute()
        case _:
            return text


def _filled(config: Config) -> Config:
    return replace(
        config,
        database_url=config.database_url or f"sqlite:///{config.var_dir / 'common-ground.db'}",
        public_url=(config.public_url or f"http://localhost:{config.port}").rstrip("/"),
    )


def _problems(config: Config) -> list[str]:
    found = []
    if config.database_url.split(":")[0].split("+")[0] not in DATABASES:
        found.append("DATABASE_URL: start it with sqlite:/// or postgresql://.")
    if urlsplit(config.public_url).scheme not in ("http", "https") or not urlsplit(config.public_url).netloc:
        found.append("PUBLIC_URL: write it as https://name, as people type it.")
    if not 0 < config.port < 65536:
        found.append("PORT: choose a number from 1 to 65535.")
    if config.web_concurrency < 1 or (config.is_sqlite and config.web_concurrency > 1):
        found.append("WEB_CONCURRENCY: SQLite has one web process. Set 1, or use PostgreSQL.")
    if config.log_format not in LOG_FORMATS:
        found.append("LOG_FORMAT: write json or text.")
    for name, value, least in _privacy(config):
        if value < least:
            found.append(f"{name}: {least} is the least, so that no number can tell of one person.")
    try:
        languages(config.languages)
    except LanguageError as fault:
        found.append(f"LANGUAGES: {fault}")
    if config.smtp_url and urlsplit(config.smtp_url).scheme not in MAIL_SCHEMES:
        found.append("SMTP_URL: start it with smtp://, smtps:// or smtp+starttls://.")
    if config.secret_key and len(config.secret_key) < SECRET_LENGTH:
        found.append(f"SECRET_KEY: make it {SECRET_LENGTH} characters or longer.")
    if config.vapid_private_key and not _is_vapid_key(config.vapid_private_key):
        found.append("VAPID_PRIVATE_KEY: this is not such a key. `python -m server vapid-keys` makes one.")
    key, contact = config.vapid_private_key, config.vapid_contact
    found += push.problems(key, contact, config.push_allowed_hosts, config.push_proxy, demo=config.demo)
    found += _oidc_problems(config) if config.oidc_issuer else []
    found += brand.problems(config.brand, config.brand_logo_file, config.brand_colour)
    return found if config.demo else found + _missing(config)


def _oidc_problems(config: Config) -> list[str]:
    issuer, found = urlsplit(config.oidc_issuer), []
    if not issuer.netloc or (issuer.scheme != "https" and issuer.hostname not in HERE):
        found.append("OIDC_ISSUER: write it as https://name, letter by letter as the directory says it.")
    needed = {
        "OIDC_CLIENT_ID": (config.oidc_client_id, "set what the directory calls this app."),
        "OIDC_CLIENT_SECRET": (config.oidc_client_secret, "set the secret that the directory gave for this app."),
        "OIDC_NAME": (config.oidc_name, "say what people call the directory, for example Meadowbank account."),
    }
    found += [f"{name}: {words}" for name, (value, words) in needed.items() if not value]
    if config.oidc_email_claim != "email" and not config.mail_domains:
        found.append("MAIL_DOMAINS: say which addresses are yours, because OIDC_EMAIL_CLAIM is not the usual email.")
    return found


def _privacy(config: Config) -> tuple[tuple[str, int, int], ...]:
    return (
        ("PRIVACY_MIN_COUNT", config.privacy_min_count, small.LEAST_MIN_COUNT),
        ("PRIVACY_ROUND_TO", config.privacy_round_to, small.LEAST_ROUND_TO),
    )


def _missing(config: Config) -> list[str]:
    """What only a demo may leave out."""
    needed = {
        "SECRET_KEY": (
            config.secret_key,
            f"set {SECRET_LENGTH} random characters, and keep them: all log ins hang on it.",
        ),
        "SMTP_URL": (config.smtp_url, "say which mail server sends the log-in codes."),
        "MAIL_FROM": (config.mail_from, "say which address the log-in codes come from."),
    }
    return [f"{name}: {words}" for name, (value, words) in needed.items() if not value]


def _is_vapid_key(text: str) -> bool:
    try:
        return len(from_base64(text)) == KEY_BYTES
    except ValueError:
        return False


def _with_demo_keys(config: Config) -> Config:
    return replace(
        config,
        secret_key=config.secret_key or _kept(config.var_dir / "secret_key"),
        vapid_private_key=config.vapid_private_key or _kept(config.var_dir / "vapid_private_key"),
        vapid_contact=config.vapid_contact or DEMO_CONTACT,
    )


def _kept(path: Path) -> str:
    """32 random bytes, the same again at every start; such a number can also be a VAPID key."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    made = new_key()
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(made, encoding="utf-8")
    return made


def new_key() -> str:
    """A P-256 private key is a number below the curve's order; a low top byte makes any draw one."""
    return to_base64(bytes([secrets.randbelow(128)]) + secrets.token_bytes(KEY_BYTES - 1))


def to_base64(raw: bytes) -> str:
    """As browsers write keys: the URL alphabet, and no = at the end."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def from_base64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
