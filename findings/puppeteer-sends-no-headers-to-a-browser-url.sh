#!/bin/sh
# puppeteer.connect({browserURL, headers}) asks the host's root, and sends the headers with no request at all.
#
# A good guess is that `browserURL` is the base of the discovery and that `headers` go with it, as in Playwright's
# connectOverCDP. Puppeteer drops the path and the query of browserURL, and uses `headers` only with browserWSEndpoint. So
# a cloud browser behind https://HOST/SESSION, or behind a key in a header, is looked for at another place, without the
# key. Fetch json/version yourself and pass its webSocketDebuggerUrl as browserWSEndpoint.
#
# puppeteer-core 24.43.1 with Node 20.20.2, Linux, 2026-11-29. Exits with 1 if it behaves otherwise. No browser is needed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --no-audit --no-fund --silent puppeteer-core@24.43.1 ws@8.21.0
cat >headers.mjs <<'JAVASCRIPT'
import http from "node:http";
import puppeteer from "puppeteer-core";

const show = (request) => console.log("  ", request.method, request.url, "x-api-key:", request.headers["x-api-key"]);
const server = http.createServer((request, response) => {
  show(request);
  response.end(JSON.stringify({ webSocketDebuggerUrl: `ws://${request.headers.host}/devtools/browser/1` }));
});
server.on("upgrade", (request, socket) => {
  show(request);
  socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const place = `127.0.0.1:${server.address().port}/sessions/1?token=t`;

for (const address of [{ browserURL: `http://${place}` }, { browserWSEndpoint: `ws://${place}` }]) {
  console.log(Object.keys(address)[0]);
  await puppeteer.connect({ ...address, headers: { "x-api-key": "key" } }).catch(() => {});
}
process.exit();
JAVASCRIPT
node headers.mjs >output.txt
cat output.txt
diff output.txt - <<'EXPECTED'
browserURL
   GET /json/version x-api-key: undefined
   GET /devtools/browser/1 x-api-key: undefined
browserWSEndpoint
   GET /sessions/1?token=t x-api-key: key
EXPECTED
