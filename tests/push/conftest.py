"""The demo world for tests of what rings phones."""

from tests.world import demo_file, demo_template, sqlite_world, world

__all__ = ["demo_file", "demo_template", "sqlite_world", "world"]
