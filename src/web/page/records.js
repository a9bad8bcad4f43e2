// Records: parcels and why, the outbox and what arrived, manifests, labels.

import { $, array, ask, clock, h, named, redraw, say, setZone, text } from "./dom.js";

const TABS = ["parcels", "uplink", "manifests", "labels"];
let chosen = null;
let parcels = [];
let search = "";
let begun = null; // How many parcels there are in all, and how many manifests.
let closed = null;
let day = null; // What was done today, as it was read last.

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
  day = done ?? day;
  if (day) today(day);
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
    const { waiting, confirmed, head } = outbox;
    const shown = array(outbox.rows).length;
    text($("outbox-said"), [
      say(waiting ? "page_waiting" : "page_nothing_waits", { count: waiting, confirmed: confirmed ?? 0 }),
      head > shown ? say("page_newest_events", { shown, all: head }) : null,
    ].filter(Boolean).join(". "));
    redraw($("outbox"), outbox.rows, (rows) => array(rows).map((row) => announced(row.seq, row.type, named("state", row.state), row.time)));
  }
  if (received) {
    text($("received-said"), say("page_stored", { head: received.head ?? 0, confirmed: received.confirmed ?? 0 }));
    redraw($("received"), received.events, (events) => array(events).map((one) => announced(one.stationseq, one.type, one.data?.tracking ?? one.data?.manifest_id ?? one.data?.order_ref, one.time)));
  }
  if (labels) redraw($("labels"), labels, (all) => (array(all).length ? all.map(labelCard) : empty(say("page_labels_empty"))));
}

const FOUND = 50; // Parcels that are found at most.

// How much of the list is not shown.
function left(shown) {
  if (search) return say(shown === FOUND ? "page_found_more" : "page_found", { count: shown, text: search });
  return begun > shown ? say("page_newest_parcels", { shown, all: begun }) : "";
}

function today({ day: date, zone, offset, parcels: done, by_carrier, voids, reprints, held, here, begun: all, manifests }) {
  begun = all;
  closed = manifests;
  const known = setZone(zone) === zone;
  const counts = (of, called) => Object.entries(of ?? {}).map(([name, count]) => `${called(name)} ${count}`).join(", ");
  const carriers = counts(by_carrier, (name) => name);
  text($("today"), [
    say("page_day_closed", { day: date, count: done }) + (carriers ? ` (${carriers})` : ""),
    say("page_day_others", { voids, held, reprints }),
    say("page_here_now", { list: counts(here, (state) => named("state", state)) || say("page_nothing") }),
    say("page_times", { zone: known ? `${zone} (UTC${offset})` : "UTC" }),
  ].join("; "));
}

const empty = (said) => h("p", { class: "empty quiet" }, said);
const chip = (state) => h("span", { class: "state", "data-state": state }, named("state", state));
const mass = (weight) => (weight ? `${weight.value} ${weight.unit}` : "");

function event(seq, what, more, time) {
  return h("li", {},
    h("span", { class: "mono quiet" }, String(seq ?? "")),
    h("span", {}, what),
    h("span", { class: "mono quiet more" }, String(more ?? "")),
    h("time", { class: "mono quiet" }, clock(time)));
}

const announced = (seq, type, more, time) => event(seq, named("event", String(type ?? "").replace(/^parceld\./, "")), more, time);

function headings(columns) {
  return h("thead", {}, h("tr", {}, columns.map((column) => h("th", { scope: "col" }, column))));
}

function parcelTable(following) {
  if (!parcels.length) return empty(say(search ? "page_none_found" : "page_no_parcel"));
  const head = headings(["#", say("page_order"), say("page_state"), say("page_service"), say("page_price"), say("page_weight"), say("page_tracking")]);
  const rows = parcels.map((parcel) =>
    h("tr", { "data-testid": `parcel-row-${parcel.n}`, "aria-selected": String(parcel.n === following), onclick: () => choose(parcel.n) },
      h("td", {}, h("button", { type: "button", class: "number", "data-testid": `parcel-button-${parcel.n}`, "aria-label": say("page_why", { number: parcel.n }) }, String(parcel.n))),
      h("td", { class: "mono" }, parcel.order_ref),
      h("td", {}, chip(parcel.outcome ?? parcel.state)),
      h("td", {}, parcel.service_name ?? "–"),
      h("td", { class: "mono num" }, parcel.total ?? "–"),
      h("td", { class: "mono num" }, mass(parcel.weight)),
      h("td", { class: "mono" }, parcel.tracking ?? "–")));
  return h("table", { class: "parcels" }, head, h("tbody", {}, rows));
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
  const cheapest = ["", "cheapest"].includes(decision?.policy ?? "");
  return [
    h("header", {}, h("h2", {}, say("page_parcel", { number: n })), chip(parcel.state)),
    h("p", { class: "quiet mono" }, [mass(parcel.weight), parcel.tracking].filter(Boolean).join(" · ")),
    !decision ? empty(say("page_undecided")) : null,
    decision && !choice ? h("p", { class: "none" }, say("page_no_service")) : null,
    choice ? h("h3", {}, others.length ? say(cheapest ? "page_chosen_cheapest" : "page_chosen_of", { count: quotes.length }) : say("page_chosen_only")) : null,
    choice ? quoteCard(choice, true) : null,
    others.length ? h("h3", {}, say("page_also")) : null,
    others.map((quote) => quoteCard(quote, false)),
    refusals.length ? h("h3", {}, say("page_not_possible", { count: refusals.length })) : null,
    refusals.length ? h("ul", { class: "refusals" }, refusals.map((no) => h("li", {}, h("b", {}, no.service), h("span", { lang: "en" }, no.reason), h("i", { class: "quiet" }, named("rule", no.rule))))) : null,
    array(parcel.prints).length ? h("details", {}, h("summary", {}, say("page_prints", { count: parcel.prints.length })), h("ol", { class: "events" }, parcel.prints.map((print) => event(print.attempt, named("print", print.state), null)))) : null,
    array(parcel.history).length ? h("details", {}, h("summary", {}, say("page_history", { count: parcel.history.length })), h("ol", { class: "events" }, parcel.history.map((one) => event(one.seq, named("fact", one.fact), null, one.at)))) : null,
  ].flat();
}

function quoteCard(quote, open) {
  const { billable } = quote;
  const how = [quote.zone ? say("page_zone", { zone: quote.zone }) : null, billable ? say("page_billed", { weight: mass(billable), basis: named("basis", billable.basis) }) : null].filter(Boolean).join(" · ");
  return h("details", { class: `quote${open ? " chosen" : ""}`, open },
    h("summary", {}, h("b", {}, quote.service), h("span", { class: "mono price" }, `${quote.total} ${quote.currency}`)),
    h("p", { class: "quiet" }, how),
    h("table", { class: "lines" }, h("tbody", {}, array(quote.lines).map((line) => h("tr", {}, h("td", {}, named("line", line.rule)), h("td", { class: "mono num" }, line.amount))))));
}

function manifestTable(all) {
  if (!array(all).length) return empty(say("page_no_manifest"));
  const head = headings([say("page_manifest"), say("page_carrier"), say("page_ship_date"), say("page_parcels"), say("page_state")]);
  const more = closed > all.length ? h("p", { class: "quiet" }, say("page_newest_manifests", { shown: all.length, all: closed })) : null;
  return [h("table", { class: "parcels" }, head, h("tbody", {}, all.map((one) =>
    h("tr", { "data-testid": `manifest-row-${one.manifest_id}` },
      h("td", { class: "mono" }, one.manifest_id), h("td", {}, one.carrier), h("td", { class: "mono" }, one.ship_date),
      h("td", { class: "mono num" }, String(Array.isArray(one.parcels) ? one.parcels.length : one.parcels ?? "")), h("td", {}, chip(one.state)))))), more];
}

function labelCard({ index, name }) {
  return h("figure", {},
    h("a", { href: `/api/labels/${index}.png`, target: "_blank", rel: "noopener" }, h("img", { src: `/api/labels/${index}.png`, alt: say("page_label", { name }), loading: "lazy" })),
    h("figcaption", {}, h("span", { class: "mono" }, name), h("a", { href: `/api/labels/${index}.zpl`, target: "_blank", rel: "noopener" }, say("page_printer_got"))));
}
