"""Many people with a log in each, written by the server's own functions.

`python -m bench.peers.people <database> <workload>`, beside the server. One more team holds the first pull.
"""

import asyncio
import dataclasses
import json
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from bench.workload import Workload
from server.config import Config
from server.db import Db
from server.features import engine
from server.people import Person, Team, put_person, put_team
from server.sessions import begin
from sync import Engine, Touch, projection, publish

LIBRARY = "library"
LIBRARY_KIND = "bench_document"
READER = "reader"

Key = tuple[str, str]


def token(who: str) -> str:
    return f"bench-{who}"


async def write(url: str, work: Workload) -> None:
    database = Db(url)
    database.open()
    server = engine(Config.for_tests(database_url=url))
    library = _library(work)
    await database.write(
        _people, dataclasses.replace(server, projections={**server.projections, LIBRARY_KIND: library}), work
    )
    await database.close()


def _people(connection: Connection, server: Engine, work: Workload) -> None:
    now = int(time.time() * 1000)
    touched = []
    for team in [*work.scopes(), LIBRARY]:
        touched += put_team(connection, Team(id=team, name=f"Team {team}", site="Site", inpatient=False))
    teams = {str(device): work.team(device) for device in range(work.devices)} | {READER: LIBRARY}
    for who, team in teams.items():
        touched += put_person(connection, Person(id=f"bench-{who}", name=f"Nurse {who}", role="Nurse", team_id=team))
        touched += begin(connection, f"bench-{who}", token(who), "A phone", now)
    touched += [Touch(LIBRARY_KIND, f"team:{LIBRARY}", document["id"]) for document in work.library()]
    publish(server, connection, touched)


def _library(work: Workload) -> Any:
    documents = {document["id"]: document for document in work.library()}

    @projection(LIBRARY_KIND)
    def library_records(connection: Connection, keys: Sequence[Key]) -> Mapping[Key, dict[str, Any]]:
        return {(scope, id): documents[id] for scope, id in keys}

    return library_records


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1], Workload(**json.loads(sys.argv[2]))))
