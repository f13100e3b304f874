// Makes the bot builder nicer; it works without this.

function showBuilderControls() {
  document.querySelectorAll("[data-drag], [data-inserts]").forEach((control) => (control.hidden = false));
}

// What a field's place for errors says, the field itself says too.
function markControls() {
  document.querySelectorAll("#builder [aria-describedby]").forEach((control) => {
    const places = control.getAttribute("aria-describedby").split(" ").map((id) => document.getElementById(id));
    if (places.some((place) => place?.querySelector("[data-severity=refusal]"))) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  });
}

// A row may have left since the question was asked. What stands there already would be read aloud again.
function showProblems(answer) {
  [...answer.children].forEach((said) => {
    const place = document.getElementById(said.dataset.of);
    if (place && place.innerHTML.trim() !== said.innerHTML.trim()) place.innerHTML = said.innerHTML;
  });
  answer.replaceChildren();
}

function insertField(button) {
  const text = document.getElementById(button.dataset.into);
  text.setRangeText(button.dataset.insert, text.selectionStart, text.selectionEnd, "end");
  text.focus();
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

// The phone shows the step that is being written, else the first.
function showLine() {
  const screen = document.querySelector("#preview [role=log]");
  if (!screen) return;
  const row = document.activeElement.closest("[data-row]")?.dataset.row;
  const line = (row && screen.querySelector(`[data-line="${row}"]`)?.closest("li")) || screen.querySelector("li");
  screen.scrollTop += line.getBoundingClientRect().top - screen.getBoundingClientRect().top - 12;
}

// What the builder holds, without what differs from page to page though nobody has changed anything.
function held(form) {
  const fields = new URLSearchParams(new FormData(form));
  ["csrfmiddlewaretoken", "seen", "refused"].forEach((name) => fields.delete(name));
  return fields.toString();
}

// What the server sent, whatever the browser has put back into the fields of a page that was open before.
function heldAtFirst() {
  const sent = document.getElementById("builder").cloneNode(true);
  sent.reset();
  return held(sent);
}

let saved = "";
let isSent = false;

function noteSent(event) {
  isSent = event.target.id === "builder" && event.submitter?.formTarget !== "_blank";
}

function askBeforeLeaving(event) {
  const form = document.getElementById("builder");
  if (!isSent && ("unsaved" in form.dataset || held(form) !== saved)) event.preventDefault();
}

// The others make way for the dragged row, which stays in the document, so that a finger does not lose it.
let dragged = null;
let hasMoved = false;

function takeRow(event) {
  const grip = event.target.closest("[data-drag]");
  if (!grip || event.button !== 0) return;
  event.preventDefault();
  dragged = grip.closest("[data-row]");
  dragged.dataset.dragging = "yes";
  hasMoved = false;
}

function moveRow(event) {
  if (!dragged) return;
  const middle = (row) => row.getBoundingClientRect().top + row.getBoundingClientRect().height / 2;
  const before = dragged.previousElementSibling;
  const after = dragged.nextElementSibling;
  if (before && event.clientY < middle(before)) dragged.after(before);
  else if (after && event.clientY > middle(after)) dragged.before(after);
  else return;
  hasMoved = true;
}

// The rows are sent in the order of the page; the server numbers them anew.
function dropRow() {
  if (!dragged) return;
  delete dragged.dataset.dragging;
  dragged = null;
  if (hasMoved) document.querySelector("[data-show]").click();
}

document.addEventListener("pointerdown", takeRow);
document.addEventListener("pointermove", moveRow);
document.addEventListener("pointerup", dropRow);
document.addEventListener("pointercancel", dropRow);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  if (button) insertField(button);
});
document.addEventListener("DOMContentLoaded", () => {
  showBuilderControls();
  saved = heldAtFirst();
});
document.addEventListener("submit", noteSent);
// A page that did not come, or was come back from, is written on.
document.addEventListener("input", () => (isSent = false));
window.addEventListener("beforeunload", askBeforeLeaving);
document.addEventListener("htmx:afterSettle", showBuilderControls);
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.matches("[data-problems]")) showProblems(event.target);
});
document.addEventListener("htmx:afterSettle", markControls);
document.addEventListener("htmx:afterSettle", showLine);
document.addEventListener("focusin", (event) => {
  if (event.target.closest("[data-row]")) showLine();
});
