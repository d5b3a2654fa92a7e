// A form that takes long says so while it is on its way (data-busy); one with a file that is too large is not sent at all.
(() => {
  const told = (form, words, kind) => {
    let place = form.querySelector("[data-told]");
    if (!place) { place = document.createElement("p"); place.dataset.told = ""; form.append(place); }
    place.className = kind;
    place.setAttribute("role", kind === "busy" ? "status" : "alert");
    place.textContent = words;
    place.hidden = !words;
  };
  const size = (field) => [...field.files].reduce((sum, file) => sum + file.size, 0);
  const tooLarge = (form) => [...form.querySelectorAll("input[type=file][data-bytes-max]")].find((field) => size(field) > Number(field.dataset.bytesMax));

  document.addEventListener("change", (event) => {
    if (!event.target.matches("input[type=file][data-bytes-max]")) return;
    const field = tooLarge(event.target.form);
    told(event.target.form, field ? field.dataset.tooLarge : "", "wrong");
  });
  document.addEventListener("submit", (event) => {
    const form = event.target, field = tooLarge(form);
    if (field) { event.preventDefault(); told(form, field.dataset.tooLarge, "wrong"); field.focus(); return; }
    if (form.dataset.busy && !event.defaultPrevented) told(form, form.dataset.busy, "busy");
  });
  addEventListener("pageshow", () => { for (const place of document.querySelectorAll("[data-told].busy")) place.remove(); });
})();
