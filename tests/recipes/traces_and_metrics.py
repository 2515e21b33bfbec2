"""Trace every attempt to list sessions, and export what is open to Prometheus."""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx
from opentelemetry import trace
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor
from prometheus_client import CollectorRegistry, Gauge, generate_latest, start_http_server

from browser_sessions import PROVIDERS, BrowserSession, Client
from browser_sessions.errors import BrowserSessionsError

os.environ.setdefault("OTEL_SEMCONV_STABILITY_OPT_IN", "http")  # the current names of a span's attributes


class Fleet:
    """A collector: lists open sessions for each scrape, and counts and sums them."""

    def __init__(self, client: Client, providers: list[str] | None) -> None:
        self._client = client
        self._providers = providers

    def collect(self) -> Iterator[Any]:
        """Yield the metrics, without sessions that only an earlier scrape had."""
        now, registry = datetime.now(UTC), CollectorRegistry()
        gauge = partial(Gauge, registry=registry)
        sessions = gauge("browser_sessions", "Open sessions", ["provider", "status"])
        oldest = gauge("browser_sessions_oldest_seconds", "Age of the oldest", ["provider"])
        cost = gauge("browser_sessions_cost", "Cost so far", ["provider", "unit"])
        unread = gauge("browser_sessions_unread", "Sessions in lists that cannot be read", ["provider"])
        errors = gauge("browser_sessions_errors", "Lists that cannot be read to their end", ["provider", "error"])
        with trace.get_tracer(__name__).start_as_current_span("scrape"):
            listed = self._client.list_many(self._providers)
            results = sorted(listed, key=lambda result: (result[0], age_of(result[1], now)))
        for provider, found in results:
            if not isinstance(found, BrowserSession):
                errors.labels(provider, type(found).__name__).inc()
                continue
            sessions.labels(provider, found.status).inc()
            oldest.labels(provider).set(age_of(found, now))  # the oldest comes last
            if found.cost:
                cost.labels(provider, found.cost.unit).inc(float(found.cost.amount))
        for provider, rows in sorted(listed.skipped.items()):
            unread.labels(provider).set(len(rows))
        yield from registry.collect()


def age_of(found: BrowserSession | BrowserSessionsError, now: datetime) -> float:
    """Return the age of a running session in seconds; 0 for an error, or if its provider reports no time."""
    if not isinstance(found, BrowserSession) or found.ended_at:
        return 0.0
    began = found.created_at or found.started_at
    return (now - began).total_seconds() if began else 0.0


def trace_attempts() -> None:
    """Make a span of each request through an httpx transport in this process."""
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter(formatter=line_of)))
    trace.set_tracer_provider(provider)
    HTTPXClientInstrumentor().instrument()


def line_of(span: ReadableSpan) -> str:
    """Return a span as a line, indented if it has a parent, which ends later."""
    return f"{'  ' if span.parent else ''}{span.name} {json.dumps(dict(span.attributes or {}))}\n"


def main() -> None:
    """Print the metrics, or serve them until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, help="serve Prometheus here; by default, the metrics are printed once")
    parser.add_argument("--provider", action="append", choices=[*PROVIDERS], help="by default, all whose key is set")
    options = parser.parse_args()
    trace_attempts()
    # Prometheus gives up after ten seconds. Only an httpx transport is traced.
    with Client(deadline=8, transport=httpx.HTTPTransport()) as client:
        registry = CollectorRegistry()
        registry.register(Fleet(client, options.provider))
        if options.port is None:
            print(generate_latest(registry).decode(), end="")
        else:
            _, thread = start_http_server(options.port, "127.0.0.1", registry)
            with suppress(KeyboardInterrupt):
                thread.join()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
