// Makes pages nicer; every page works without it.
const root = document.documentElement;

function showScriptedControls() {
  document.querySelectorAll("[data-theme-toggle], [data-dismiss]").forEach((control) => (control.hidden = false));
}

// News from the server does not take away what somebody is typing in or has opened, unless it may not be used any more.
function isInUse(part, news) {
  if (!part.matches("[data-keep-in-use]")) return false;
  if (news && news.dataset.keepInUse !== part.dataset.keepInUse) return false;
  return part.contains(document.activeElement) || part.querySelector("[open], .htmx-request");
}

function switchTheme() {
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  root.dataset.theme = (root.dataset.theme || system) === "dark" ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
}

function closeMenus(except) {
  document.querySelectorAll("details.dropdown[open]").forEach((menu) => {
    if (!menu.contains(except)) menu.open = false;
  });
}

document.addEventListener("click", (event) => {
  closeMenus(event.target);
  if (event.target.closest("[data-theme-toggle]")) switchTheme();
  event.target.closest("[data-dismiss]")?.closest("[data-message]").remove();

  const opener = event.target.closest("[data-opens]");
  const plainClick = !(event.metaKey || event.ctrlKey || event.shiftKey);
  if (opener && plainClick) {
    event.preventDefault();
    document.getElementById(opener.dataset.opens).showModal();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.dropdown[open]");
  menu?.querySelector("summary").focus();
  closeMenus(null);
});

// A form is sent once, however often its button is pressed; a download leaves the page standing, so it may go again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || event.submitter?.formMethod === "dialog") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 3000);
});

// Polls and counts may fail unseen, since they come again; what somebody has pressed may not.
function showFailure(event) {
  if (!["submit", "click"].includes(event.detail.requestConfig.triggeringEvent?.type)) return;
  const failure = document.getElementById("failure").content.cloneNode(true);
  const region = document.getElementById("messages");
  region.replaceChildren(failure);
  region.scrollIntoView({ block: "nearest" });
}

["htmx:responseError", "htmx:sendError", "htmx:timeout"].forEach((trouble) =>
  document.addEventListener(trouble, showFailure),
);

document.addEventListener("DOMContentLoaded", showScriptedControls);
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (isInUse(event.detail.target, event.detail.fragment.firstElementChild)) event.detail.shouldSwap = false;
});
document.addEventListener("htmx:afterSettle", showScriptedControls);
