// Long work says that it is going on: a form with data-long shows its data-progress once it is sent.
document.addEventListener("submit", (event) => {
  const progress = event.target.matches("[data-long]") && event.target.querySelector("[data-progress]");
  if (!progress || event.defaultPrevented) return;
  progress.hidden = false;
  addEventListener("pageshow", () => { progress.hidden = true; }, { once: true });
});
