"""All of the facade, imported before a test starts threads that would import it.

pytest compiles the modules of a plugin's distribution itself, and CPython 3.11 cannot make two syntax trees at a time.
"""

from __future__ import annotations

import importlib
import pkgutil

import browser_sessions

for module in pkgutil.walk_packages(browser_sessions.__path__, "browser_sessions."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
