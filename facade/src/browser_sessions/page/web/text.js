// Texts: what a provider says goes into textContent or an attribute that holds text, and nowhere else.

// Characters that are not seen, or that change the order in which others are seen.
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu;

export const part = (id) => document.getElementById(id);
export const visible = (text) => String(text).replace(UNSEEN, "\ufffd");

export function make(name, className = "", text = "") {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = visible(text);
  return element;
}

export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// Focuses a button; if it is disabled, as those of a session that has ended, another one of its row.
export function refocus(button) {
  const enabled = button.disabled ? button.closest("tr")?.querySelector("button:enabled") : button;
  enabled?.focus({ preventScroll: true });
}

export function seconds(time) {
  const moment = Date.parse(time) / 1000;
  return Number.isNaN(moment) ? null : moment;
}

const DAY = 86_400;
const times = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit" });
const dates = new Intl.DateTimeFormat([], { month: "short", day: "numeric" });

export const clock = (moment) => (Date.now() / 1000 - moment < DAY ? times : dates).format(moment * 1000);

export function span(length) {
  const minutes = Math.floor(length / 60);
  if (minutes < 1) return `${Math.max(0, Math.floor(length))}s`;
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? both(`${hours}h`, minutes % 60, "m") : both(`${Math.floor(hours / 24)}d`, hours % 24, "h");
}

const both = (large, small, unit) => (small ? `${large} ${small}${unit}` : large);

const format = (least) => new Intl.NumberFormat("en", { minimumFractionDigits: least, maximumFractionDigits: 4 }).format;

export const amount = format(2);
export const alignedAmount = format(4);
