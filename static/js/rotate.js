/* The shift's code on a screen: fetched anew as each step ends, with a countdown. The server takes
   the step before as well, so a slow answer does no harm; without one for LATE_MS the code is
   crossed out loudly, for soon nobody can check in with it.
   Answer of data-code: {code, text, now, expires_at}; data-image draws the same step. */

import { get } from "./api.js";

const LATE_MS = 6_000;
const TICK_MS = 250;
const RETRY_MS = 2_000;

const screen = document.querySelector("[data-rotate]");
const frame = screen.querySelector(".qr");
const picture = screen.querySelector("[data-qr-image]");
const typed = screen.querySelector("[data-qr-code]");
const stale = screen.querySelector("[data-stale-alert]");
const bar = screen.querySelector("[data-countdown] progress");
const left = screen.querySelector("[data-countdown] .figure");

let expires = 0;
let step = 1;
let fetching = false;
let notBefore = 0;

async function refresh() {
  fetching = true;
  try {
    const sent = Date.now();
    const answer = await get(screen.dataset.code);
    // The server's clock decides; half the journey is the best guess of when it spoke.
    const ahead = Date.parse(answer.now) - (sent + Date.now()) / 2;
    const image = new Image();
    image.src = `${screen.dataset.image}?step=${encodeURIComponent(answer.code)}`;
    await image.decode();
    picture.src = image.src;
    typed.textContent = answer.text;
    expires = Date.parse(answer.expires_at) - ahead;
    step = Math.max(step, expires - Date.now());
  } catch {
    notBefore = Date.now() + RETRY_MS;
  } finally {
    fetching = false;
  }
}

function tick() {
  const remaining = expires - Date.now();
  const lost = expires > 0 ? remaining < -LATE_MS : notBefore > 0;
  frame.toggleAttribute("data-stale", lost);
  stale.hidden = !lost;
  bar.max = step;
  bar.value = Math.max(0, remaining);
  left.textContent = String(Math.max(0, Math.ceil(remaining / 1000)));
  if (remaining <= 0 && !fetching && Date.now() >= notBefore) refresh();
}

async function stayAwake() {
  try {
    if (!document.hidden) await navigator.wakeLock?.request("screen");
  } catch {
    // The screen may sleep; the code is fetched anew when it wakes.
  }
}

document.addEventListener("visibilitychange", stayAwake);
stayAwake();
setInterval(tick, TICK_MS);
tick();
