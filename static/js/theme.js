// Runs before the first paint, so that a remembered theme does not flash.
const remembered = localStorage.getItem("theme");
if (remembered) document.documentElement.dataset.theme = remembered;
