"""Settings: what is read, what is refused, and how a person is told."""

from pathlib import Path

import pytest

from server.config import SETTINGS, Config, ConfigProblems, from_base64

REAL = {
    "SECRET_KEY": "s" * 32,
    "SMTP_URL": "smtp://mail.example.org",
    "MAIL_FROM": "app@example.org",
    "PUBLIC_URL": "https://app.example.org/",
}


def problems(**environ: str) -> str:
    with pytest.raises(ConfigProblems) as found:
        Config.load(environ)
    return str(found.value)


def test_a_demo_needs_no_settings_and_keeps_the_keys_it_makes(tmp_path: Path) -> None:
    demo = {"DEMO": "1", "VAR_DIR": str(tmp_path / "var"), "PORT": "8123"}
    first, second = Config.load(demo), Config.load(demo)
    assert first == second
    assert len(first.secret_key) >= 32
    assert len(from_base64(first.vapid_private_key)) == 32
    assert first.database_url == f"sqlite:///{tmp_path}/var/common-ground.db"
    assert first.public_url == "http://localhost:8123"
    assert (tmp_path / "var" / "secret_key").stat().st_mode & 0o077 == 0


def test_what_is_missing_outside_a_demo_is_told_all_at_once() -> None:
    assert [line.split(":")[0] for line in problems().splitlines()] == ["SECRET_KEY", "SMTP_URL", "MAIL_FROM"]


def test_every_wrong_value_is_told_at_once_in_plain_words() -> None:
    said = problems(
        DEMO="yes", PORT="eighty", LOG_FORMAT="xml", DATABASE_URL="mysql://x", PUBLIC_URL="app", SECRET_KEY="short"
    )
    for name in ("DEMO", "PORT", "LOG_FORMAT", "DATABASE_URL", "PUBLIC_URL", "SECRET_KEY", "SMTP_URL"):
        assert f"{name}:" in said


def test_a_real_configuration_is_read() -> None:
    config = Config.load(REAL | {"MAIL_DOMAINS": "example.nhs.uk, Example.org"})
    assert config.secure
    assert config.public_url == "https://app.example.org"
    assert config.mail_domains == ("example.nhs.uk", "example.org")
    assert not config.demo


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("k" * 40 + "\n")
    rest = {name: value for name, value in REAL.items() if name != "SECRET_KEY"}
    assert Config.load(rest | {"SECRET_KEY_FILE": str(file)}).secret_key == "k" * 40


def test_a_file_that_is_not_there_or_a_setting_given_twice_is_a_problem() -> None:
    rest = {name: value for name, value in REAL.items() if name != "SECRET_KEY"}
    assert "cannot be read" in problems(**rest, SECRET_KEY_FILE="nowhere")
    assert "set twice" in problems(**REAL, SECRET_KEY_FILE="nowhere")


KEY = "A" * 42 + "E"


@pytest.mark.parametrize(
    "contact",
    [
        *(
            "mailto:push@localhost",
            "mailto: a@b.org",
            "mailto:<a@b.org>",
            "a@example.org",
            "https://example.org/contact",
        ),
        *("https://trust.local", "mailto:a@trust.invalid", "https://10.0.0.1", "mailto:a@example.org\nX: y"),
    ],
)
def test_a_contact_that_push_services_refuse_is_told_at_start(contact: str) -> None:
    assert "VAPID_CONTACT:" in problems(**REAL, VAPID_PRIVATE_KEY=KEY, VAPID_CONTACT=contact)


def test_a_key_for_push_messages_needs_a_contact() -> None:
    assert problems(**REAL, VAPID_PRIVATE_KEY=KEY).startswith("VAPID_CONTACT:")
    for contact in ("mailto:push@example.nhs.uk", "https://example.nhs.uk"):
        assert Config.load(REAL | {"VAPID_PRIVATE_KEY": KEY, "VAPID_CONTACT": contact}).vapid_contact == contact


def test_more_push_services_and_a_proxy_are_named_as_such() -> None:
    said = problems(**REAL, PUSH_ALLOWED_HOSTS="push.example.org/x, *, https://a.org/b", PUSH_PROXY="proxy:3128")
    assert said.count("PUSH_ALLOWED_HOSTS:") == 3 and "PUSH_PROXY:" in said
    named = {"PUSH_ALLOWED_HOSTS": "push.example.org, *.up.example.org, https://push.inside:8443"}
    assert len(Config.load(REAL | named | {"PUSH_PROXY": "http://proxy:3128"}).push_allowed_hosts) == 3


DIRECTORY = {
    "OIDC_ISSUER": "https://directory.example.org/tenant",
    "OIDC_CLIENT_ID": "app",
    "OIDC_CLIENT_SECRET": "secret",
    "OIDC_NAME": "Meadowbank account",
}


def test_a_directory_is_named_in_full_or_not_at_all(tmp_path: Path) -> None:
    assert Config.load(REAL | DIRECTORY).oidc_name == "Meadowbank account"
    said = problems(**REAL, OIDC_ISSUER="http://directory.example.org").splitlines()
    names = ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_NAME"]
    assert [line.split(":")[0] for line in said] == names
    (tmp_path / "secret").write_text("from a file\n")
    rest = {name: value for name, value in DIRECTORY.items() if name != "OIDC_CLIENT_SECRET"}
    read = Config.load(REAL | rest | {"OIDC_CLIENT_SECRET_FILE": str(tmp_path / "secret")})
    assert read.oidc_client_secret == "from a file"


def test_another_claim_than_email_needs_to_know_which_addresses_are_ours() -> None:
    other = REAL | DIRECTORY | {"OIDC_EMAIL_CLAIM": "upn"}
    assert "MAIL_DOMAINS:" in problems(**other)
    assert Config.load(other | {"MAIL_DOMAINS": "example.nhs.uk"}).oidc_email_claim == "upn"


def test_sqlite_has_one_web_process() -> None:
    assert "WEB_CONCURRENCY:" in problems(**REAL, WEB_CONCURRENCY="4")
    postgresql = REAL | {"DATABASE_URL": "postgresql://localhost/app", "WEB_CONCURRENCY": "4"}
    assert Config.load(postgresql).web_concurrency == 4


def test_every_setting_says_what_it_is() -> None:
    assert {"DATABASE_URL", "SECRET_KEY", "DEMO", "VAR_DIR", "PORT", "HOST"} <= SETTINGS.keys()
    assert all(about and about == about.strip() for about in SETTINGS.values())


def test_the_rule_of_small_numbers_may_be_stricter_and_never_laxer() -> None:
    said = problems(**REAL, PRIVACY_MIN_COUNT="7", PRIVACY_ROUND_TO="4")
    assert [line.split(":")[0] for line in said.splitlines()] == ["PRIVACY_MIN_COUNT", "PRIVACY_ROUND_TO"]
    assert "8 is the least" in said and "5 is the least" in said
    strict = Config.load(REAL | {"PRIVACY_MIN_COUNT": "8", "PRIVACY_ROUND_TO": "5"})
    assert (strict.privacy_min_count, strict.privacy_round_to) == (8, 5)
