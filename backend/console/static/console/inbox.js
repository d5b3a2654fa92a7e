// j and k walk through the list, Enter (or o) opens, x chooses: off while somebody types, or has switched keys off.
// The list is looked up each time: it is replaced when it is narrowed in place.
(() => {
  const links = () => [...document.querySelectorAll("#visits a.unit")];
  const row = (link) => link.closest("li");
  const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select");

  function go(step) {
    const all = links();
    if (!all.length) return;
    const here = all.findIndex((link) => row(link).contains(document.activeElement));
    const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, here + step));
    all[next].focus();
    row(all[next]).scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || localStorage.getItem("keys") === "off") return;
    const here = links().find((link) => row(link).contains(document.activeElement));
    if (event.key === "j") go(1);
    else if (event.key === "k") go(-1);
    else if (event.key === "o" && here) here.click();
    else if (event.key === "x" && here) row(here).querySelector("input[type=checkbox]")?.click();
    else return;
    event.preventDefault();
  });

  const show = () => { for (const button of document.querySelectorAll("[data-choose-all]")) button.hidden = false; };
  show();
  document.addEventListener("htmx:afterSettle", show);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-choose-all]")) return;
    const boxes = [...document.querySelectorAll("#visits input[type=checkbox]")];
    const every = boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = !every;
  });
})();
