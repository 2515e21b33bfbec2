// What the page knows, and when it is drawn.
import { chooseReap, confirmStop, showLinks } from "./dialog.js";
import { drawProviders } from "./providers.js";
import { drawRows, sessionOf } from "./rows.js";
import { part, put, seconds } from "./text.js";

const RETRY = 3000; // milliseconds
const reports = new Map();
let events = null;
let isLost = false;
let isDue = false;

const ORDERS = {
  limit: ({ limit }) => limit ?? Infinity,
  age: ({ start }) => start ?? Infinity,
  cost: ({ cost }) => -Number(cost?.amount ?? -1),
  status: ({ status }) => status,
  provider: ({ provider }) => provider,
};
const ACTIONS = {
  live_view: (session) => showLinks(session, "/live-view", "Live view"),
  recordings: (session) => showLinks(session, "/recordings", "Recordings"),
  stop: (session) => confirmStop([session]),
};

function watch() {
  events?.close();
  if (document.hidden) return; // a browser has six connections to a server, and this would keep one
  events = new EventSource("/events");
  events.addEventListener("open", () => connected(true, "Live"));
  events.addEventListener("message", ({ data }) => {
    const report = JSON.parse(data);
    reports.set(report.provider, report);
    for (const session of report.sessions ?? []) prepare(session, report);
    drawSoon();
  });
  events.addEventListener("error", () => {
    if (events.readyState !== EventSource.CLOSED) {
      connected(false, "Not connected: the server of this page cannot be reached. What you see is old.");
      return;
    }
    // It responds, and does not know this browser: the command was started again.
    connected(false, "Not connected: open the URL that the command printed last. What you see is old.");
    setTimeout(watch, RETRY);
  });
}

function connected(is, text) {
  isLost = !is;
  part("state").className = is ? "live" : "lost";
  put(part("state"), text);
  drawSoon();
}

function prepare(session, report) {
  session.offers = report.offers;
  session.now = seconds(report.at);
  session.start = seconds(session.created_at) ?? seconds(session.started_at);
  session.limit = seconds(session.expires_at);
  const { ref, status, raw_status: rawStatus, region, marker } = session;
  session.words = [ref, status, rawStatus, region, marker].join(" ").toLowerCase();
}

function drawSoon() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    draw();
  });
}

function draw() {
  const all = [...reports.values()];
  for (const report of all) {
    report.isOld = isOld(report);
    for (const session of report.sessions ?? [])
      session.isOld = !session.ended_at && (report.isOld || Boolean(session.seen_at));
  }
  const sessions = all.flatMap((report) => report.sessions ?? []);
  const shown = chosen(sessions);
  drawProviders(all);
  drawRows(shown);
  const [some, every] = [shown, sessions].map(({ length }) => length.toLocaleString("en"));
  put(part("count"), some === every ? `${some} shown` : `${some} of ${every} shown`);
  part("empty").hidden = shown.length > 0;
  const isRead = all.every(({ at, error, unread }) => at && !error && !unread);
  const none = isRead ? "No session is open." : "No session has been read.";
  put(part("empty"), sessions.length ? "No session matches the filter." : none);
}

// Two readings were missed, or the server is gone.
function isOld({ at, interval }) {
  return Boolean(at) && (isLost || Date.now() / 1000 - seconds(at) > 3 * interval + 15);
}

function chosen(sessions) {
  const words = part("filter").value.toLowerCase().split(/\s+/);
  const key = ORDERS[part("sort").value];
  return sessions
    .filter((session) => words.every((word) => session.words.includes(word)))
    .map((session) => [Boolean(session.ended_at), key(session), session])
    .sort((one, other) => one[0] - other[0] || (one[1] < other[1] ? -1 : one[1] > other[1] ? 1 : 0))
    .map(([, , session]) => session);
}

part("sessions").addEventListener("click", ({ target }) => ACTIONS[target.name]?.(sessionOf(target)));
part("sessions").addEventListener("keydown", (event) => {
  const side = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  const buttons = (row) => [...row.querySelectorAll("button:enabled:not([hidden])")];
  let row = side && event.target.closest("tr")?.[side];
  while (row && !buttons(row).length) row = row[side];
  if (!row) return;
  event.preventDefault();
  (buttons(row).find(({ name }) => name === event.target.name) ?? buttons(row)[0]).focus();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.matches("input") || part("dialog").open) return;
  event.preventDefault();
  part("filter").focus();
});
part("filter").addEventListener("input", drawSoon);
part("sort").addEventListener("change", drawSoon);
part("reap").addEventListener("click", chooseReap);
document.addEventListener("visibilitychange", watch);
setInterval(() => {
  if ([...reports.values()].some((report) => report.isOld !== isOld(report))) drawSoon();
}, 1000);
watch();
