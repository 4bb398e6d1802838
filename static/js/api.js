/* The JSON API from a page: bad networks are the rule, so every write can be sent again. */

const TIMEOUT_MS = 12_000;
const WAITS_MS = [800, 2_500];

/** An answer that says no, in words for the reader. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || String(status));
    this.status = status;
    this.code = problem.code || "";
    this.problem = problem;
  }
}

/** No answer: the request may or may not have arrived, and must be sent again as it was. */
export class Unreachable extends Error {}

/** A random UUID, also on plain http, where crypto.randomUUID does not exist. */
export function nonce() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export const get = (url) => send(url, { method: "GET" }, [WAITS_MS[0]]);

/** POST `body`; every try carries the same key, so that it counts once. */
export function post(url, body, { key = nonce(), waits = WAITS_MS } = {}) {
  const headers = { "Content-Type": "application/json", "Idempotency-Key": key };
  return send(url, { method: "POST", headers, body: JSON.stringify(body) }, waits);
}

async function send(url, request, waits) {
  for (let tries = 0; ; tries += 1) {
    try {
      return await once(url, request);
    } catch (error) {
      if (!(error instanceof Unreachable) || tries >= waits.length || navigator.onLine === false) throw error;
      await new Promise((resolve) => setTimeout(resolve, waits[tries]));
    }
  }
}

async function once(url, request) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
  let response;
  let text;
  try {
    response = await fetch(url, {
      ...request,
      headers: { Accept: "application/json", "X-Requested-With": "incentive", ...request.headers },
      credentials: "same-origin",
      cache: "no-store",
      signal: abort.signal,
    });
    text = await response.text();
  } catch (error) {
    throw new Unreachable(error.message);
  } finally {
    clearTimeout(timer);
  }
  const body = parsed(text);
  if (response.ok && body !== undefined) return body;
  // Gateways and a restarting server answer for nobody: the request stands, send it again.
  if (response.ok || body === undefined || response.status >= 500 || response.status === 429 || response.status === 408) {
    throw new Unreachable(body?.detail || String(response.status));
  }
  throw new Refused(response.status, body);
}

function parsed(text) {
  try {
    return text ? JSON.parse(text) : {};
  } catch {
    return undefined;
  }
}
