"""The cast, for the tests of this folder."""

from tests.world import demo_file, demo_template, sqlite_world, world

__all__ = ["demo_file", "demo_template", "sqlite_world", "world"]
