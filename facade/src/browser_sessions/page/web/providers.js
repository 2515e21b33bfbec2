// Above the table: a card for each provider and one for all of them. In the table: a row for each problem.
import { amount, clock, make, part, seconds } from "./text.js";

const drawn = { cards: "", problems: "" };

export function drawProviders(reports) {
  drawOnce("cards", part("providers"), [...(reports.length > 1 ? [summed(reports)] : []), ...reports.map(summary)], card);
  drawOnce("problems", part("problems"), reports.flatMap(problemsOf), problemRow);
}

function drawOnce(name, parent, items, draw) {
  const text = JSON.stringify(items);
  if (drawn[name] === text) return;
  drawn[name] = text;
  parent.replaceChildren(...items.map(draw));
}

function summary(report) {
  const { provider, account = {}, sessions, at, isOld, error } = report;
  if (!at) return { name: provider, open: null, lines: ["reading…"] };
  const open = sessions.filter((session) => !session.ended_at);
  const count = error && !open.length ? null : open.length; // a list that failed is not an empty one
  const limit = account.concurrency_limit;
  const running = account.running ?? count;
  const noLimit = account.is_unlimited ? "no limit" : "limit unknown";
  const free = running === null ? `limit ${limit}` : `${Math.max(0, limit - running)} of ${limit} free`;
  const lines = [limit == null ? noLimit : free];
  for (const [unit, sum] of costsOf(open)) lines.push(`${money(sum, unit)} so far`);
  if (account.spent != null) lines.push(`${money(account.spent, account.unit)} spent`);
  if (account.balance != null) lines.push(`${money(account.balance, account.unit)} left`);
  if (isOld) lines.push(`last read ${clock(seconds(at))}`);
  const used = limit > 0 && running !== null ? Math.min(100, Math.round((running / limit) * 100)) : null;
  return { name: provider, open: count, lines, isOld, used };
}

function summed(reports) {
  const open = reports.flatMap((report) => report.sessions ?? []).filter((session) => !session.ended_at);
  const lines = [...costsOf(open)].map(([unit, sum]) => `${money(sum, unit)} so far`);
  const isKnown = open.length > 0 || reports.some(({ at, error }) => at && !error);
  return { name: "All", open: isKnown ? open.length : null, lines, used: null };
}

const money = (number, unit) => `${amount(number)} ${unit ?? ""}`;

function costsOf(sessions) {
  const costs = new Map();
  for (const { cost } of sessions) if (cost) costs.set(cost.unit, (costs.get(cost.unit) ?? 0) + Number(cost.amount));
  return costs;
}

function card({ name, open, lines, isOld, used = null }) {
  const element = make("div", isOld ? "card old" : "card");
  element.append(make("h2", "", name), make("p", "open", open === null ? "–" : `${open.toLocaleString("en")} open`));
  if (used !== null) {
    const track = make("span", used > 90 ? "track late" : "track");
    const fill = make("span", "fill");
    fill.style.width = `${used}%`;
    track.append(fill);
    element.append(track);
  }
  const details = make("p", "details quiet");
  details.append(...lines.map((line) => make("span", "", line)));
  element.append(details);
  return element;
}

const problemsOf = ({ provider, error, account_error: accountError, unread }) => [
  error && `${provider}: ${error}`,
  accountError && accountError !== error && `${provider}: account: ${accountError}`,
  unread && `${provider}: ${unread === 1 ? "1 row" : `${unread} rows`} of the list cannot be read as a session`,
].filter(Boolean);

function problemRow(text) {
  const row = make("tr");
  const cell = make("td", "", text);
  row.setAttribute("role", "row");
  cell.setAttribute("role", "cell");
  row.append(cell);
  return row;
}
