#!/bin/sh
# puppeteer.connect() to a browser that refuses does not reject with an Error: no stack, and the text [object Object].
#
# A good guess is that `catch (error)` gets an Error, whose text says what happened. A WebSocket that is refused, as that
# of a cloud browser whose session has ended, rejects with the ErrorEvent of the library `ws`: `String(error)` and
# `${error}` are "[object Object]", JSON.stringify(error) is "{}", `instanceof Error` is false, and a handler that reads
# error.stack logs "undefined". The status is in error.message, and the real Error in error.error. With browserURL, the
# same refusal is an Error.
#
# puppeteer-core 24.43.1 with Node 20.20.2, Linux, 2026-11-29. Exits with 1 if it behaves otherwise. No browser is needed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --no-audit --no-fund --silent puppeteer-core@24.43.1 ws@8.21.0
cat >refused.mjs <<'JAVASCRIPT'
import http from "node:http";
import puppeteer from "puppeteer-core";

const server = http.createServer((request, response) => response.writeHead(410).end());
server.on("upgrade", (request, socket) => socket.end("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"));
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const host = `127.0.0.1:${server.address().port}`;

for (const address of [{ browserWSEndpoint: `ws://${host}/session` }, { browserURL: `http://${host}` }]) {
  try {
    await puppeteer.connect(address);
  } catch (error) {
    const text = String(error).replace(host, "HOST");
    console.log(Object.keys(address)[0], error instanceof Error, typeof error.stack, text);
    console.log("   ", error.message.replace(host, "HOST"), "|", JSON.stringify(error), "|", error.error instanceof Error);
  }
}
process.exit();
JAVASCRIPT
node refused.mjs >output.txt
cat output.txt
diff output.txt - <<'EXPECTED'
browserWSEndpoint false undefined [object Object]
    Unexpected server response: 410 | {} | true
browserURL true string Error: Failed to fetch browser webSocket URL from http://HOST/json/version: HTTP Gone
    Failed to fetch browser webSocket URL from http://HOST/json/version: HTTP Gone | {} | false
EXPECTED
