// The bench: hands on the virtual devices, and what to do next.

import { $, act, array, grams, h, redraw, text, words } from "./dom.js";

const COMMANDS = [
  ["REPRINT", "Print again"],
  ["REWEIGH", "Weigh again"],
  ["HOLD", "Put aside"],
  ["CANCEL", "Leave"],
  ["VOID", "Void"],
  ["ZERO", "Zero"],
  ["TARE", "Tare"],
  ["LANG:es", "Español"],
  ["LANG:en", "English"],
];
const PRINTER_FAULTS = [["none", "Works"], ["paper_out", "No paper"], ["head_open", "Lid open"], ["off", "Off"]];
const SCALE_FAULTS = [["none", "Works"], ["silent", "Silent"], ["off", "Off"]];

// What the packer's screen asks for -> where to click, and how to say it. First by sentence, then by shape.
const BY_KEY = {
  wrong_label: ["scan-label", "Scan the label that belongs to this parcel"],
  label_doubt: ["scan-label", "Did a label come out? Then scan it"],
  weight_over: ["lift", "Too heavy: take it off"],
  weight_negative: ["lift", "Take everything off the scale"],
  printer_blocked: ["printer-none", "Make the printer work again"],
  no_carrier: ["command-HOLD", "Nobody takes this parcel. Put the order aside"],
  no_numbers: ["command-HOLD", "No numbers left. Put the order aside"],
  label_refused: ["command-HOLD", "No label can be made. Put the order aside"],
  cannot_record: [null, "The station cannot save. Free some disk space"],
  database_stop: [null, "The database is damaged. Restore a backup"],
};
const BY_SYMBOL = {
  scan: ["orders", "Scan an order: click one below"],
  scale: ["put-parcel", "Put the parcel on the scale"],
  empty: ["lift", "Take the parcel off the scale"],
  label: ["scan-label", "Scan the label that came out"],
  check: ["orders", "Scan the next order: click one below"],
  cross: ["orders", "Scan an order: click one below"],
};
const BLOCKED = [["scale_silent", "scale-none"], ["scale_absent", "scale-none"], ["printer_paper_out", "printer-none"], ["printer_head_open", "printer-none"], ["printer_absent", "printer-none"], ["printer_silent", "printer-none"]];

let refresh = () => {};
let view = null;
let orders = [];
let lastCommand = null;
let target = null;
let newestLabel = "";

const find = (testid) => document.querySelector(`[data-testid="${CSS.escape(testid)}"]`);

async function hand(name, body) {
  const why = await act(name, body);
  $("failed").hidden = why === null;
  text($("failed"), why);
  refresh();
}

function command(name, testid) {
  lastCommand = testid;
  return hand("command", { text: name });
}

export function start(read) {
  refresh = read;
  $("put").onclick = () => hand("put-order");
  $("lift").onclick = () => hand("lift");
  $("scan-label").onclick = () => hand("scan-label");
  $("next").onclick = () => {
    const node = target === "orders" ? firstOrder() : target && find(target);
    if (node && !node.disabled) node.click();
  };
  $("network").onchange = (event) => hand("network", { up: event.target.checked });
  $("scan-form").onsubmit = (event) => {
    event.preventDefault();
    const code = $("scan-text").value.trim();
    $("scan-text").value = "";
    if (code) hand("scan", { text: code });
  };
  $("grams-form").onsubmit = (event) => {
    event.preventDefault();
    hand("put", { grams: Number.parseInt($("grams").value, 10) });
  };
  faults("printer", PRINTER_FAULTS);
  faults("scale", SCALE_FAULTS);
  $("commands").append(
    ...COMMANDS.map(([name, said]) => {
      const testid = `command-${name}`;
      return h("button", { type: "button", class: "bar", "data-testid": testid, onclick: () => command(name, testid) }, h("code", {}, name), h("span", {}, said));
    }),
  );
}

function faults(device, choices) {
  for (const [fault, said] of choices) {
    const input = h("input", { type: "radio", name: `${device}-fault`, value: fault, "data-testid": `${device}-${fault}`, checked: fault === "none", onchange: () => hand(device, { fault }) });
    $(`${device}-faults`).append(h("label", {}, input, h("span", {}, said)));
  }
}

const firstOrder = () => $("orders").querySelector("button[data-state=to_pack]");

export function show(frame) {
  view = frame.view;
  const first = !$("reading").dataset.shown;
  $("reading").dataset.shown = "yes";
  text($("reading"), view.weight ? view.weight[0] : "–");
  $("reading").classList.toggle("moving", Boolean(view.weight && !view.weight[1]));
  if (first) believe();
  point();
}

// After a reload the switches show what the screen knows.
function believe() {
  $("network").checked = view.link !== "down";
  const known = { printer_paper_out: "printer-paper_out", printer_head_open: "printer-head_open", printer_absent: "printer-off", scale_silent: "scale-silent", scale_absent: "scale-off" };
  for (const { key } of [view.headline, ...view.problems]) {
    if (known[key]) find(known[key]).checked = true;
  }
}

function nextStep() {
  const key = view.headline.key;
  const broken = BLOCKED.find(([problem]) => [view.headline, ...view.problems].some((note) => note.key === problem));
  if (key.startsWith("confirm_")) return [confirming(key), "Scan the same command again to confirm"];
  if (BY_KEY[key]) return BY_KEY[key];
  if (["scan", "check"].includes(view.symbol) && lies(view.weight)) return ["lift", "Take the parcel off the scale"];
  if (broken && ["busy", "stop"].includes(view.mood)) return [broken[1], broken[1] === "scale-none" ? "Make the scale work again" : "Make the printer work again"];
  if (view.mood === "busy") return [null, "The station works. One moment"];
  return BY_SYMBOL[view.symbol] ?? [null, "See the screen"];
}

// Whether something lies on the scale: a packed parcel that waits to be taken away.
const lies = (weight) => Boolean(weight) && Number.parseFloat(weight[0]) > 0;

function confirming(key) {
  if (lastCommand && find(lastCommand)) return lastCommand;
  const carrier = (view.headline.args.find(([name]) => name === "carrier")?.[1] ?? "").toLowerCase();
  return { confirm_void: "command-VOID", confirm_manifest: `close-manifest-${carrier}`, confirm_handover: `handover-${carrier}` }[key] ?? null;
}

function point() {
  if (!view) return;
  let [where, said] = nextStep();
  if (where === "scan-label" && !(view.tracking && newestLabel.startsWith(`${view.tracking}.`))) [where, said] = [null, "The label comes out. One moment"];
  target = where;
  for (const node of document.querySelectorAll(".glow")) node.classList.remove("glow");
  const node = where === "orders" ? $("scanner") : where && find(where);
  (node?.matches("input") ? node.closest("label") : node)?.classList.add("glow");
  text($("next-text"), where === "orders" && !firstOrder() ? "All orders are packed. Close a manifest" : said);
  $("next").disabled = where === null || (where === "orders" && !firstOrder());
}

export function stock({ orders: list, parcels, manifests, labels }) {
  if (list) {
    const rank = { in_hand: 0, to_pack: 1, hold: 2, cancelled: 3, packed: 4 };
    orders = array(list).toSorted((a, b) => (rank[a.state] ?? 2) - (rank[b.state] ?? 2));
    redraw($("orders"), [orders, view?.order], () => orders.map(orderRow));
    const left = orders.filter((order) => order.state === "to_pack").length;
    text($("orders-left"), `${left} to pack · ${orders.length - left} not`);
  }
  showLabel(array(labels)[0]);
  redraw($("carriers"), carriers(array(parcels), array(manifests)), (rows) => rows.map(carrierRow));
  point();
}

function orderRow(order) {
  const place = [order.city, order.region, order.postcode].filter(Boolean).join(" ");
  const things = array(order.lines).map((line) => (line.qty > 1 ? `${line.qty} × ${line.title}` : line.title)).join(", ");
  const testid = `order-${order.order_ref}`;
  return h("li", {},
    h("button", { type: "button", class: "order", "data-testid": testid, "data-state": order.state, "aria-current": order.order_ref === view?.order ? "true" : null, onclick: () => hand("scan", { text: order.order_ref }) },
      h("span", { class: "bars", "aria-hidden": "true" }),
      h("span", { class: "ref mono" }, order.order_ref),
      h("span", { class: "place" }, place),
      h("span", { class: "things quiet" }, [things, order.parcels_planned > 1 ? `${order.parcels_planned} boxes` : null].filter(Boolean).join(" · ")),
      order.state === "to_pack" ? h("span", { class: "mass mono quiet" }, grams(order.grams)) : h("span", { class: "state", "data-state": order.state }, words(order.state))));
}

function showLabel(label) {
  newestLabel = label?.name ?? "";
  $("label").hidden = !label;
  $("no-label").hidden = Boolean(label);
  $("scan-label").disabled = !label;
  if (!label) return;
  const address = `/api/labels/${label.index}.png`;
  if ($("label").getAttribute("src") !== address) {
    $("label").src = address;
    $("label").alt = `Label ${label.name}`;
  }
  text($("label-name"), label.name);
}

// A carrier is what comes before the dot of a service.
function carriers(parcels, manifests) {
  const rows = new Map();
  const row = (carrier) => rows.get(carrier) ?? rows.set(carrier, { carrier, ready: 0, closed: 0 }).get(carrier);
  for (const { service, state } of parcels) {
    if (service) row(String(service).split(".")[0]).ready += ["verified", "attested"].includes(state) ? 1 : 0;
  }
  for (const { carrier, state } of manifests) row(carrier).closed += state === "handed_over" ? 0 : 1;
  return [...rows.values()].toSorted((a, b) => a.carrier.localeCompare(b.carrier));
}

function carrierRow({ carrier, ready, closed }) {
  const button = (name, testid, said, idle) =>
    h("button", { type: "button", class: `small${idle ? " idle" : ""}`, "data-testid": testid, title: name, onclick: () => command(name, testid) }, said);
  return h("li", {},
    h("span", { class: "carrier" }, h("b", {}, carrier), h("span", { class: "quiet" }, ` ${ready} ready`)),
    button(`MANIFEST:${carrier}`, `close-manifest-${carrier}`, "Close manifest", ready === 0),
    button(`HANDOVER:${carrier}`, `handover-${carrier}`, "Hand over", closed === 0),
    button(`OUTAGE:${carrier}`, `outage-${carrier}`, "Outage", true));
}
