// Records: parcels and why, the outbox and what arrived, manifests, labels.

import { $, array, ask, clock, h, redraw, setZone, text, words } from "./dom.js";

const TABS = ["parcels", "uplink", "manifests", "labels"];
let chosen = null;
let parcels = [];
let search = "";
let begun = null; // How many parcels there are in all, and how many manifests.
let closed = null;

// What is read for the list of parcels.
export const wanted = () => (search ? `/api/parcels?search=${encodeURIComponent(search)}` : "/api/parcels");

export function start(read) {
  $("find").onsubmit = (event) => {
    event.preventDefault();
    search = $("find-text").value.trim();
    chosen = null;
    read();
  };
  for (const name of TABS) {
    const tab = $(`tab-${name}`);
    tab.onclick = () => open(name);
    tab.onkeydown = (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const there = TABS.filter((other) => !$(`tab-${other}`).hidden);
      const next = there[(there.indexOf(name) + step + there.length) % there.length];
      open(next);
      $(`tab-${next}`).focus();
    };
  }
}

function open(name) {
  for (const other of TABS) {
    const selected = other === name;
    $(`tab-${other}`).setAttribute("aria-selected", String(selected));
    $(`tab-${other}`).tabIndex = selected ? 0 : -1;
    $(other).hidden = !selected;
  }
}

export function show({ parcels: list, manifests, outbox, labels, received, done }) {
  if (done) today(done);
  if (list) {
    parcels = array(list);
    const following = chosen ?? parcels[0]?.n;
    redraw($("parcel-list"), [parcels, following], () => parcelTable(following));
    if (following !== undefined) explain(following);
    else redraw($("parcel"), null, () => null);
    text($("parcels-said"), left(parcels.length));
  }
  if (manifests) redraw($("manifests"), [manifests, closed], ([all]) => manifestTable(all));
  if (outbox) {
    text($("outbox-count"), outbox.waiting ?? 0);
    text($("outbox-said"), (outbox.waiting ? `${outbox.waiting} wait, confirmed up to ${outbox.confirmed}` : `Nothing waits. Confirmed up to ${outbox.confirmed ?? 0}`) + newest(array(outbox.rows).length, outbox.head, "events"));
    redraw($("outbox"), outbox.rows, (rows) => array(rows).map((row) => event(row.seq, row.type, row.time, words(row.state))));
  }
  if (received) {
    text($("received-said"), `Stored up to ${received.head ?? 0}, confirmed up to ${received.confirmed ?? 0}`);
    redraw($("received"), received.events, (events) => array(events).map((one) => event(one.stationseq, one.type, one.time, one.data?.tracking ?? one.data?.manifest_id ?? one.data?.order_ref)));
  }
  if (labels) redraw($("labels"), labels, (all) => (array(all).length ? all.map(labelCard) : empty("Labels appear here as the printer draws them.")));
}

const FOUND = 50; // Parcels that are found at most.

// How much of the list is not shown.
function left(shown) {
  if (search) return `${shown === FOUND ? `The newest ${FOUND}` : shown} found for ${search}${shown === FOUND ? ": type more of the number" : ""}`;
  return begun > shown ? `The newest ${shown} of ${begun} parcels. Find shows the others.` : "";
}

// What a list of the newest does not show.
const newest = (shown, all, what) => (all > shown ? `. The newest ${shown} of ${all} ${what} are shown.` : "");

function today({ day, zone, offset, parcels: done, by_carrier, voids, reprints, held, here, begun: all, manifests }) {
  begun = all;
  closed = manifests;
  const known = setZone(zone) === zone;
  const counts = (of) => Object.entries(of ?? {}).map(([name, count]) => `${words(name)} ${count}`).join(", ");
  const carriers = counts(by_carrier);
  text($("today"), [
    `${day}: ${done} closed${carriers ? ` (${carriers})` : ""}`,
    `${voids} voided, ${held} put aside, ${reprints} printed again`,
    `here now: ${counts(here) || "nothing"}`,
    `times are of ${known ? `${zone} (UTC${offset})` : "UTC"}`,
  ].join("; "));
}

const empty = (said) => h("p", { class: "empty quiet" }, said);
const chip = (state) => h("span", { class: "state", "data-state": state }, words(state));
const mass = (weight) => (weight ? `${weight.value} ${weight.unit}` : "");

function event(seq, type, time, more) {
  return h("li", {},
    h("span", { class: "mono quiet" }, String(seq ?? "")),
    h("span", {}, String(type ?? "").replace(/^parceld\./, "")),
    h("span", { class: "mono quiet more" }, String(more ?? "")),
    h("time", { class: "mono quiet" }, clock(time)));
}

function parcelTable(following) {
  if (!parcels.length) return empty(search ? "No number begins so." : "No parcel yet. The first one appears when its weight is taken.");
  const head = ["#", "Order", "State", "Service", "Price", "Weight", "Tracking"].map((said) => h("th", { scope: "col" }, said));
  const rows = parcels.map((parcel) =>
    h("tr", { "data-testid": `parcel-row-${parcel.n}`, "aria-selected": String(parcel.n === following), onclick: () => choose(parcel.n) },
      h("td", {}, h("button", { type: "button", class: "number", "data-testid": `parcel-button-${parcel.n}`, "aria-label": `Parcel ${parcel.n}: why this carrier` }, String(parcel.n))),
      h("td", { class: "mono" }, parcel.order_ref),
      h("td", {}, chip(parcel.outcome ?? parcel.state)),
      h("td", {}, parcel.service_name ?? "–"),
      h("td", { class: "mono num" }, parcel.total ?? "–"),
      h("td", { class: "mono num" }, mass(parcel.weight)),
      h("td", { class: "mono" }, parcel.tracking ?? "–")));
  return h("table", { class: "parcels" }, h("thead", {}, h("tr", {}, head)), h("tbody", {}, rows));
}

function choose(n) {
  chosen = n;
  redraw($("parcel-list"), [parcels, n], () => parcelTable(n));
  explain(n);
}

async function explain(n) {
  const parcel = await ask(`/api/parcels/${n}`);
  if (parcel && n === (chosen ?? parcels[0]?.n)) redraw($("parcel"), [n, parcel], () => why(n, parcel));
}

function why(n, parcel) {
  const { decision } = parcel;
  const quotes = array(decision?.quotes);
  const choice = quotes.find((quote) => quote.service === decision?.choice);
  const others = quotes.filter((quote) => quote !== choice);
  const refusals = array(decision?.refusals);
  return [
    h("header", {}, h("h2", {}, `Parcel ${n}`), chip(parcel.state)),
    h("p", { class: "quiet mono" }, [mass(parcel.weight), parcel.tracking].filter(Boolean).join(" · ")),
    !decision ? empty("Nothing is decided before the parcel is weighed.") : null,
    decision && !choice ? h("p", { class: "none" }, "No service takes this parcel.") : null,
    choice ? h("h3", {}, others.length ? `Chosen: cheapest of ${quotes.length} that take it` : "Chosen: the only one that takes it") : null,
    choice ? quoteCard(choice, true) : null,
    others.length ? h("h3", {}, "Also possible") : null,
    others.map((quote) => quoteCard(quote, false)),
    refusals.length ? h("h3", {}, `Not possible: ${refusals.length}`) : null,
    refusals.length ? h("ul", { class: "refusals" }, refusals.map((no) => h("li", {}, h("b", {}, no.service), h("span", {}, no.reason), h("code", { class: "quiet" }, no.rule ?? "")))) : null,
    array(parcel.prints).length ? h("details", {}, h("summary", {}, `Prints: ${parcel.prints.length}`), h("ol", { class: "events" }, parcel.prints.map((print) => event(print.attempt, words(print.state), null, print.evidence)))) : null,
    array(parcel.history).length ? h("details", {}, h("summary", {}, `History: ${parcel.history.length} facts`), h("ol", { class: "events" }, parcel.history.map((one) => event(one.seq, typeof one.fact === "string" ? one.fact : Object.keys(one.fact ?? {})[0], one.at)))) : null,
  ].flat();
}

function quoteCard(quote, open) {
  const { billable } = quote;
  const how = [quote.zone ? `zone ${quote.zone}` : null, billable ? `billed as ${billable.value} ${billable.unit} (${words(billable.basis)})` : null].filter(Boolean).join(" · ");
  return h("details", { class: `quote${open ? " chosen" : ""}`, open },
    h("summary", {}, h("b", {}, quote.service), h("span", { class: "mono price" }, `${quote.total} ${quote.currency}`)),
    h("p", { class: "quiet" }, how),
    h("table", { class: "lines" }, h("tbody", {}, array(quote.lines).map((line) => h("tr", {}, h("td", {}, line.rule), h("td", { class: "mono num" }, line.amount))))));
}

function manifestTable(all) {
  if (!array(all).length) return empty("No manifest yet. Closing one takes every packed parcel of its carrier.");
  const head = ["Manifest", "Carrier", "Ship date", "Parcels", "State"].map((said) => h("th", { scope: "col" }, said));
  const more = closed > all.length ? h("p", { class: "quiet" }, `The newest ${all.length} of ${closed} manifests. parceld manifest list shows the others.`) : null;
  return [h("table", { class: "parcels" }, h("thead", {}, h("tr", {}, head)), h("tbody", {}, all.map((one) =>
    h("tr", { "data-testid": `manifest-row-${one.manifest_id}` },
      h("td", { class: "mono" }, one.manifest_id), h("td", {}, one.carrier), h("td", { class: "mono" }, one.ship_date),
      h("td", { class: "mono num" }, String(Array.isArray(one.parcels) ? one.parcels.length : one.parcels ?? "")), h("td", {}, chip(one.state)))))), more];
}

function labelCard({ index, name }) {
  return h("figure", {},
    h("a", { href: `/api/labels/${index}.png`, target: "_blank", rel: "noopener" }, h("img", { src: `/api/labels/${index}.png`, alt: `Label ${name}`, loading: "lazy" })),
    h("figcaption", {}, h("span", { class: "mono" }, name), h("a", { href: `/api/labels/${index}.zpl`, target: "_blank", rel: "noopener" }, "what the printer got")));
}
