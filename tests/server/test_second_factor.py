"""The second factor from the first log in on: added, asked for, changed, lost, and the guard that wants it recent."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.message import EmailMessage

import pytest
import segno
from litestar.testing import TestClient

from server import access, letters, totp
from server.access import DESK_LIFE, FORM_LIFE
from server.app import create_app
from server.keys import seal, unseal
from server.people import Person
from tests.server.arriving import (
    Client,
    add_app,
    arrive,
    asked,
    get,
    logged_in,
    number,
    post,
    recovery_codes,
    wait_for,
    with_code,
)
from tests.server.conftest import App, Mailbox, put
from tests.server.soft_passkey import SoftPasskey, options, with_passkey
from tests.world import World

STEP = 30_000  # milliseconds
FACTORS = "/log-in/factors"


def test_a_code_alone_opens_nothing(client: Client, mailbox: Mailbox, known: str, sqlite_world: World) -> None:
    with_code(client, mailbox, known)
    assert not logged_in(client)
    assert sqlite_world.rows("SELECT * FROM session") == []
    add_app(client)
    assert not logged_in(client)
    post(client, "/log-in/codes")
    assert logged_in(client)


def test_later_log_ins_ask_for_the_app(
    client: Client, mailbox: Mailbox, known: str, later: Callable[[int], None]
) -> None:
    key, _ = arrive(client, mailbox, known)
    client.cookies.clear()
    later(STEP)
    assert with_code(client, mailbox, known) == "/log-in/step"
    assert not logged_in(client)
    wrong = post(client, "/log-in/step", number="000000")
    assert wrong.status_code == 422
    typed = f"{number(key)[:3]} {number(key)[3:]}"
    assert post(client, "/log-in/step", number=typed).headers["location"] == "/"
    assert logged_in(client)


def test_later_log_ins_ask_for_the_passkey(client: Client, mailbox: Mailbox, known: str) -> None:
    passkey = with_passkey(client, mailbox, known)
    client.cookies.clear()
    assert with_code(client, mailbox, known) == "/log-in/step"
    page = get(client, "/log-in/step")
    assert "authenticator app" not in page.text
    answer = passkey.use(options(page))
    assert post(client, "/log-in/step", passkey=answer).headers["location"] == "/"
    assert logged_in(client)


def test_recovery_codes_are_shown_until_kept_and_each_logs_in_once(
    client: Client, mailbox: Mailbox, known: str
) -> None:
    with_code(client, mailbox, known)
    _, codes = add_app(client)
    assert len(set(codes)) == 10
    assert recovery_codes(client) == codes
    file = get(client, "/log-in/codes/file")
    assert file.headers["content-disposition"] == 'attachment; filename="codes.txt"'
    assert file.headers["cache-control"] == "no-store"
    assert file.text.split()[-10:] == codes
    post(client, "/log-in/codes")
    assert recovery_codes(client) == []
    client.cookies.clear()
    with_code(client, mailbox, known)
    assert post(client, "/log-in/step", code=codes[3].upper().replace("-", " ")).headers["location"] == "/"
    assert "9 codes are left" in get(client, FACTORS).text


def test_new_recovery_codes_end_the_old_ones(client: Client, mailbox: Mailbox, known: str) -> None:
    _, old = arrive(client, mailbox, known)
    assert post(client, FACTORS, codes="1").headers["location"] == "/log-in/codes"
    new = recovery_codes(client)
    assert post(client, "/log-in/codes").headers["location"] == FACTORS
    client.cookies.clear()
    with_code(client, mailbox, known)
    assert "do not know that recovery code" in post(client, "/log-in/step", code=old[0]).text
    assert post(client, "/log-in/step", code=new[0]).status_code == 303


def test_another_factor_is_added_and_the_first_taken_away(client: Client, mailbox: Mailbox, known: str) -> None:
    arrive(client, mailbox, known)
    assert "take it away" not in get(client, FACTORS).text
    assert post(client, FACTORS, add="1").headers["location"] == "/log-in/set-up"
    passkey = SoftPasskey()
    added = post(client, "/log-in/set-up", passkey=passkey.make(options(get(client, "/log-in/set-up"))))
    assert added.headers["location"] == FACTORS
    page = get(client, FACTORS).text
    assert "Passkey" in page and "Authenticator app" in page
    app, second = (part.partition('"')[0] for part in page.split('name="remove" value="')[1:])
    assert post(client, FACTORS, remove=app).status_code == 303
    refused = post(client, FACTORS, remove=second)
    assert refused.status_code == 422
    assert "only second step" in refused.text
    assert "Passkey" in get(client, FACTORS).text


def test_every_change_of_how_somebody_logs_in_is_told_by_email(client: Client, mailbox: Mailbox, known: str) -> None:
    def changed() -> list[EmailMessage]:
        return [letter for letter in mailbox.letters if "has changed" in letter["Subject"]]

    arrive(client, mailbox, known)
    post(client, FACTORS, add="1")
    post(client, "/log-in/set-up", passkey=SoftPasskey().make(options(get(client, "/log-in/set-up"))))
    app = get(client, FACTORS).text.split('name="remove" value="')[1].partition('"')[0]
    for _ in range(2):  # what is gone is told once
        post(client, FACTORS, remove=app)
    post(client, FACTORS, codes="1")
    wait_for(lambda: len(changed()) > 3)  # they come in the order of what was done
    sentences = [letter.get_content().splitlines()[0] for letter in changed()]
    assert sentences == [letters.ADDED, letters.ADDED, letters.REMOVED, letters.NEW_CODES]
    assert {letter["To"] for letter in changed()} == {known}


def test_a_recovery_code_that_logs_in_is_told_by_email(client: Client, mailbox: Mailbox, known: str) -> None:
    _, codes = arrive(client, mailbox, known)
    client.cookies.clear()
    asked(client, mailbox, known)
    assert post(client, "/log-in/step", code=codes[0]).status_code == 303
    wait_for(lambda: "has changed" in mailbox.letters[-1]["Subject"])
    letter = mailbox.letters[-1].get_content()
    assert letter.startswith(letters.CODE_USED) and "https://app.example.org/log-in/factors" in letter
    assert codes[0] not in letter


def test_nobody_takes_away_what_is_somebody_elses(
    client: Client, mailbox: Mailbox, known: str, sqlite_world: World
) -> None:
    arrive(client, mailbox, known)
    theirs = (
        "INSERT INTO factor (id, person_id, kind, label, added_at, used_at) VALUES ('theirs', 'demo01', '', '', 0, 0)"
    )
    sqlite_world.write(lambda connection: connection.exec_driver_sql(theirs))
    post(client, FACTORS, remove="theirs")
    assert sqlite_world.rows("SELECT 1 FROM factor WHERE id = 'theirs'")


def test_the_whole_way_is_the_same_on_both_databases(
    world: World, mailbox: Mailbox, later: Callable[[int], None]
) -> None:
    email = put(world, Person(id="p-ann", name="Ann", role="", team_id="t1", email="ann@example.org", demo_key=None))
    mail, address = f"smtp://127.0.0.1:{mailbox.port}", "https://app.example.org"
    made = create_app(replace(world.config, demo=False, smtp_url=mail, public_url=address), alone=False)
    with TestClient(made, base_url=address) as client:
        key, codes = arrive(client, mailbox, email)
        later(STEP)
        asked(client, mailbox, email)
        assert post(client, "/log-in/step", number=number(key)).headers["location"] == "/"
        assert "have been used" in again(client, mailbox, email, number=number(key))
        assert post(client, "/log-in/step", code=codes[0]).headers["location"] == "/"
        later(DESK_LIFE)
        get(client, f"/log-in/again?back={FACTORS}")
        assert post(client, "/log-in/step", number=number(key)).headers["location"] == FACTORS
        assert post(client, FACTORS, remove="x").headers["location"] == FACTORS


def again(client: Client, mailbox: Mailbox, email: str, **shown: str) -> str:
    asked(client, mailbox, email)
    return post(client, "/log-in/step", **shown).text


# The guard


def test_the_rule_is_12_hours_and_an_hour_more_for_a_form_that_was_open() -> None:
    def may(age: int | None, sends: bool = False) -> bool:
        return access.may_use_desk(False, None if age is None else 1_000 - age, 1_000, sends=sends)

    assert may(DESK_LIFE - 1) and not may(DESK_LIFE) and not may(None)
    assert may(DESK_LIFE, sends=True) and not may(DESK_LIFE + FORM_LIFE, sends=True)
    assert access.may_use_desk(True, None, 1_000)


def test_after_12_hours_the_factor_is_sent_away_for_and_leads_back(
    client: Client, mailbox: Mailbox, known: str, later: Callable[[int], None]
) -> None:
    key, _ = arrive(client, mailbox, known)
    assert get(client, FACTORS).status_code == 200
    later(DESK_LIFE)
    sent_away = get(client, FACTORS)
    assert (sent_away.status_code, sent_away.headers["location"]) == (303, f"/log-in/again?back={FACTORS}")
    assert logged_in(client)
    assert get(client, sent_away.headers["location"]).headers["location"] == "/log-in/step"
    shown = post(client, "/log-in/step", number=number(key))
    assert shown.headers["location"] == FACTORS
    assert get(client, FACTORS).status_code == 200


def test_a_change_needs_a_recent_factor_too(
    client: Client, mailbox: Mailbox, known: str, later: Callable[[int], None], sqlite_world: World
) -> None:
    arrive(client, mailbox, known)
    later(DESK_LIFE + FORM_LIFE)
    for change in ({"add": "1"}, {"codes": "1"}, {"remove": "x"}):
        assert post(client, FACTORS, **change).headers["location"] == f"/log-in/again?back={FACTORS}"
    assert sqlite_world.rows("SELECT * FROM pending_log_in") == []


def test_who_is_not_logged_in_sees_no_factors(client: Client) -> None:
    for answer in (get(client, FACTORS), post(client, FACTORS, codes="1"), get(client, "/log-in/again")):
        assert (answer.status_code, answer.headers["location"], answer.text) == (303, "/log-in", "")


# The demo


def test_demo_people_have_no_second_step_and_need_none(sqlite_world: World) -> None:
    nurse = sqlite_world.log_in("nurse")
    assert "This is a demo" in nurse.get(FACTORS).text
    for change in ({"add": "1"}, {"codes": "1"}):
        nurse.post(FACTORS, **change)
    assert nurse.get("/log-in/again?back=/pledges").headers["location"] == "/pledges"
    assert sqlite_world.rows("SELECT * FROM pending_log_in") == []


def test_a_log_in_of_the_demo_without_a_factor_ends_with_the_demo(app: App, known: str) -> None:
    demo, real = app(), app(demo=False)
    code = post(demo, "/log-in", email=known).text.partition("<strong>")[2][:6]
    assert post(demo, "/log-in", email=known, code=code).headers["location"] == "/"
    assert logged_in(demo)
    real.cookies.update(demo.cookies)
    assert not logged_in(real)
    said = {"v": 1, "sent_at": 1, "person": "p-known", "device": "d1", "actions": []}
    assert real.post("/sync", json=said, headers={"Sec-Fetch-Site": "same-origin"}).json()["code"] == "log_in"


def test_in_a_demo_too_a_factor_that_is_there_is_asked_for(app: App, known: str) -> None:
    demo = app()
    code = post(demo, "/log-in", email=known).text.partition("<strong>")[2][:6]
    post(demo, "/log-in", email=known, code=code)
    assert get(demo, FACTORS).headers["location"] == f"/log-in/again?back={FACTORS}"
    assert get(demo, f"/log-in/again?back={FACTORS}").headers["location"] == "/log-in/set-up"
    add_app(demo)
    assert post(demo, "/log-in/codes").headers["location"] == FACTORS
    assert get(demo, FACTORS).status_code == 200
    demo.cookies.clear()
    code = post(demo, "/log-in", email=known).text.partition("<strong>")[2][:6]
    assert post(demo, "/log-in", email=known, code=code).headers["location"] == "/log-in/step"


# What is kept


def test_the_square_is_the_very_one_of_what_the_app_reads() -> None:
    address = totp.address_of("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "Common Ground", "nurse@example.nhs.uk")
    assert address.startswith("otpauth://totp/Common%20Ground:nurse") and "secret=JBSWY3DPEHPK3PXP" in address
    drawing = totp.drawing(address)
    matrix = segno.make(address, error="m", micro=False).matrix
    dark = {(x + 4, y + 4) for y, row in enumerate(matrix) for x, is_dark in enumerate(row) if is_dark}
    assert drawing["size"] == len(matrix) + 8
    assert set(_drawn(str(drawing["path"]))) == dark


def _drawn(path: str) -> Iterator[tuple[int, int]]:
    """The squares that lines of height 1 cover: M goes to a place, m on from there, h draws."""
    x, y = 0.0, 0.0
    for sign, numbers in re.findall(r"([Mmh])([^Mmh]*)", path):
        first, *rest = (float(each) for each in re.findall(r"-?[\d.]+", numbers))
        if sign == "h":
            yield from ((int(x) + step, int(y)) for step in range(int(first)))
            x += first
        else:
            x, y = (first, rest[0]) if sign == "M" else (x + first, y + rest[0])


def test_no_secret_is_in_the_database_or_the_log(
    client: Client, mailbox: Mailbox, known: str, sqlite_world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    key, codes = arrive(client, mailbox, known)
    tables = ("factor", "recovery_code", "pending_log_in", "session")
    held = repr([sqlite_world.rows(f"SELECT * FROM {table}") for table in tables])
    said = "".join(capsys.readouterr())
    for secret in (key, *codes, *(code.replace("-", "") for code in codes), client.cookies["__Host-session"]):
        assert secret not in held
        assert secret not in said
    assert known not in said


def test_what_is_sealed_opens_with_its_key_and_for_its_purpose_only() -> None:
    sealed = seal("s" * 32, "app:ann", "the key")
    assert unseal("s" * 32, "app:ann", sealed) == "the key"
    assert unseal("t" * 32, "app:ann", sealed) is None
    assert unseal("s" * 32, "app:bob", sealed) is None
    assert sealed != seal("s" * 32, "app:ann", "the key")


def test_a_new_secret_key_makes_no_factor_good_and_breaks_nothing(
    client: Client, mailbox: Mailbox, known: str, app: App, later: Callable[[int], None]
) -> None:
    key, codes = arrive(client, mailbox, known)
    later(STEP)
    mail = f"smtp://127.0.0.1:{mailbox.port}"
    other = app(demo=False, public_url="https://app.example.org", smtp_url=mail, secret_key="k" * 32)
    assert with_code(other, mailbox, known) == "/log-in/step"
    assert post(other, "/log-in/step", number=number(key)).status_code == 422
    assert post(other, "/log-in/step", code=codes[0]).status_code == 422
