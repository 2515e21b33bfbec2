"""The version, which `nox -s release` writes: to look the installed one up takes half as long as to import httpx."""

__version__ = "0.2.0"
