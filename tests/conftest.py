"""How many examples Hypothesis tries: a few, the same in every run; or many new ones, as `nox -s fuzz` has it."""

from __future__ import annotations

import contextlib

# The environments of some sessions have no Hypothesis, and their tests no use for it.
with contextlib.suppress(ModuleNotFoundError):
    from hypothesis import HealthCheck, settings

    slow_machines = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile("few", slow_machines, max_examples=30, derandomize=True)
    settings.register_profile("many", slow_machines, max_examples=1000)
    settings.load_profile("few")
