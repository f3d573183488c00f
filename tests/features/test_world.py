"""The demo world that the tests and `./dev run` share."""

from sqlalchemy import Connection, text

from server.access import ANYONE, scopes_of
from server.demo import CAST, JOINED, ROLES, ensure
from sync import differences
from tests.world import World


def test_a_second_start_changes_nothing(world: World) -> None:
    before = world.rows("SELECT * FROM record ORDER BY scope, kind, id")
    world.write(ensure, world.config)
    assert world.rows("SELECT * FROM record ORDER BY scope, kind, id") == before


def test_an_older_demo_is_given_the_roles_and_networks_it_was_made_without(sqlite_world: World) -> None:
    def take_away(connection: Connection) -> None:
        for table in ("role", "membership"):
            connection.execute(text(f"DELETE FROM {table}"))
        connection.execute(text("DELETE FROM record WHERE kind = 'membership'"))

    sqlite_world.write(take_away)
    pledges = sqlite_world.rows("SELECT * FROM pledging ORDER BY shown_id")
    sqlite_world.write(ensure, sqlite_world.config)
    counted = "SELECT (SELECT count(*) FROM role) AS roles, (SELECT count(*) FROM membership) AS members"
    assert sqlite_world.rows(counted) == [{"roles": len(ROLES), "members": len(JOINED)}]
    assert sqlite_world.rows("SELECT * FROM pledging ORDER BY shown_id") == pledges


def test_every_record_is_what_its_projection_makes_now(world: World) -> None:
    assert world.read(lambda connection: differences(world.engine, connection)) == []


def test_the_journeys_start_with_nothing_taken(world: World) -> None:
    assert world.phone("nurse").all("pledging") == {}
    assert world.phone("newcomer").all("pledging") == {}


def test_the_newcomer_is_alone_in_a_team(world: World) -> None:
    teams = [team for _, _, team in CAST.values()]
    assert teams.count(CAST["newcomer"][2]) == 1


def test_somebody_who_is_gone_may_hold_only_what_anyone_may(world: World) -> None:
    """A person may be removed between the look at the session and the pull."""
    assert world.read(scopes_of, world.engine.key, "nobody-we-know") == list(ANYONE)
