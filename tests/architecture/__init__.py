"""The rules of the project's shape, each a function: the root folder in, one sentence about each break out.

They read text and syntax trees only, and import nothing of ours but each other. `tests/test_architecture.py` holds the
project to them, and plants a break of each to prove that it is seen.
"""
