"use strict";

// What a provider says is text: it goes into textContent, and nowhere else.
const HOURS = 6;
const part = (id) => document.getElementById(id);
const rows = new Map();
let latest = null;
let confirmed = null;
let asked = 0;

function make(name, className = "", text = "") {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function span(seconds) {
  const minutes = Math.max(0, Math.floor(seconds / 60));
  if (minutes < 1) return `${Math.max(0, Math.floor(seconds))} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

const time = (text) => (text ? Date.parse(text) / 1000 : null);
const began = (session) => time(session.created_at) ?? time(session.started_at);

function makeRow(session) {
  const row = make("tr");
  row.setAttribute("role", "row");
  const cells = Array.from({ length: 8 }, () => {
    const cell = make("td");
    cell.setAttribute("role", "cell");
    row.append(cell);
    return cell;
  });
  const [name, status, age, timeline, cost, region, marker, actions] = cells;
  name.append(make("span", "id", session.id), make("span", "by", session.provider));
  name.title = session.ref;
  const texts = make("span");
  const track = make("span", "track");
  const fill = make("span", "fill");
  track.append(fill);
  age.append(texts, track);
  const line = make("span", "track");
  const lived = make("span", "fill");
  line.append(lived);
  timeline.append(line);
  actions.className = "actions";
  const buttons = [["Live", show, "/live-view"], ["Files", show, "/recordings"], ["Stop", confirmStop, ""]].map(([label, act, path]) => {
    const button = make("button", act === confirmStop ? "danger" : "", label);
    button.type = "button";
    button.setAttribute("aria-label", `${{ Live: "Live view of", Files: "Files of", Stop: "Stop" }[label]} ${session.ref}`);
    button.addEventListener("click", () => act(row.session, path));
    actions.append(button);
    return button;
  });
  return { row, status, texts, track, fill, lived, cost, region, marker, buttons };
}

function update(parts, session, now) {
  const { row, status, texts, track, fill, lived, cost, region, marker, buttons } = parts;
  const over = session.status === "over";
  row.session = session;
  const start = began(session);
  const end = over ? time(session.over_at) : now;
  const limit = time(session.expires_at);
  const used = start !== null && limit > start ? Math.min(1, Math.max(0, (end - start) / (limit - start))) : null;
  const name = [over ? "over" : "", session.is_stale ? "stale" : "", used > 0.9 ? "late" : ""].filter(Boolean).join(" ");
  if (row.className !== name) row.className = name;
  if (status.dataset.status !== session.status) {
    status.dataset.status = session.status;
    status.className = "status";
    if (/^[a-z_]+$/.test(session.status)) status.classList.add(session.status);
  }
  put(status, session.is_stale ? `${session.status}?` : session.status);
  status.title = session.is_stale ? "Not seen in the last reading, which was not complete" : session.raw_status ?? "";
  const age = start === null ? "–" : span(end - start);
  put(texts, start !== null && limit ? `${age} of ${span(limit - start)}` : age);
  track.hidden = used === null;
  fill.style.width = `${Math.round((used ?? 0) * 100)}%`;
  const at = (moment) => Math.min(100, Math.max(0, 100 - ((now - moment) / (HOURS * 36))));
  lived.parentElement.hidden = start === null;
  lived.style.left = `${at(start ?? now).toFixed(1)}%`;
  lived.style.width = `${Math.max(1, at(end) - at(start ?? now)).toFixed(1)}%`;
  put(cost, session.cost ? `${session.cost.amount} ${session.cost.unit}` : "–");
  put(region, session.region ?? "–");
  put(marker, session.marker ?? "–");
  marker.title = session.marker ?? "";
  buttons[0].disabled = buttons[2].disabled = over;
}

const ORDERS = {
  expires: (session) => time(session.expires_at) ?? Infinity,
  age: (session) => began(session) ?? Infinity,
  cost: (session) => -Number(session.cost?.amount ?? -1),
  status: (session) => session.status,
  provider: (session) => session.provider,
};

function chosen() {
  const words = part("filter").value.toLowerCase().split(/\s+/);
  const key = ORDERS[part("sort").value];
  const found = latest.sessions.filter((session) => {
    const text = [session.ref, session.status, session.raw_status, session.region, session.marker].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return found.map((session) => [session.status === "over", key(session), session]).sort((one, other) =>
    one[0] - other[0] || (one[1] < other[1] ? -1 : one[1] > other[1] ? 1 : 0)).map((each) => each[2]);
}

function draw() {
  if (!latest) return;
  const now = time(latest.at);
  const list = part("sessions");
  const shown = chosen();
  const known = new Set(latest.sessions.map((session) => session.ref));
  for (const [ref, parts] of rows) if (!known.has(ref)) { parts.row.remove(); rows.delete(ref); }
  const wanted = new Set(shown.map((session) => session.ref));
  for (const [ref, parts] of rows) if (!wanted.has(ref)) parts.row.remove();
  let next = list.firstElementChild;
  for (const session of shown) {
    if (!rows.has(session.ref)) rows.set(session.ref, makeRow(session));
    const parts = rows.get(session.ref);
    update(parts, session, now);
    if (parts.row === next) next = next.nextElementSibling;
    else list.insertBefore(parts.row, next);
  }
  put(part("count"), `${shown.length.toLocaleString()} of ${latest.sessions.length.toLocaleString()} shown`);
}

function drawProviders() {
  part("providers").replaceChildren(...latest.providers.map((provider) => {
    const card = make("div", "provider");
    const account = provider.account ?? {};
    const limit = account.concurrency_limit;
    const running = account.running ?? provider.open;
    card.append(make("h2", "", provider.provider), make("p", "number", `${provider.open} open`));
    if (limit != null) card.append(make("p", "", `${Math.max(0, limit - running)} of ${limit} free`));
    else card.append(make("p", "", account.is_unlimited ? "no limit" : "limit not said"));
    const costs = new Map();
    for (const { provider: name, cost, status } of latest.sessions)
      if (name === provider.provider && cost && status !== "over") costs.set(cost.unit, (costs.get(cost.unit) ?? 0) + Number(cost.amount));
    for (const [unit, amount] of costs) card.append(make("p", "", `${Number(amount.toFixed(4))} ${unit} so far`));
    if (account.spent != null) card.append(make("p", "", `${account.spent} ${account.unit ?? ""} spent`));
    if (account.balance != null) card.append(make("p", "", `${account.balance} ${account.unit ?? ""} left`));
    return card;
  }));
  const problems = latest.providers.flatMap(({ provider, error, account_error, unread }) => [
    error && `${provider}: ${error}`,
    account_error && `${provider}: account: ${account_error}`,
    unread && `${provider}: ${unread} ${unread === 1 ? "row" : "rows"} of the list cannot be read`,
  ]).filter(Boolean);
  part("problems").replaceChildren(...problems.map((text) => {
    const row = make("tr");
    row.setAttribute("role", "row");
    const cell = make("td", "", text);
    cell.setAttribute("role", "cell");
    row.append(cell);
    return row;
  }));
}

function ask(title, text, label) {
  asked += 1;
  put(part("title"), title);
  put(part("text"), text);
  part("addresses").replaceChildren();
  part("confirm").hidden = !label;
  put(part("confirm"), label);
  if (!part("dialog").open) part("dialog").showModal();
  part("close").focus();
  return asked;
}

async function send(path, session) {
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "X-Browser-Sessions": "page", "Content-Type": "application/json" },
      body: JSON.stringify({ ref: session.ref }),
    });
    if (response.headers.get("Content-Type") !== "application/json") return { error: await response.text() };
    return await response.json();
  } catch {
    return { error: "The server of this page cannot be reached." };
  }
}

async function show(session, path) {
  const title = `${path === "/live-view" ? "Live view" : "Recordings"} of ${session.ref}`;
  const number = ask(title, "Asking the provider…", "");
  const { error, addresses = [] } = await send(path, session);
  if (number !== asked || !part("dialog").open) return;
  put(part("text"), error ?? (addresses.length ? "Whoever has an address can open it." : "There are none."));
  part("addresses").replaceChildren(...addresses.filter(({ url }) => /^https?:\/\//i.test(url)).map(({ name, url }) => {
    const link = make("a", "", name);
    link.href = url;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    const item = make("li");
    item.append(link);
    return item;
  }));
}

function confirmStop(session) {
  ask(`Stop ${session.ref}?`, `Its browser ends at once, and with it whatever runs in it. Status: ${session.status}; marker: ${session.marker ?? "none"}.`, "Stop this session");
  confirmed = session;
}

part("confirm").addEventListener("click", async () => {
  const session = confirmed;
  const number = ask(`Stop ${session.ref}`, "Stopping…", "");
  const { error, status } = await send("/stop", session);
  if (number === asked) put(part("text"), error ?? `It is over: ${status}.`);
});
part("close").addEventListener("click", () => part("dialog").close());
part("dialog").addEventListener("close", () => part("addresses").replaceChildren());
part("filter").addEventListener("input", draw);
part("sort").addEventListener("change", draw);

const events = new EventSource("/events");
events.addEventListener("message", ({ data }) => {
  performance.mark("update");
  latest = JSON.parse(data);
  drawProviders();
  draw();
  performance.measure("update", "update");
  const open = latest.providers.reduce((sum, provider) => sum + provider.open, 0);
  part("state").className = "";
  put(part("state"), `${open.toLocaleString()} open, read at ${new Date(latest.at).toLocaleTimeString()}`);
});
events.addEventListener("error", () => {
  part("state").className = "lost";
  put(part("state"), "The server of this page cannot be reached; what is shown is old.");
});
