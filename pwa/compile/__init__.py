"""One set of Jinja templates for two servers: a strict environment for Python, data to draw from for the phone.

The subset is listed in pwa/README.md. Knows nothing of pages, features, HTTP or the database.
"""

from pwa.compile.bundle import Compiled, compile_all, compile_templates
from pwa.compile.environment import CompileError, environment, load_words
from pwa.compile.subset import SUBSET

__all__ = ["SUBSET", "CompileError", "Compiled", "compile_all", "compile_templates", "environment", "load_words"]
