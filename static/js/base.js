/* On every page: htmx, dialogs, forms that are sent once, and the word on the network. */

import "../vendor/htmx/htmx.esm.min.js";
import * as queue from "./queue.js";

const { owner, batch } = document.body.dataset;

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    event.preventDefault();
    document.getElementById(opener.dataset.opens).showModal();
  } else if (event.target.closest("[data-print]")) {
    print();
  } else if (event.target.matches("dialog")) {
    // The backdrop belongs to the dialog element; its content does not.
    const box = event.target.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) event.target.close();
  }
});

// A second tap on a slow network sends nothing twice. The server's key guards it as well.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.matches("[data-scan-form]")) return;
  if (form.hasAttribute("aria-busy")) event.preventDefault();
  form.setAttribute("aria-busy", "true");
  event.submitter?.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[aria-busy], button[aria-busy]").forEach((busy) => busy.removeAttribute("aria-busy"));
});

const offline = document.querySelector("[data-offline]");
const tellNetwork = () => {
  if (offline) offline.hidden = navigator.onLine !== false;
};
addEventListener("online", tellNetwork);
addEventListener("offline", tellNetwork);
tellNetwork();

// An htmx request that gets no answer says so in the page, not only in the console.
document.addEventListener("htmx:error", (event) => {
  const toasts = document.querySelector("[data-toasts]");
  if (!toasts || event.target.closest?.("[data-quiet]")) return;
  const template = document.querySelector('template[data-toast="danger"]').content.cloneNode(true);
  template.querySelector("[data-title]").textContent = toasts.dataset.textFailed;
  toasts.replaceChildren(template);
});

if (owner) {
  const waiting = document.querySelector("[data-waiting]");
  queue.watch(() => {
    const count = queue.rows(owner).filter((row) => !row.answer).length;
    if (!waiting) return;
    waiting.hidden = count === 0;
    waiting.querySelector("[data-count]").textContent = String(count);
  });
  queue.start(owner, batch);
}
