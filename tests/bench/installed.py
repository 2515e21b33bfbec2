"""What an installation takes: its distributions, and the bytes of all their files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.bench.environments import packages_of, versions
from tests.bench.measurements import Installed
from tests.bench.setting import Setting


def weigh(setting: Setting) -> Iterator[Installed]:
    """Yield what is in each environment; there is no pip in any."""
    for name, python in setting.pythons.items():
        files = [path for path in packages_of(python).rglob("*") if path.is_file()]
        yield Installed(
            environment=name,
            distributions=versions(python),
            size=sum(path.stat().st_size for path in files),
            has_route=name in setting.wires and _has_route(files, setting.wires[name].route),
        )


def _has_route(files: list[Path], route: str) -> bool:
    modules = (path for path in files if path.suffix == ".py")
    return any(route.strip("/").encode() in path.read_bytes() for path in modules)
