// The dialog: links that a provider is asked for, and the question before sessions end.
import { make, part, put, refocus, seconds, span, visible } from "./text.js";

const dialog = part("dialog");
let opener = null;
let turn = 0; // a response that comes after the dialog was closed, or opened for something else, is dropped

export async function showLinks(session, path, what) {
  show(`${what} of ${session.ref}`, "Asking the provider…");
  const response = await ask(path, { ref: session.ref });
  if (!response) return;
  const links = (response.links ?? []).filter(({ url }) => /^https?:\/\//i.test(url));
  put(part("text"), visible(response.error ?? (links.length ? "Anyone who has a link can open it." : "The provider has no such link.")));
  part("items").replaceChildren(...links.map(link));
}

export function confirmStop(sessions) {
  const isOne = sessions.length === 1;
  const these = isOne ? "this session" : `these ${sessions.length.toLocaleString("en")} sessions`;
  show(`Stop ${these}?`, `${isOne ? "Its browser ends" : "Their browsers end"} at once, with whatever runs there.`);
  part("items").replaceChildren(...sessions.map(item));
  offer(`Stop ${these}`, () => stop(sessions));
}

export function chooseReap() {
  const yours = "those in your ledger, and those with your owner's marker";
  show("Reap", `Find sessions of yours that were left running: ${yours}. Nothing is stopped yet.`);
  part("older").hidden = false;
  offer("Find", findReapable);
  part("minutes").focus();
}

async function findReapable() {
  if (!part("minutes").reportValidity()) return;
  show("Reap", "Asking the providers…");
  const response = await ask("/reapable", { minutes: Number(part("minutes").value) });
  if (!response) return;
  if (response.sessions?.length) confirmStop(response.sessions);
  else put(part("text"), visible(response.error ?? "No session of yours is that old."));
  part("items").append(...(response.notes ?? []).map((text) => make("li", "danger", text)));
}

async function stop(sessions) {
  show("Stop", "Stopping…");
  const response = await ask("/stop", { refs: sessions.map((session) => session.ref) });
  if (!response) return;
  put(part("text"), visible(response.error ?? "What became of each:"));
  const results = Object.entries(response.results ?? {});
  part("items").replaceChildren(...results.map(([ref, result]) => make("li", "", `${ref}: ${result}`)));
}

function show(title, text) {
  turn += 1;
  put(part("title"), visible(title));
  put(part("text"), visible(text));
  part("items").replaceChildren();
  part("older").hidden = part("go").hidden = part("go").disabled = true;
  if (!dialog.open) {
    opener = document.activeElement;
    dialog.showModal();
  }
  part("close").focus();
}

function offer(label, act) {
  part("go").hidden = part("go").disabled = false;
  part("go").className = label.startsWith("Stop") ? "danger" : "";
  put(part("go"), label);
  part("form").onsubmit = (event) => {
    event.preventDefault();
    act();
  };
}

// Returns the response, or null if it is not waited for any more.
async function ask(path, body) {
  const mine = turn;
  const response = await send(path, body);
  return mine === turn && dialog.open ? response : null;
}

async function send(path, body) {
  const headers = { "X-Browser-Sessions": "page", "Content-Type": "application/json" };
  try {
    const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
    const isJson = response.headers.get("Content-Type") === "application/json";
    return isJson ? await response.json() : { error: await response.text() };
  } catch {
    return { error: "The server of this page cannot be reached." };
  }
}

function item({ ref, status, created_at: created, started_at: started, region, marker }) {
  const start = seconds(created ?? started);
  const age = start === null ? "" : `${span(Date.now() / 1000 - start)} old`;
  const element = make("li");
  element.append(make("span", "id", ref), make("p", "quiet", [status, age, region, marker].filter(Boolean).join(", ")));
  return element;
}

function link({ name, url }) {
  const anchor = make("a", "", name);
  anchor.href = url;
  anchor.target = "_blank";
  anchor.rel = "noopener noreferrer";
  const element = make("li");
  element.append(anchor);
  return element;
}

part("close").addEventListener("click", () => dialog.close());
dialog.addEventListener("close", () => {
  turn += 1;
  part("items").replaceChildren();
  if (opener.disabled) refocus(opener);
});
