// Lists that are narrowed and turned in place (htmx): the keyboard stays in the page, and a line that is cut ends in the
// browser's own words instead of in silence. Without this file the same links and forms load whole pages.
document.addEventListener("htmx:afterSettle", () => {
  if (document.activeElement === document.body) document.getElementById("main")?.focus({ preventScroll: true });
});
document.addEventListener("htmx:sendError", (event) => {
  window.location.assign(event.detail.pathInfo.finalRequestPath);
});
