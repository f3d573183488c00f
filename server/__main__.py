"""python -m server <command>: everything that is run by hand or by a Procfile, each in one line of help."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from server.backup import CannotRestore
from server.cannot import Cannot
from server.commands import COMMANDS
from server.config import ConfigProblems
from server.features import ContentProblems

HELP = {
    "web": "serve the app; on SQLite it first brings the database up to date",
    "worker": "on PostgreSQL: sends push messages and does the daily housekeeping, in a process of its own",
    "migrate": "bring the tables of the database up to date (the release step)",
    "demo": "make the demo people and print how to log in as them (needs DEMO=1)",
    "check": "look at settings, database, templates and content, and say what has to be put right",
    "content": "read the content files again; on a mistake what people have stays as it is",
    "vapid-keys": "print a new pair of keys for push messages",
    "create-admin": "let one email address log in as an administrator",
    "grant": "give a person who is here a role; --list names the roles and what each is for",
    "revoke": "take a role away again",
    "load-teams": "make the teams and sites those of a CSV file (docs/teams.example.csv)",
    "leave": "somebody has left: end their log ins and keep nothing of theirs",
    "invite": "let one email address make an account, within 14 days",
    "reset-factors": "for a lost phone: take away a person's second steps and end all their log ins",
    "backup": "copy the SQLite database to FILE while the app runs",
    "restore": "put FILE in place of the database; phones then send again what it lacks",
}


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m server",
        description="\n".join(f"  {name:14}{words}" for name, words in HELP.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = made.add_subparsers(dest="command", metavar="command", required=True).add_parser
    commands = {name: add(name, description=words) for name, words in HELP.items()}
    commands["web"].add_argument("--alone", action="store_true", help="on PostgreSQL: also do what `worker` does")
    commands["create-admin"].add_argument("email")
    commands["create-admin"].add_argument("name", nargs="?", default="Administrator")
    for name, needed in (("grant", "?"), ("revoke", None)):
        commands[name].add_argument("role", nargs=needed)
        commands[name].add_argument("email", nargs=needed)
        commands[name].add_argument("area", nargs="?", default="", help="the id of the network, team or place")
    commands["grant"].add_argument("--list", action="store_true", dest="show", help="name the roles there are")
    commands["load-teams"].add_argument("file", type=Path)
    commands["leave"].add_argument("email")
    commands["invite"].add_argument("email")
    commands["reset-factors"].add_argument("email")
    commands["backup"].add_argument("file", type=Path)
    commands["restore"].add_argument("file", nargs="?", type=Path)
    commands["restore"].add_argument("--new-epoch", action="store_true", help="after PostgreSQL's own restore")
    return made


def main(arguments: list[str] | None = None) -> int:
    asked = vars(parser().parse_args(arguments))
    command = asked.pop("command").replace("-", "_")
    try:
        COMMANDS[command](**asked)
    except (ConfigProblems, ContentProblems) as found:
        for problem in found.problems:
            print(problem, file=sys.stderr)
        return 1
    except (Cannot, CannotRestore) as why:
        print(why, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
