#!/bin/sh
# A span of opentelemetry-instrumentation-httpx ends with the response's headers: a slow body takes no time, a lost one is 200.
#
# A good guess is that the span of `httpx.get(url)` lasts as long as the call and records its exception. The instrumentation
# wraps httpx's transport, which returns before the body is read. So the span of a call that took a second for its body lasts
# some milliseconds, and that of a call that failed with RemoteProtocolError has the status 200, no error and no exception.
#
# opentelemetry-instrumentation-httpx 0.66b2, opentelemetry-sdk 1.45.2, httpx 0.28.1 with Python 3.11, Linux, 2026-11-29.
# Exits with 1 if it behaves otherwise.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps opentelemetry-instrumentation-httpx==0.66b2 \
    opentelemetry-instrumentation==0.66b2 opentelemetry-semantic-conventions==0.66b2 opentelemetry-util-http==0.66b2 \
    opentelemetry-api==1.45.2 opentelemetry-sdk==1.45.2 wrapt==2.5.2 packaging==26.4 typing-extensions==4.16.0 \
    httpx==0.28.1 httpcore==1.0.9 h11==0.16.0 anyio==4.16.0 idna==3.20 certifi==2026.10.19.post1 2>/dev/null
"$folder/venv/bin/python" - <<'PYTHON' >"$folder/output.txt"
import socket
import threading
import time

import httpx
from opentelemetry import trace
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

spans = InMemorySpanExporter()
trace.set_tracer_provider(provider := TracerProvider())
provider.add_span_processor(SimpleSpanProcessor(spans))
HTTPXClientInstrumentor().instrument()


def serve(listener):
    for length in (2, 100):
        connection, _ = listener.accept()
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n{" % length)
        time.sleep(1)
        connection.sendall(b"}")
        connection.close()


listener = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=serve, args=[listener], daemon=True).start()
for body in ("slow", "lost"):
    began = time.monotonic()
    try:
        outcome = httpx.get(f"http://127.0.0.1:{listener.getsockname()[1]}/").text
    except httpx.HTTPError as error:
        outcome = type(error).__name__
    span = spans.get_finished_spans()[-1]
    waited = [seconds > 0.9 for seconds in (time.monotonic() - began, (span.end_time - span.start_time) / 1e9)]
    print(f"{body}: {outcome}; the call and the span waited for it: {waited}")
    print("  span:", span.attributes["http.status_code"], span.status.status_code.name, len(span.events), "events")
PYTHON
cat "$folder/output.txt"
diff "$folder/output.txt" - <<'EXPECTED'
slow: {}; the call and the span waited for it: [True, False]
  span: 200 UNSET 0 events
lost: RemoteProtocolError; the call and the span waited for it: [True, False]
  span: 200 UNSET 0 events
EXPECTED
