// Small helpers: elements, requests, redrawing only what changed.

export const $ = (id) => document.getElementById(id);

// h("button", {class: "x", onclick: f, "data-testid": "y"}, "text", child, null)
export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function text(node, value) {
  const said = value ?? "";
  if (node.textContent !== String(said)) node.textContent = said;
}

// The words of the packer's language, by key. They come with the first screen, and again with another language.
let says = {};
let spoken = 0;
export function setWords(given) {
  says = given;
  spoken += 1;
}

// The words of this key, `{place}` filled. What is filled in is only ever text.
export const say = (key, values = {}) => (says[key] ?? key).replaceAll(/\{(\w+)\}/g, (place, name) => values[name] ?? place);

// What a word of the station's records is called: named("state", "print_uncertain") -> "label in doubt". A word that no language
// has, such as the name of a surcharge on a rate card, is shown as it is.
export const named = (kind, word) => says[`${kind}_${String(word).replaceAll(/\W/g, "_")}`] ?? String(word ?? "").replaceAll("_", " ");

// Rebuilds the inside of `node` when `data` or the language is not what it was; keyboard focus stays on the same thing.
const drawn = new WeakMap();
export function redraw(node, data, build) {
  const now = `${spoken} ${JSON.stringify(data)}`;
  if (drawn.get(node) === now) return;
  drawn.set(node, now);
  const focused = node.contains(document.activeElement) ? document.activeElement.dataset.testid : null;
  node.replaceChildren(...[build(data)].flat().filter(Boolean));
  if (focused) node.querySelector(`[data-testid="${CSS.escape(focused)}"]`)?.focus();
}

// The JSON at `url`; null when there is none, or the station does not answer.
export async function ask(url) {
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

// Does something at the bench; answers why it failed, or null.
export async function act(name, body = {}) {
  try {
    const answer = await fetch(`/api/bench/${name}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (answer.ok) return null;
    const said = await answer.json().catch(() => null);
    return said?.error ?? say("page_answered", { status: answer.status });
  } catch {
    return say("page_silent_station");
  }
}

export const array = (value) => (Array.isArray(value) ? value : []);

// 850 -> "850 g", 1234 -> "1.234 kg"
export function grams(value) {
  if (typeof value !== "number") return "";
  return value < 1000 ? `${value} g` : `${(value / 1000).toFixed(3)} kg`;
}

// Times are the warehouse's, wherever the browser is; UTC until the station has said which zone that is.
let zone = "UTC";
export function setZone(name) {
  try {
    new Intl.DateTimeFormat([], { timeZone: name });
    zone = name;
  } catch {
    zone = "UTC"; // This browser does not know the zone.
  }
  return zone;
}

export function clock(time) {
  const at = new Date(time);
  return time === null || time === undefined || Number.isNaN(at.getTime()) ? "" : at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: zone });
}
