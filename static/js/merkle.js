/* The Merkle tree of RFC 9162, section 2.1, on the browser's own SHA-256. Sizes stay below 2^53. */

const EMPTY = new Uint8Array();

/** SHA-256 over byte arrays, one after the other. */
export async function sha256(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

export const leafHash = (leaf) => sha256(Uint8Array.of(0), leaf);
export const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);

export const bytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
export const hex = (array) => Array.from(array, (byte) => byte.toString(16).padStart(2, "0")).join("");
export const same = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);

/** A tree that grows to the right and remembers only its full subtrees, the largest first. */
export class Growing {
  constructor(size = 0, peaks = []) {
    this.size = size;
    this.peaks = [...peaks];
    let count = 0;
    for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
    if (count !== peaks.length) throw new RangeError("peaks");
  }

  async append(hash) {
    this.peaks.push(hash);
    this.size += 1;
    for (let rest = this.size; rest % 2 === 0; rest /= 2) {
      const right = this.peaks.pop();
      this.peaks.push(await nodeHash(this.peaks.pop(), right));
    }
  }

  async root() {
    if (this.peaks.length === 0) return sha256(EMPTY);
    let root = this.peaks.at(-1);
    for (const left of this.peaks.slice(0, -1).reverse()) root = await nodeHash(left, root);
    return root;
  }
}

/** Whether `proof` leads from the hash of leaf `index` to the root of `size` leaves (2.1.3.2). */
export async function isIncluded(hash, index, size, root, proof) {
  if (index < 0 || index >= size) return false;
  let fn = index;
  let sn = size - 1;
  let above = hash;
  for (const other of proof) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      above = await nodeHash(other, above);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
    } else {
      above = await nodeHash(above, other);
    }
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  return sn === 0 && same(above, root);
}

/** Whether `proof` shows that the tree of `first` leaves begins the tree of `second` (2.1.4.2). */
export async function isConsistent(first, firstRoot, second, secondRoot, proof) {
  if (first === second) return proof.length === 0 && same(firstRoot, secondRoot);
  if (first < 1 || first > second || proof.length === 0) return false;
  let fn = first - 1;
  let sn = second - 1;
  while (fn % 2 === 1) [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  const path = fn === 0 ? [firstRoot, ...proof] : proof;
  let fr = path[0];
  let sr = path[0];
  for (const hash of path.slice(1)) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      fr = await nodeHash(hash, fr);
      sr = await nodeHash(hash, sr);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
    } else {
      sr = await nodeHash(sr, hash);
    }
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  return sn === 0 && same(fr, firstRoot) && same(sr, secondRoot);
}
