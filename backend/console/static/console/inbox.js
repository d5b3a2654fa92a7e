// j and k walk through the list, Enter (or o) opens, x chooses: off while somebody types, or has switched keys off.
(() => {
  const list = document.getElementById("visits");
  if (!list) return;
  const links = [...list.querySelectorAll("a.unit")];
  const at = () => links.findIndex((link) => link.closest("li").contains(document.activeElement));
  const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select");

  function go(step) {
    const here = at();
    const next = here < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, here + step));
    links[next].focus();
    links[next].closest("li").scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || localStorage.getItem("keys") === "off") return;
    const here = at();
    if (event.key === "j") go(1);
    else if (event.key === "k") go(-1);
    else if (event.key === "o" && here >= 0) links[here].click();
    else if (event.key === "x" && here >= 0) links[here].closest("li").querySelector("input[type=checkbox]")?.click();
    else return;
    event.preventDefault();
  });

  const all = document.querySelector("[data-choose-all]");
  if (all) {
    all.hidden = false;
    all.addEventListener("click", () => {
      const boxes = [...list.querySelectorAll("input[type=checkbox]")];
      const every = boxes.every((box) => box.checked);
      for (const box of boxes) box.checked = !every;
    });
  }
})();
