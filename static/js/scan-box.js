/* Wires a scan box (macros.html): typed, HID, camera and picture all end in the same place. */

import { nonce, post, Refused, Unreachable } from "./api.js";
import { listen } from "./hid.js";
import * as queue from "./queue.js";
import { Camera, readPicture, signal } from "./scan.js";

const owner = document.body.dataset.owner ?? "";

document.querySelectorAll("[data-scan-box]").forEach(wire);

function wire(box) {
  const part = (name) => box.querySelector(`[data-scan-${name}]`);
  const form = part("form");
  const input = form.elements.namedItem("code");
  const say = (text = "") => {
    part("status").textContent = text;
  };
  const camera = new Camera(part("video"), box.dataset.wasm, (text) => {
    if (!("continuous" in box.dataset)) stop();
    read(text);
  });
  let busy = false;

  part("tools").hidden = false;
  part("camera").hidden = !Camera.available();
  part("camera").addEventListener("click", start);
  part("stop").addEventListener("click", () => {
    stop();
    say();
    part("camera").focus();
  });
  part("torch").addEventListener("click", async (event) => {
    const button = event.currentTarget;
    const on = button.getAttribute("aria-pressed") !== "true";
    await camera.torch(on);
    button.setAttribute("aria-pressed", String(on));
  });
  part("picture").addEventListener("change", pick);
  form.addEventListener("submit", (event) => {
    if (box.dataset.mode === "submit") return;
    event.preventDefault();
    if (input.value.trim()) read(input.value);
  });
  addEventListener("pagehide", stop);
  if ("listen" in box.dataset) listen(read, input);
  if (box.dataset.mode === "post" && owner) queue.watch(() => showKept(box));

  async function start() {
    say(box.dataset.textStarting);
    part("view").hidden = false;
    part("tools").hidden = true;
    try {
      await camera.start();
      say(box.dataset.textAim);
      part("torch").hidden = !camera.hasTorch;
      part("stop").focus();
    } catch (error) {
      stop();
      say(error.name === "NotAllowedError" ? box.dataset.textCameraRefused : box.dataset.textNoCamera);
    }
  }

  function stop() {
    camera.stop();
    part("view").hidden = true;
    part("tools").hidden = false;
    part("torch").setAttribute("aria-pressed", "false");
  }

  async function pick(event) {
    const [file] = event.currentTarget.files;
    event.currentTarget.value = "";
    if (!file) return;
    let text = null;
    try {
      text = await readPicture(file, box.dataset.wasm);
    } catch (error) {
      console.warn("picture could not be read", error);
    }
    if (text) await read(text);
    else say(box.dataset.textNoCode);
  }

  async function read(text) {
    const code = text.trim();
    input.value = code;
    if (busy) {
      say(box.dataset.textBusy);
      return;
    }
    signal();
    say(box.dataset.textRead);
    if (box.dataset.mode === "submit") {
      form.requestSubmit();
      return;
    }
    busy = true;
    say(box.dataset.textSending);
    try {
      const taken = await send(box, { nonce: nonce(), scanned_at: new Date().toISOString(), ...named(code), ...JSON.parse(box.dataset.extra) });
      if (taken) input.value = "";
      else input.select();
    } finally {
      busy = false;
      say();
    }
  }
}

/** A steward may type a volunteer number instead of scanning the card; the server checks its digits. */
function named(text) {
  const digits = text.replace(/[\s-]/g, "");
  return /^\d{13}$/.test(digits) ? { volunteer_number: digits } : { code: text };
}

/** Send a scan; return whether it was taken, be it by the server or by this phone. */
async function send(box, scan) {
  try {
    const answer = await post(box.dataset.endpoint, scan, { key: scan.nonce });
    show(box, inWords(box, answer));
    box.dispatchEvent(new CustomEvent("incentive:scanned", { bubbles: true, detail: answer }));
    return true;
  } catch (error) {
    if (error instanceof Refused && error.status === 401) {
      return keep(box, scan, "signed_out");
    } else if (error instanceof Refused) {
      signal(false);
      show(box, fill(box, "refused", { text: error.message }));
    } else if (error instanceof Unreachable) {
      return keep(box, scan, "kept");
    } else {
      throw error;
    }
  }
  return false;
}

function times({ starts_at: start, ends_at: end }) {
  const written = (at) => new Date(at).toLocaleTimeString(document.documentElement.lang, {
    hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  });
  return `${written(start)}–${written(end)}`;
}

function keep(box, scan, words) {
  try {
    queue.keep(owner, scan);
    show(box, fill(box, words, {}));
    return true;
  } catch {
    signal(false);
    show(box, fill(box, "lost", {}));
    return false;
  }
}

/** The words for an answer: its verdict's, and a line for each flag that concerns the person. */
function inWords(box, answer) {
  const known = box.querySelector(`template[data-verdict="${answer.verdict}"]`);
  const filled = fill(box, known ? answer.verdict : "refused", { text: answer.detail ?? answer.message });
  for (const flag of answer.flags ?? []) {
    const line = box.querySelector(`template[data-flag="${flag}"]`);
    if (line) filled.querySelector("[data-text]").after(line.content.cloneNode(true));
  }
  if (answer.shift && answer.service_record) {
    const record = box.querySelector("template[data-record]").content.cloneNode(true);
    record.querySelector("[data-shift]").textContent = `${answer.shift.title} ${times(answer.shift)}`;
    record.querySelector("[data-minutes]").textContent = String(answer.service_record.minutes);
    filled.querySelector("[data-text]").after(record);
  }
  return filled;
}

/** Show a verdict in the place of all that was said of earlier scans. */
function show(box, filled) {
  document.querySelector("[data-toasts]")?.replaceChildren();
  box.querySelector(".field-invalid")?.classList.remove("field-invalid");
  box.querySelector(".field .error")?.remove();
  const place = box.querySelector("[data-scan-verdict]");
  place.replaceChildren(filled);
  place.scrollIntoView({ block: "nearest" });
}

function fill(box, template, texts) {
  const filled = box.querySelector(`template[data-verdict="${template}"]`).content.cloneNode(true);
  for (const [name, text] of Object.entries(texts)) {
    if (text) filled.querySelector(`[data-${name}]`).textContent = text;
  }
  return filled;
}

/** Rows kept without network, whose answers have come since: one line each, until seen. */
function showKept(box) {
  const answered = queue.rows(owner).filter((row) => row.answer);
  const lines = answered.map((row) => {
    const time = new Date(row.scan.scanned_at).toLocaleString(document.documentElement.lang, {
      dateStyle: "short", timeStyle: "short",
    });
    const words = inWords(box, row.answer);
    const title = words.querySelector("[data-title]").textContent;
    const line = fill(box, "answer", { time, title, text: words.querySelector("[data-text]").textContent });
    line.querySelector("[data-dismiss]").addEventListener("click", () => queue.dismiss(row.key));
    return line;
  });
  const list = box.querySelector("[data-scan-kept]");
  list.replaceChildren(...lines);
  list.hidden = !lines.length;
}
