"""The databases that other tests are given: of their own, and gone afterwards."""

import asyncio
from typing import Any

import asyncpg
import pytest

from tests.databases import new_database


async def ask(url: str, question: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


def test_a_copy_has_what_its_template_has_and_shares_nothing_with_it(postgresql_url: str) -> None:
    with new_database(postgresql_url) as template:
        asyncio.run(ask(template, "CREATE TABLE pledge AS SELECT 1 AS id"))
        with new_database(postgresql_url, template.rpartition("/")[2]) as copy:
            asyncio.run(ask(copy, "DELETE FROM pledge"))
            assert asyncio.run(ask(copy, "SELECT count(*) FROM pledge")) == 0
        assert asyncio.run(ask(template, "SELECT count(*) FROM pledge")) == 1


def test_a_database_is_gone_after_its_test(postgresql_url: str) -> None:
    with new_database(postgresql_url) as url:
        assert asyncio.run(ask(url, "SELECT 1")) == 1
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        asyncio.run(ask(url, "SELECT 1"))
