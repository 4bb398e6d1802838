/* Scans made without network. Each is a row of its own in localStorage, so that two tabs
   never overwrite each other, and a row leaves only when its answer has been seen.
   Rows belong to one volunteer number: another person on the same phone never sends them. */

import { post, Unreachable } from "./api.js";

const PREFIX = "incentive.scan.";
const BATCH_MAX = 500;
const RETRY_MS = 20_000;
const watchers = new Set();
let sending = false;

/** Keep a scan {nonce, code, scanned_at, ...}. Throws if this phone has no room. */
export function keep(owner, scan) {
  localStorage.setItem(`${PREFIX}${owner}.${scan.nonce}`, JSON.stringify({ scan, answer: null }));
  changed();
}

/** This owner's rows, oldest first: {key, scan, answer or null}. */
export function rows(owner) {
  const found = [];
  for (let index = 0; index < localStorage.length; index += 1) {
    const key = localStorage.key(index);
    if (!key.startsWith(`${PREFIX}${owner}.`)) continue;
    try {
      found.push({ key, ...JSON.parse(localStorage.getItem(key)) });
    } catch {
      // Not ours, or written by a newer version: leave it.
    }
  }
  return found.sort((one, other) => one.scan.scanned_at.localeCompare(other.scan.scanned_at));
}

/** Forget a row whose answer has been seen. */
export function dismiss(key) {
  localStorage.removeItem(key);
  changed();
}

/** Call `watcher` now and whenever the rows change. */
export function watch(watcher) {
  watchers.add(watcher);
  watcher();
}

/** Send what waits, one batch after the other, one tab at a time. */
export async function flush(owner, url) {
  if (sending || navigator.onLine === false) return;
  sending = true;
  try {
    const work = () => sendAll(owner, url);
    await (navigator.locks ? navigator.locks.request("incentive.scans", work) : work());
  } catch (error) {
    if (!(error instanceof Unreachable)) console.warn("scans could not be sent", error);
  } finally {
    sending = false;
  }
}

async function sendAll(owner, url) {
  for (;;) {
    const waiting = rows(owner).filter((row) => !row.answer).slice(0, BATCH_MAX);
    if (!waiting.length) return;
    const body = await post(url, { scans: waiting.map((row) => row.scan) }, { key: waiting[0].scan.nonce });
    const answers = new Map(body.results.map((answer) => [answer.nonce, answer]));
    let answered = 0;
    for (const row of waiting) {
      const answer = answers.get(row.scan.nonce);
      if (!answer) continue;
      localStorage.setItem(row.key, JSON.stringify({ scan: row.scan, answer }));
      answered += 1;
    }
    changed();
    if (!answered) return;
  }
}

/** Send now, when the network comes back, and every little while until nothing waits. */
export function start(owner, url) {
  const go = () => {
    if (rows(owner).some((row) => !row.answer)) flush(owner, url);
  };
  addEventListener("online", go);
  setInterval(go, RETRY_MS);
  addEventListener("storage", (event) => event.key?.startsWith(PREFIX) && changed());
  go();
}

function changed() {
  watchers.forEach((watcher) => watcher());
}
