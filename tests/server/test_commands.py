"""The commands of `python -m server`: what each does, and what it says when it does nothing."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server import __main__ as program
from server import factors, pending, sessions, steps
from server.config import from_base64, to_base64
from server.demo import CAST, person_id
from server.features.content import FOLDER
from sync import publish
from tests.databases import ROOT
from tests.live import LiveServer
from tests.server.conftest import Run
from tests.world import World, open_world


def test_help_has_a_line_for_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        program.main(["--help"])
    said = capsys.readouterr().out
    known = [
        "web",
        "worker",
        "migrate",
        "demo",
        "check",
        "content",
        "vapid-keys",
        "create-admin",
        "invite",
        "reset-factors",
    ]
    for command in [*known, "backup", "restore", "grant", "revoke", "load-teams", "leave"]:
        assert f"\n  {command} " in f"\n{said}"


def test_wrong_settings_are_told_together_and_nothing_starts(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", DEMO="maybe", PORT="x") == 1
    assert {line.split(":")[0] for line in capsys.readouterr().err.splitlines()} >= {"DEMO", "PORT", "SECRET_KEY"}


def test_check_says_that_all_is_well(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check") == 0
    assert "All is well" in capsys.readouterr().out


def test_check_reads_the_content_files_and_changes_nothing(
    run: Run, sqlite_world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "en"))
    before = sqlite_world.rows("SELECT * FROM record ORDER BY scope, kind, id")
    module = folder / "modules/deaf-aware.md"
    for old, new, code in (("Inclusion team", "Another team", 0), ("minutes =", "minuets =", 1)):
        module.write_text(module.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        assert run("check", CONTENT_DIR=str(folder)) == code
        assert sqlite_world.rows("SELECT * FROM record ORDER BY scope, kind, id") == before
    assert "modules/deaf-aware.md, line 9: minuets is not a field we know." in capsys.readouterr().err


def test_a_new_phone_number_needs_no_new_release(
    run: Run, sqlite_world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "en"))
    org, nurse = folder / "org.toml", sqlite_world.phone("nurse")
    assert run("content", CONTENT_DIR=str(folder)) == 0
    assert "Nothing in these files is new." in capsys.readouterr().out
    org.write_text(org.read_text().replace("01632 960101", "01632 960199").replace("2026-11-02", "2026-11-27"))
    assert run("content", CONTENT_DIR=str(folder)) == 0
    assert "Every phone has it at its next contact." in capsys.readouterr().out
    nurse.receive()
    assert "01632 960199" in str(nurse.all("help")) and "01632 960101" not in str(nurse.all("guide"))
    page = sqlite_world.nobody().get("/help").text
    assert "01632 960199" in page and "Numbers checked on Friday 27 November 2026" in page


def test_a_mistake_in_a_content_file_is_told_and_people_keep_what_they_have(
    run: Run, sqlite_world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "en"))
    org = folder / "org.toml"
    org.write_text(org.read_text().replace("01632 960101", "01632 960199").replace('id = "inclusion"', 'id = "other"'))
    assert run("content", CONTENT_DIR=str(folder)) == 1
    assert "org.toml has no contact called inclusion. Add it there" in capsys.readouterr().err
    assert "01632 960199" not in sqlite_world.nobody().get("/help").text
    org.unlink()
    assert run("content", CONTENT_DIR=str(folder)) == 1
    assert "en/org.toml: this file is gone. Put it back." in capsys.readouterr().err


def test_check_knows_an_old_database(run: Run, sqlite_world: World, capsys: pytest.CaptureFixture[str]) -> None:
    sqlite_world.write(lambda connection: connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'"))
    assert run("check") == 1
    assert "not up to date" in capsys.readouterr().err


def test_the_demo_prints_how_to_log_in(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("demo") == 0
    said = capsys.readouterr().out
    assert "http://localhost:8000/log-in" in said
    assert all(person in said.split() for person in CAST)


def test_there_is_no_demo_without_the_setting(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    real = {"DEMO": "0", "SECRET_KEY": "s" * 32, "SMTP_URL": "smtp://localhost", "MAIL_FROM": "app@example.org"}
    assert run("demo", **real) == 1
    assert "Set DEMO=1" in capsys.readouterr().err


def test_push_keys_are_a_pair(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("vapid-keys") == 0
    private, public = (line.replace("=", ":").split(":")[1].strip() for line in capsys.readouterr().out.splitlines())
    key = ec.derive_private_key(int.from_bytes(from_base64(private), "big"), ec.SECP256R1())
    assert to_base64(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)) == public


def test_an_administrator_is_made_once(run: Run, sqlite_world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("create-admin", "Boss@Example.org", "The boss") == 0
    assert run("create-admin", "boss@example.org") == 0
    assert run("create-admin", "boss") == 1
    (row,) = sqlite_world.rows("SELECT id, name FROM person WHERE email = 'boss@example.org'")
    assert row["name"] == "The boss"
    assert sqlite_world.rows("SELECT body FROM record WHERE scope = :scope", scope=f"person:{row['id']}")
    assert sqlite_world.rows("SELECT role FROM role WHERE person_id = :id", id=row["id"]) == [{"role": "admin"}]


def test_somebody_who_is_here_already_can_be_made_an_administrator(
    run: Run, sqlite_world: World, known: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("create-admin", known) == 0
    assert "is an administrator" in capsys.readouterr().out
    assert sqlite_world.rows("SELECT role, area FROM role WHERE person_id = 'p-known'") == [
        {"role": "admin", "area": ""}
    ]


def test_an_administrator_may_have_an_address_outside_the_organisation(run: Run, sqlite_world: World) -> None:
    config = replace(sqlite_world.config, demo=False, mail_domains=("example.nhs.uk",))
    boss = ("boss@example.org", sqlite_world.now)
    real = {"SECRET_KEY": config.secret_key}
    assert not sqlite_world.read(steps.reader, config, *boss).may
    run("create-admin", boss[0], **real)
    assert sqlite_world.read(steps.reader, config, *boss).may


def test_an_invitation_lets_one_address_in(run: Run, sqlite_world: World, capsys: pytest.CaptureFixture[str]) -> None:
    config = replace(sqlite_world.config, demo=False)
    assert run("invite", " Guest@Example.com ", SECRET_KEY=config.secret_key) == 0
    assert "guest@example.com can make an account" in capsys.readouterr().out
    assert sqlite_world.read(steps.reader, config, "guest@example.com", sqlite_world.now).may
    assert not sqlite_world.read(steps.reader, config, "other@example.com", sqlite_world.now).may
    assert run("invite", "guest") == 1


def test_who_lost_a_phone_starts_again_and_is_logged_out_everywhere(
    run: Run, sqlite_world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    run("create-admin", "boss@example.org")
    (row,) = sqlite_world.rows("SELECT id FROM person WHERE email = 'boss@example.org'")
    boss, secret = row["id"], sqlite_world.config.secret_key
    sqlite_world.write(factors.new_codes, secret, boss)
    sqlite_world.write(factors.add_app, secret, boss, "key", 0, "Chrome on Android", 1)
    sqlite_world.write(pending.start, secret, pending.CODES, sqlite_world.now, person=boss)
    touched = sqlite_world.write(sessions.begin, boss, "token", "Chrome on Android", sqlite_world.now, sqlite_world.now)
    sqlite_world.write(lambda connection: publish(sqlite_world.engine, connection, touched))
    nurse = sqlite_world.log_in("nurse")
    assert run("reset-factors", "boss@example.org") == 0
    assert "logged out everywhere" in capsys.readouterr().out
    for table in ("factor", "recovery_code", "pending_log_in"):
        assert sqlite_world.rows(f"SELECT * FROM {table}") == []
    assert sqlite_world.rows("SELECT revoked_at FROM session WHERE person_id = :boss", boss=boss)[0]["revoked_at"]
    devices = f"SELECT body FROM record WHERE kind = 'device' AND scope = 'person:{boss}'"
    assert sqlite_world.rows(devices) == [{"body": None}]
    assert nurse.get("/me").status_code == 200
    assert run("reset-factors", "nobody@example.org") == 1
    assert "Nobody has the address" in capsys.readouterr().err


def test_a_copy_is_made_while_the_app_runs_and_never_over_an_older_one(
    run: Run, sqlite_world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nurse = sqlite_world.log_in("nurse")
    copy = tmp_path / "copy.db"
    assert run("backup", str(copy)) == 0
    with sqlite3.connect(copy) as made:
        assert made.execute("SELECT count(*) FROM session").fetchone() == (1,)
    made.close()
    assert run("backup", str(copy)) == 1
    assert "is there already" in capsys.readouterr().err
    assert nurse.get("/me").status_code == 200


def test_a_restored_copy_is_another_history_and_phones_bring_back_what_it_lacks(
    run: Run, sqlite_world: World, tmp_path: Path
) -> None:
    nurse = sqlite_world.log_in("nurse")
    epoch = nurse.sync(device="phone-1").json()["epoch"]
    run("backup", str(tmp_path / "copy.db"))
    at = sqlite_world.now
    taken: dict[str, Any] = {"id": "action-000001", "seq": 1, "kind": "pledge.take", "v": 1, "at": at, "seen": 0}
    taken["data"] = {"pledge": "p1", "version": 1, "show": "name"}
    known = {"person": person_id("nurse"), "device": "phone-1", "epoch": epoch}
    assert nurse.sync(**known, actions=[taken]).json()["outcomes"][0][1] == "applied"

    assert run("restore", str(tmp_path / "copy.db")) == 0
    assert sqlite_world.rows("SELECT * FROM pledging WHERE person_id = :me", me=person_id("nurse")) == []
    told = nurse.sync(**known, actions=[]).json()
    assert told.keys() == {"epoch"}
    assert told["epoch"] != epoch
    again = nurse.sync(**known | told, actions=[taken]).json()
    assert again["outcomes"][0][1] == "applied"
    assert all(changes["reset"] for changes in again["scopes"].values())
    assert len(sqlite_world.rows("SELECT * FROM pledging WHERE person_id = :me", me=person_id("nurse"))) == 1


def test_what_is_no_copy_is_not_restored(
    run: Run, sqlite_world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text").write_text("not a database")
    before = sqlite_world.rows("SELECT epoch FROM lineage")
    for arguments in ([str(tmp_path / "text")], [str(tmp_path / "nowhere")], []):
        assert run("restore", *arguments) == 1
        assert capsys.readouterr().err.strip()
    assert sqlite_world.rows("SELECT epoch FROM lineage") == before


def test_on_postgresql_a_restore_is_its_own_and_then_a_new_history(
    run: Run, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    if world.config.is_sqlite:
        world.rows("SELECT 1")
        assert run("restore", "--new-epoch") == 1
        return
    url = {"DATABASE_URL": world.config.database_url}
    (before,) = world.rows("SELECT epoch FROM lineage")
    assert run("restore", "some.dump", **url) == 1
    assert run("backup", "some.dump", **url) == 1
    assert "its own" in capsys.readouterr().err
    assert run("restore", "--new-epoch", **url) == 0
    (after,) = world.rows("SELECT epoch FROM lineage")
    assert after != before


def test_the_worker_says_why_it_idles_on_sqlite_and_ends_when_told(sqlite_world: World, tmp_path: Path) -> None:
    settings = {"DATABASE_URL": sqlite_world.config.database_url, "VAR_DIR": str(tmp_path), "DEMO": "1"}
    command = [sys.executable, "-m", "server", "worker"]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | settings, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert "nothing to do here" in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_the_app_starts_on_an_empty_folder_and_again_on_the_same_data(live_server: LiveServer) -> None:
    assert "nurse" in live_server.log()
    database = f"sqlite:///{live_server.var_dir / 'common-ground.db'}"
    with open_world(database) as world:
        before = world.rows("SELECT id, version FROM scope ORDER BY id")
        live_server.stop()
        live_server.start()
        assert world.rows("SELECT id, version FROM scope ORDER BY id") == before
