"""Trace every attempt to fetch a session, and tell Prometheus what a fleet of them is doing."""

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

from browser_sessions import BrowserSession, Client

os.environ.setdefault("OTEL_SEMCONV_STABILITY_OPT_IN", "http")  # today's names of a span's attributes


class Fleet:
    """A collector: sessions, counted and summed up anew for each scrape."""

    def __init__(self, client: Client, refs: list[str]) -> None:
        self._client = client
        self._refs = refs

    def collect(self) -> Iterator[Any]:
        """Yield the metrics, which know of no session that was in an earlier scrape alone."""
        now, registry = datetime.now(UTC), CollectorRegistry()
        gauge = partial(Gauge, registry=registry)
        sessions = gauge("browser_sessions", "Sessions", ["provider", "status"])
        oldest = gauge("browser_sessions_oldest_seconds", "Age of the oldest that is not over", ["provider"])
        cost = gauge("browser_sessions_cost", "Cost so far", ["provider", "unit"])
        errors = gauge("browser_sessions_errors", "Sessions not fetched", ["provider", "error"])
        ages: dict[str, float] = {}
        with trace.get_tracer(__name__).start_as_current_span("scrape"):
            results = sorted(self._client.get_many(self._refs), key=lambda result: str(result[0]))
        for _, found in results:
            if not isinstance(found, BrowserSession):
                errors.labels(found.provider or "", type(found).__name__).inc()
                continue
            sessions.labels(found.provider, found.status).inc()
            started = found.started_at or found.created_at
            if started and not (found.status.is_terminal or found.ended_at):
                ages[found.provider] = max(ages.get(found.provider, 0.0), (now - started).total_seconds())
                oldest.labels(found.provider).set(ages[found.provider])
            if found.cost:
                cost.labels(found.provider, found.cost.unit).inc(float(found.cost.amount))
        yield from registry.collect()


def trace_attempts() -> None:
    """Let each request that goes through a transport of httpx in this process be a span."""
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter(formatter=line_of)))
    trace.set_tracer_provider(provider)
    HTTPXClientInstrumentor().instrument()


def line_of(span: ReadableSpan) -> str:
    """Return all that is known of a span, indented below the one that it is a part of, which ends later."""
    return f"{'  ' if span.parent else ''}{span.name} {json.dumps(dict(span.attributes or {}))}\n"


def main() -> None:
    """Print the metrics, or serve them until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, help="where Prometheus may ask; without it, the metrics are printed once")
    parser.add_argument("refs", nargs="+", metavar="REF", help="a session: provider:id")
    options = parser.parse_args()
    trace_attempts()
    # Prometheus gives up after ten seconds, and then has nothing. A transport of httpx is what is traced.
    with Client(deadline=8, transport=httpx.HTTPTransport()) as client:
        registry = CollectorRegistry()
        registry.register(Fleet(client, list(dict.fromkeys(options.refs))))
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
