"""The demo world for the planted faults."""

from tests.world import demo_file

__all__ = ["demo_file"]
