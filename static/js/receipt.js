/* Checks a receipt in the browser: its leaf, the way to the root, and who signed that. */

import * as api from "./api.js";
import { bytes, isIncluded, leafHash } from "./merkle.js";
import * as notes from "./notes.js";

const box = document.querySelector("[data-receipt]");
const button = box?.querySelector("[data-receipt-check]");

async function check() {
  if (!crypto.subtle) return "insecure";
  const receipt = await api.get(box.dataset.receipt);
  const { items: keys } = await api.get(box.dataset.keys);
  const note = notes.read(receipt.checkpoint);
  const signed = note && (await notes.signed(note, keys));
  if (!signed || signed.verdict === "false") return "wrong";
  const hash = await leafHash(bytes(receipt.leaf));
  const included = await isIncluded(hash, receipt.seq, note.size, note.root, receipt.proof.map(bytes));
  return included ? signed.verdict : "wrong";
}

button?.addEventListener("click", async () => {
  button.disabled = true;
  let word = "wrong";
  try {
    word = await check();
  } catch (error) {
    if (error instanceof api.Unreachable) word = "unreachable";
  } finally {
    button.disabled = false;
  }
  box.querySelector("[data-said]").replaceChildren(box.querySelector(`[data-word="${word}"]`).content.cloneNode(true));
});
if (button) button.hidden = false;
