// The bench: hands on the virtual devices. What is next, the buttons and their words come from the station with each
// screen (`bench` of a live event); the page has no list of its own. A button is known by its act, so NEXT can point at it.

import { $, act, array, grams, h, named, redraw, say, text } from "./dom.js";

let refresh = () => {};
let frame = null;
let bench = null;
let orders = [];
let newest = null;
let ready = {};

async function hand([name, body]) {
  const why = await act(name, body);
  $("failed").hidden = why === null;
  text($("failed"), why);
  refresh();
}

// A node that does this when it is clicked or chosen.
function does(node, what) {
  node.dataset.act = JSON.stringify(what);
  node[node.matches("input") ? "onchange" : "onclick"] = () => hand(what);
  return node;
}

export function start(read) {
  refresh = read;
  does($("put"), ["put-order", {}]);
  does($("lift"), ["lift", {}]);
  $("next").onclick = () => {
    // What is next was found for the screen before: it is there in a moment.
    if (bench.screen === frame.version && bench.next.act) hand(bench.next.act);
  };
  $("network").onchange = (event) => hand(["network", { up: event.target.checked }]);
  $("scan-form").onsubmit = (event) => {
    event.preventDefault();
    const code = $("scan-text").value.trim();
    $("scan-text").value = "";
    if (code) hand(["scan", { text: code }]);
  };
  $("grams-form").onsubmit = (event) => {
    event.preventDefault();
    hand(["put", { grams: Number.parseInt($("grams").value, 10) }]);
  };
}

export function show(now) {
  frame = now;
  bench = now.bench;
  if (!bench.commands) return;
  const { view } = frame;
  text($("reading"), view.weight ? view.weight[0] : "–");
  $("reading").classList.toggle("moving", Boolean(view.weight && !view.weight[1]));
  $("network").checked = bench.network;
  for (const device of ["printer", "scale"]) redraw($(`${device}-faults`), bench[device], (faults) => faults.map((fault) => faultButton(device, fault)));
  draw();
}

function faultButton(device, { act: what, say: called, on }) {
  const { fault } = what[1];
  const input = h("input", { type: "radio", name: `${device}-fault`, value: fault, "data-testid": `${device}-${fault}`, checked: on });
  return h("label", {}, does(input, what), h("span", {}, called));
}

function commandButton({ act: what, code, say: called }) {
  const count = ready[code];
  const button = h("button", { type: "button", class: "bar", "data-testid": `command-${code}` }, h("code", {}, code), h("span", {}, count ? `${called} · ${count} ${say("page_ready")}` : called));
  return does(button, what);
}

// What depends on the screen and on what was read.
function draw() {
  const { view } = frame;
  redraw($("commands"), [bench.commands, ready], ([groups]) => groups.map(({ say: called, buttons }, at) =>
    h("details", { open: at === 0 }, h("summary", {}, called), h("div", { class: "commands" }, buttons.map(commandButton)))));
  redraw($("orders"), [orders, view.order, bench.special], () => orders.map(orderRow));
  const left = orders.filter((order) => order.state === "to_pack").length;
  text($("orders-left"), `${left} ${say("page_to_pack")}`);
  showLabel();
  point();
}

function point() {
  const { next } = bench;
  text($("next-text"), next.say);
  $("next").disabled = next.act === null;
  for (const node of document.querySelectorAll(".glow")) node.classList.remove("glow");
  if (next.act === null) return;
  const wanted = JSON.stringify(next.act);
  const node = [...document.querySelectorAll("[data-act]")].find((one) => one.dataset.act === wanted) ?? $("scanner");
  const group = node.closest("details");
  if (group) group.open = true;
  (node.matches("input") ? node.closest("label") : node).classList.add("glow");
}

export function stock({ orders: list, parcels, labels }) {
  if (list) {
    const rank = { in_hand: 0, to_pack: 1, held: 2, hold: 2, cancelled: 3, packed: 4 };
    orders = array(list).toSorted((a, b) => (rank[a.state] ?? 2) - (rank[b.state] ?? 2));
  }
  if (parcels) {
    const packed = array(parcels).filter((parcel) => ["verified", "attested"].includes(parcel.state));
    // A carrier is what comes before the dot of a service.
    ready = Object.fromEntries(Object.entries(Object.groupBy(packed, (parcel) => `MANIFEST:${parcel.service.split(".")[0]}`)).map(([code, those]) => [code, those.length]));
  }
  if (labels) newest = array(labels)[0] ?? null;
  if (bench?.commands) draw();
}

function orderRow(order) {
  const place = [order.city, order.region, order.postcode].filter(Boolean).join(" ");
  const things = array(order.lines).map((line) => (line.qty > 1 ? `${line.qty} × ${line.title}` : line.title)).join(", ");
  const special = bench.special[order.order_ref];
  const row = h("button", { type: "button", class: "order", "data-testid": `order-${order.order_ref}`, "data-state": order.state, "aria-current": order.order_ref === frame.view.order ? "true" : null },
    h("span", { class: "bars", "aria-hidden": "true" }),
    h("span", { class: "ref mono" }, order.order_ref),
    h("span", { class: "place" }, special ? h("span", { class: "special" }, special) : null, place),
    h("span", { class: "things quiet" }, [things, order.parcels_planned > 1 ? `× ${order.parcels_planned}` : null].filter(Boolean).join(" · ")),
    order.state === "to_pack" ? h("span", { class: "mass mono quiet" }, grams(order.grams)) : h("span", { class: "state", "data-state": order.state }, named("state", order.state)));
  return h("li", {}, does(row, ["scan", { text: order.order_ref }]));
}

function showLabel() {
  $("label").hidden = !newest;
  $("no-label").hidden = Boolean(newest);
  $("scan-label").disabled = !newest;
  if (!newest) return;
  does($("scan-label"), ["scan-label", { index: newest.index }]);
  const address = `/api/labels/${newest.index}.png`;
  if ($("label").getAttribute("src") !== address) {
    $("label").src = address;
    $("label").alt = newest.name;
  }
  text($("label-name"), newest.name);
}
