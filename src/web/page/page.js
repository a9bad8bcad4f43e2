// The page: the packer's screen as it changes, and what is read again when it did.

import { $, ask, h, named, redraw, say, setWords, text } from "./dom.js";
import * as bench from "./bench.js";
import * as orders from "./orders.js";
import * as records from "./records.js";

let hasBench = null; // unknown before the first frame

function fact(name, value) {
  const node = $(`fact-${name}`);
  node.toggleAttribute("data-unset", !value);
  text(node, value || "–");
}

function show(frame) {
  const { view, say: said } = frame;
  if (frame.says) {
    document.documentElement.lang = view.language;
    setWords(frame.says);
    for (const node of document.querySelectorAll("[data-say]")) text(node, say(node.dataset.say));
    for (const node of document.querySelectorAll("[data-say-label]")) node.setAttribute("aria-label", say(node.dataset.sayLabel));
  }
  $("frame").src = `/frame.png?${frame.version}`;
  text($("headline"), said.headline);
  text($("detail"), said.detail);
  fact("order", view.order);
  fact("weight", view.weight && `${view.weight[0]}${view.weight[1] ? "" : ` (${say("page_moving")})`}`);
  fact("service", view.carrier && [...view.carrier, ...view.price_notes].filter(Boolean).join(", "));
  fact("tracking", view.tracking);
  redraw($("problems"), said.problems, (problems) => problems.map((problem) => h("li", {}, problem)));
  document.documentElement.dataset.mood = view.mood;
  $("link").dataset.link = view.link;
  text($("link"), named("reach", view.link));
  document.title = `${said.headline} · parceld`;
  if (hasBench) bench.show(frame);
}

// The newest ones, whatever is searched.
const PARCELS = "/api/parcels";
// What was done today is read from the day's journal, and so not every time.
const TODAY_EVERY = 30000;
let todayAsked = -TODAY_EVERY;
function today() {
  const now = performance.now();
  if (now - todayAsked < TODAY_EVERY) return null;
  todayAsked = now;
  return ask("/api/today");
}

// Read again soon after a change, and now and then without one; never twice at once.
let reading = false;
let again = false;
async function read() {
  if (reading) {
    again = true;
    return;
  }
  reading = true;
  do {
    again = false;
    const [orders, parcels, all, manifests, outbox, labels, received, done] = await Promise.all([
      hasBench ? ask("/api/orders") : null,
      ask(records.wanted()),
      hasBench && records.wanted() !== PARCELS ? ask(PARCELS) : null,
      ask("/api/manifests"),
      ask("/api/outbox"),
      hasBench ? ask("/api/labels") : null,
      hasBench ? ask("/api/received") : null,
      today(),
    ]);
    records.show({ parcels, manifests, outbox, labels, received, done });
    if (hasBench) bench.stock({ orders, parcels: all ?? parcels, labels });
  } while (again);
  reading = false;
}

function watch() {
  const live = new EventSource("/live");
  live.onmessage = (event) => {
    $("lost").hidden = true;
    const frame = JSON.parse(event.data);
    if (hasBench === null) furnish(frame.bench !== null);
    show(frame);
    read();
  };
  live.onerror = () => {
    $("lost").hidden = false;
    if (live.readyState === EventSource.CLOSED) setTimeout(watch, 2000);
  };
}

// What a real station lacks stays hidden.
function furnish(virtual) {
  hasBench = virtual;
  document.documentElement.classList.toggle("has-bench", hasBench);
  for (const id of ["bench", "commands-card", "demo", "tab-labels", "receiver"]) $(id).hidden = !hasBench;
  if (hasBench) bench.start(read);
}

records.start(read);
orders.start(read);
watch();
setInterval(() => {
  if (!document.hidden && hasBench !== null) read();
}, 2000);
