// Orders brought as a file: dropped anywhere on the page, or chosen. What is in a file is only ever text here.

import { $, array, h, say } from "./dom.js";

let refresh = () => {};
let busy = false;
// Addresses of refused rows, which are in this browser alone, and how long: they have names and addresses.
const kept = [];
const KEPT = 3600000;
let old = 0;
// As much as the station takes, in bytes.
const MOST = 64 * 1024 * 1024;

export function start(read) {
  refresh = read;
  $("bring-pick").onclick = () => $("bring-file").click();
  $("bring-file").onchange = (event) => {
    const [file] = event.target.files;
    if (file) bring(file);
    event.target.value = "";
  };
  const holdsFile = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const marked = (on) => document.documentElement.classList.toggle("dragged", on);
  document.addEventListener("dragover", (event) => {
    if (!holdsFile(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = busy ? "none" : "copy";
    marked(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) marked(false);
  });
  // Without this the browser would leave the page and show the file.
  document.addEventListener("drop", (event) => {
    if (!holdsFile(event)) return;
    event.preventDefault();
    marked(false);
    bringAll([...event.dataTransfer.files]);
  });
}

// One after the other; the answers stand one below the other.
async function bringAll(files) {
  if (busy) return;
  const answers = [];
  for (const file of files) answers.push(await bring(file, answers));
}

async function bring(file, before = []) {
  if (busy) return [];
  busy = true;
  $("bring-pick").disabled = true;
  forget(before);
  $("bring-answer").replaceChildren(...before.flat(), h("p", { class: "quiet" }, `${say("page_reading")} ${file.name}`));
  try {
    const nodes = await answered(file);
    $("bring-answer").replaceChildren(...before.flat(), ...nodes);
    return nodes;
  } finally {
    busy = false;
    $("bring-pick").disabled = false;
    refresh();
  }
}

async function answered(file) {
  const wrong = (said) => [h("p", { class: "wrong" }, `${file.name}: ${said}`)];
  if (file.size > MOST) return wrong(say("page_too_large"));
  const shop = $("bring-shop").value.trim();
  let answer, said;
  try {
    const asked = new URLSearchParams({ name: file.name, dry_run: String($("bring-try").checked) });
    if (shop) asked.set("shop", shop);
    answer = await fetch(`/api/import?${asked}`, { method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: file });
    said = await answer.json().catch(() => null);
  } catch {
    return wrong(say("page_unread"));
  }
  if (answer.ok && said) return report(file, shop, said);
  return wrong(said?.error ?? say("page_answered", { status: answer.status }));
}

// What an order may come to, and its words.
const ends = () => [["accepted", say("page_new")], ["changed", say("page_changed")], ["unchanged", say("page_unchanged")], ["older", say("page_older")], ["in_conflict", say("page_conflict")], ["refused", say("page_refused")]];

function report(file, shop, said) {
  const none = ends().every(([name]) => !said[name]);
  const words = Object.fromEntries(ends());
  const lines = [
    ...array(said.notes),
    ...array(said.said).filter(({ why }) => why).map((one) => `${[one.channel, one.shop, one.order_ref].filter(Boolean).join("/")}: ${words[one.verdict] ?? one.verdict}: ${one.why}`),
    ...array(said.rows).map(({ row, reason }) => (row ? `${say("page_row")} ${row}: ${reason}` : reason)),
  ];
  return [
    h("p", {}, h("b", { class: "mono" }, file.name), shop ? ` ${shop}` : null),
    h("p", { class: "counts" }, ends().map(([name, word]) => h("span", { "data-count": name, "data-none": !said[name] }, `${said[name] ?? 0} ${word}`))),
    none ? h("p", { class: "wrong" }, say("page_no_order")) : null,
    lines.length ? h("ul", {}, lines.map((line) => h("li", {}, line))) : null,
    said.rejects ? h("p", {}, h("a", { href: address(said.rejects), download: `${file.name}.rejects.csv`, "data-testid": "bring-rejects" }, say("page_rejects"))) : null,
  ].filter(Boolean);
}

function address(rows) {
  const made = URL.createObjectURL(new Blob([rows], { type: "text/csv;charset=utf-8" }));
  kept.push(made);
  return made;
}

// The refused rows of the files before are gone with their answers.
function forget(before) {
  clearTimeout(old);
  old = setTimeout(clear, KEPT);
  if (!before.length) clear();
}

function clear() {
  for (const made of kept.splice(0)) URL.revokeObjectURL(made);
  $("bring-answer").replaceChildren();
}
