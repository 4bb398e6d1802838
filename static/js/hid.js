/* A HID scanner is a keyboard that types fast and ends with Enter. Its code is caught wherever
   the focus is; a person's typing never is. */

const KEY_GAP_MS = 60;
const LENGTH_MIN = 6;
const NAMED = {
  Minus: "-_", Equal: "=+", Period: ".>", Comma: ",<", Slash: "/?", Semicolon: ";:",
  NumpadDecimal: "..", NumpadSubtract: "--", NumpadAdd: "++", NumpadDivide: "//",
};

/** The character of a key. With a Chinese input method on, only the key's place is told. */
function character(event) {
  if (event.key.length === 1) return event.key;
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
  if (letter) return event.shiftKey !== event.getModifierState("CapsLock") ? letter : letter.toLowerCase();
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1];
  if (digit) return event.shiftKey ? ")!@#$%^&*("[digit] : digit;
  return NAMED[event.code]?.[event.shiftKey ? 1 : 0] ?? "";
}

/** Calls `onCode(text)` for each burst; returns a function that stops listening.
    Bursts in `own` (the box's input) are left to its form. */
export function listen(onCode, own) {
  let text = "";
  let last = -Infinity;
  let before = null;

  function onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target === own) return;
    const fast = event.timeStamp - last <= KEY_GAP_MS;
    last = event.timeStamp;
    if (event.key === "Enter" || event.code === "Enter" || event.code === "NumpadEnter") {
      if (fast && text.length >= LENGTH_MIN) {
        event.preventDefault();
        event.stopPropagation();
        if (before) before.target.value = before.value;
        onCode(text);
      }
      text = "";
      return;
    }
    const typed = character(event);
    if (!typed) return;
    if (!fast) {
      text = "";
      const editable = event.target.matches?.("input, textarea");
      before = editable ? { target: event.target, value: event.target.value } : null;
    }
    text += typed;
  }

  document.addEventListener("keydown", onKey, true);
  return () => document.removeEventListener("keydown", onKey, true);
}
