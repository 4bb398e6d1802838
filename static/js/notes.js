/* Checkpoints as signed notes (C2SP): origin, size, root and time, then a line per signature. */

import { bytes, hex, same, sha256 } from "./merkle.js";

const encoder = new TextEncoder();

/** What a note says, and its signatures, not verified yet; null if it is none. */
export function read(note) {
  const gap = note.lastIndexOf("\n\n");
  if (gap < 0) return null;
  const text = note.slice(0, gap + 1);
  const [origin, size, root, at] = text.split("\n");
  const lines = note.slice(gap + 2).split("\n").filter(Boolean);
  const signatures = lines.map((line) => {
    const [, name, encoded] = line.split(" ");
    const raw = bytes(encoded);
    return { name, id: raw.slice(0, 4), signature: raw.slice(4) };
  });
  return { text, origin, size: Number(size), root: bytes(root), at, signatures };
}

/** "good", "false", or "unable" if this browser cannot check Ed25519; null if no key of ours signed. */
export async function signed(note, keys) {
  let verdict = null;
  for (const { name, id, signature } of note.signatures) {
    for (const key of keys) {
      const raw = bytes(key.public_key);
      const own = (await sha256(encoder.encode(`${name}\n`), Uint8Array.of(1), raw)).slice(0, 4);
      if (!same(own, id)) continue;
      let imported;
      try {
        imported = await crypto.subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]);
      } catch {
        return { verdict: "unable", key: hex(id) };
      }
      const good = await crypto.subtle.verify({ name: "Ed25519" }, imported, signature, encoder.encode(note.text));
      if (!good) return { verdict: "false", key: hex(id) };
      verdict = { verdict: "good", key: hex(id) };
    }
  }
  return verdict;
}
