/* Recomputes the sealed books in the browser. The words stand in the page; this only shows them. */

import * as api from "./api.js";
import { bytes, Growing, isConsistent, hex, leafHash, same } from "./merkle.js";
import * as notes from "./notes.js";

const PAGE = 500;
const box = document.querySelector("[data-verify]");
const button = box.querySelector("[data-verify-start]");
const bar = box.querySelector("progress");
const whole = "whole" in box.dataset;

/** Show how a step ended: `word` picks the page's sentence, `figures` fill it. */
function tell(step, word, figures = {}) {
  const item = box.querySelector(`[data-step="${step}"]`);
  const said = item.querySelector(`[data-word="${word}"]`).content.cloneNode(true);
  for (const [name, value] of Object.entries(figures)) {
    said.querySelectorAll(`[data-figure="${name}"]`).forEach((place) => {
      place.textContent = typeof value === "number" ? value.toLocaleString(document.documentElement.lang) : value;
    });
  }
  item.querySelector("[data-said]").replaceChildren(said);
  item.hidden = false;
}

/** A step that found something wrong: the rest would mean nothing. */
class Wrong extends Error {
  constructor(step, word, figures) {
    super(word);
    Object.assign(this, { step, word, figures });
  }
}

async function signature(checkpoint, keys) {
  const note = notes.read(checkpoint.note);
  if (!note || note.size !== checkpoint.tree_size || !same(note.root, bytes(checkpoint.root))) {
    throw new Wrong("signature", "malformed");
  }
  const found = await notes.signed(note, keys);
  if (found === null) throw new Wrong("signature", "unknown");
  if (found.verdict === "false") throw new Wrong("signature", "false", { key: found.key });
  tell("signature", found.verdict, { key: found.key });
  return note;
}

async function recompute(note, most) {
  const start = Math.max(0, note.size - most);
  const { hashes } = await api.get(`${box.dataset.api}/desk/peaks?size=${start}`);
  const tree = new Growing(start, hashes.map(bytes));
  bar.hidden = false;
  bar.max = note.size - start;
  for (let from = start; from < note.size; from += PAGE) {
    const to = Math.min(from + PAGE, note.size);
    const { items } = await api.get(`${box.dataset.api}/desk/leaves?from=${from}&to=${to}`);
    if (items.length !== to - from) throw new Wrong("root", "missing", { row: from + items.length });
    const own = await Promise.all(items.map((item) => (item.leaf === null ? null : leafHash(bytes(item.leaf)))));
    for (const [at, item] of items.entries()) {
      // Who may see the rows and gets no bytes: the row is gone.
      if (item.seq !== from + at || (item.leaf === null && whole)) throw new Wrong("root", "missing", { row: from + at });
      const sealed = bytes(item.hash);
      if (own[at] && !same(own[at], sealed)) {
        throw new Wrong("root", "changed", { row: item.seq, kind: item.kind, number: String(item.ref) });
      }
      await tree.append(own[at] || sealed);
    }
    bar.value = to - start;
  }
  const root = await tree.root();
  if (!same(root, note.root)) throw new Wrong("root", "wrong", { root: hex(root) });
  tell("root", whole ? "good" : "hashes", { done: note.size - start, size: note.size, root: hex(root), rest: start });
}

async function seenBefore(note) {
  const place = `incentive:checkpoint:${note.origin}`;
  let seen = null;
  try {
    seen = JSON.parse(localStorage.getItem(place));
  } catch { /* somebody else's text: as if nothing was seen */ }
  if (seen?.size > note.size) throw new Wrong("growth", "shorter", { before: seen.size, size: note.size });
  if (seen) {
    const query = `first=${seen.size}&second=${note.size}`;
    const { hashes } = await api.get(`${box.dataset.api}/ledger/proofs/consistency?${query}`);
    const grew = await isConsistent(seen.size, bytes(seen.root), note.size, note.root, hashes.map(bytes));
    if (!grew) throw new Wrong("growth", "broken", { before: seen.size, at: seen.at });
    tell("growth", seen.size === note.size ? "same" : "good", { before: seen.size, size: note.size, at: seen.at });
  } else {
    tell("growth", "first");
  }
  const root = btoa(String.fromCharCode(...note.root));
  localStorage.setItem(place, JSON.stringify({ size: note.size, root, at: note.at }));
}

async function verify() {
  if (!crypto.subtle) throw new Wrong("end", "insecure");
  const checkpoint = await api.get(`${box.dataset.api}/ledger/checkpoints/latest`);
  const { items: keys } = await api.get(`${box.dataset.api}/ledger/keys`);
  const note = await signature(checkpoint, keys);
  await recompute(note, Number(box.querySelector("[data-verify-most]").value));
  await seenBefore(note);
  tell("end", "good", { size: note.size, at: note.at });
}

button.addEventListener("click", async () => {
  button.setAttribute("aria-busy", "true");
  button.disabled = true;
  box.querySelectorAll("[data-step]").forEach((step) => { step.hidden = true; });
  try {
    await verify();
  } catch (error) {
    if (error instanceof Wrong) {
      tell(error.step, error.word, error.figures);
      if (error.step !== "end") tell("end", "wrong");
    } else if (error instanceof api.Refused) {
      tell("end", "refused", { detail: error.message });
    } else if (error instanceof api.Unreachable) {
      tell("end", "unreachable");
    } else {
      tell("end", "unreadable");
    }
  } finally {
    bar.hidden = true;
    button.removeAttribute("aria-busy");
    button.disabled = false;
  }
});
button.hidden = false;
