"""Why a command does nothing. Knows no command."""

from __future__ import annotations


class Cannot(Exception):
    """In plain words, and with what to do. Several reasons are told together, each on a line of its own."""
