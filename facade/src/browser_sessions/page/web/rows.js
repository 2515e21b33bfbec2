// The table: a row for each session. A row is drawn again only where it differs from what it shows.
import { alignedAmount, clock, part, refocus, seconds, span, visible } from "./text.js";

const HOURS = 6;
const MANY = 100; // rows, of which those outside the window are not laid out
const ACTIONS = { live_view: "Live view of", recordings: "Files of", stop: "Stop" };
const WRITE = {
  state: ({ row }, text) => (row.className = text),
  status: ({ status }, text) => (status.textContent = text),
  note: ({ note }, text) => (note.textContent = text),
  age: ({ age }, text) => (age.textContent = text),
  used: ({ used }, percent) => {
    used.parentElement.hidden = percent === null;
    used.style.width = `${percent ?? 0}%`;
  },
  from: ({ lived }, percent) => {
    lived.parentElement.hidden = percent === null;
    lived.style.left = `${percent ?? 0}%`;
  },
  lasting: ({ lived }, percent) => (lived.style.width = `${percent}%`),
  period: ({ lived }, text) => lived.parentElement.setAttribute("aria-label", text),
  cost: ({ cost }, text) => (cost.textContent = text),
  unit: ({ unit }, text) => (unit.textContent = text),
  region: ({ region }, text) => (region.textContent = region.title = text),
  marker: ({ marker }, text) => (marker.textContent = marker.title = text),
  ended: ({ live, stop }, ended) => (live.disabled = stop.disabled = ended),
};
const list = part("sessions");
const rows = new Map();

export function drawRows(sessions) {
  const focused = document.activeElement;
  const wanted = new Set(sessions.map((session) => session.ref));
  for (const [ref, parts] of rows) {
    if (wanted.has(ref)) continue;
    parts.row.remove();
    rows.delete(ref);
  }
  const drawn = sessions.map(drawRow);
  list.classList.toggle("many", drawn.length > MANY);
  let next = list.firstElementChild;
  for (const { row } of drawn) {
    if (row !== next && row === next?.nextElementSibling) {
      list.append(next); // alone at a wrong place; it gets to its own below
      next = row;
    }
    if (row === next) next = row.nextElementSibling;
    else list.insertBefore(row, next);
  }
  if (focused.isConnected && (focused.disabled || focused !== document.activeElement)) refocus(focused);
}

export const sessionOf = (element) => element.closest("tr")?.session;

function drawRow(session) {
  if (!rows.has(session.ref)) rows.set(session.ref, makeRow(session));
  const parts = rows.get(session.ref);
  if (parts.row.session === session && parts.wasOld === session.isOld) return parts;
  const looks = describe(session);
  if (looks.ended && !parts.looks.ended) parts.row.remove(); // it goes below those that are open
  parts.row.session = session;
  for (const [name, write] of Object.entries(WRITE)) if (looks[name] !== parts.looks[name]) write(parts, looks[name]);
  parts.looks = looks;
  parts.wasOld = session.isOld;
  return parts;
}

function makeRow(session) {
  const row = part("session").content.firstElementChild.cloneNode(true);
  const [name, status, age, line, cost, region, marker, actions] = row.children;
  const [live, recordings, stop] = actions.children;
  const ref = visible(session.ref);
  name.title = ref;
  name.firstChild.textContent = visible(session.id);
  name.lastChild.textContent = visible(session.provider);
  for (const button of [live, recordings, stop]) {
    button.hidden = !session.offers.includes(button.name);
    button.setAttribute("aria-label", `${ACTIONS[button.name]} ${ref}`);
  }
  return {
    row, live, stop, region, marker,
    status: status.firstChild, note: status.lastChild,
    age: age.firstChild, used: age.lastChild.firstChild,
    lived: line.firstChild.firstChild,
    cost: cost.firstChild, unit: cost.lastChild,
    looks: {},
  };
}

function describe(session) {
  const { now, start, limit, isOld } = session;
  const end = seconds(session.ended_at);
  const until = end ?? now;
  const ran = start === null ? null : Math.max(0, until - start);
  const used = start !== null && limit > start ? Math.min(1, ran / (limit - start)) : null;
  const at = (moment) => Math.min(100, Math.max(0, Math.round((100 - (now - moment) / (HOURS * 36)) * 2) / 2));
  const from = start === null ? null : Math.min(98, at(start));
  const known = /^[a-z_]+$/.test(session.status) ? session.status : "unknown";
  return {
    state: [known, end && "ended", isOld && "old", !end && used > 0.9 && "late"].filter(Boolean).join(" "),
    status: visible(session.status),
    note: note(session, end),
    age: ran === null ? "" : limit > start ? `${span(ran)} of ${span(limit - start)}` : span(ran),
    used: used === null ? null : Math.round(used * 100),
    from,
    lasting: Math.max(2, at(until) - from),
    period: start === null ? "" : `${clock(start)} to ${end ? clock(end) : "now"}`,
    cost: session.cost ? alignedAmount(session.cost.amount) : "",
    unit: visible(session.cost?.unit ?? ""),
    region: visible(session.region ?? ""),
    marker: visible(session.marker ?? ""),
    ended: end !== null,
  };
}

function note(session, end) {
  if (end) return `since ${clock(end)}`;
  if (session.isOld) return `seen ${clock(seconds(session.seen_at) ?? session.now)}`;
  return session.status === "unknown" ? visible(session.raw_status ?? "") : "";
}
