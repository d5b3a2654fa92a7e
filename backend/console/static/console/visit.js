// The photo viewer: every photo of the visit by the arrow keys, larger, turned, two side by side. Without this script a
// photo's link opens the photo. And: boxes that return the same photo are one box.
(() => {
  const viewer = document.getElementById("viewer");
  const links = [...document.querySelectorAll("[data-gallery] a[data-photo]")];
  const boxes = (value) => document.querySelectorAll(`input[name=photo][value="${CSS.escape(value)}"]`);

  document.addEventListener("change", (event) => {
    if (!event.target.matches("input[name=photo]")) return;
    for (const box of boxes(event.target.value)) box.checked = event.target.checked;
  });

  if (!viewer || !viewer.showModal || !links.length) return;
  const ZOOM = 1.4, ZOOM_MOST = 12, STEP = 80;
  const stages = [...viewer.querySelectorAll(".stage")];
  const button = (name) => viewer.querySelector(`[data-do=${name}]`);
  const views = stages.map((stage) => ({ stage, image: stage.querySelector("img"), at: 0, zoom: 1, turn: 0, x: 0, y: 0 }));
  let on = 0, two = false;

  function draw(view) {
    if (view.zoom <= 1.001) view.x = view.y = 0;
    view.image.style.transform = `translate(${view.x}px, ${view.y}px) scale(${view.zoom}) rotate(${view.turn}deg)`;
  }

  function show(index, view = views[on]) {
    view.at = (index + links.length) % links.length;
    Object.assign(view, { zoom: 1, turn: 0, x: 0, y: 0 });
    const link = links[view.at];
    view.image.src = link.href;
    view.image.alt = link.querySelector("img").alt;
    draw(view);
    say();
  }

  function say() {
    const shown = two ? views : [views[0]];
    viewer.querySelector(".caption").textContent = shown.map((view) => {
      const caption = links[view.at].closest(".photo").querySelector(".caption").textContent;
      return `${caption} (${view.at + 1}/${links.length})`;
    }).join("  |  ");
    stages.forEach((stage, index) => stage.classList.toggle("on", two && index === on));
  }

  function zoom(factor, view = views[on]) {
    const next = Math.min(ZOOM_MOST, Math.max(1, view.zoom * factor));
    view.x *= next / view.zoom;
    view.y *= next / view.zoom;
    view.zoom = next;
    draw(view);
  }

  function move(x, y, view = views[on]) {
    if (view.zoom <= 1) return;
    view.x += x;
    view.y += y;
    draw(view);
  }

  const deeds = {
    previous: () => show(views[on].at - 1),
    next: () => show(views[on].at + 1),
    larger: () => zoom(ZOOM),
    smaller: () => zoom(1 / ZOOM),
    rotate: () => { views[on].turn += 90; draw(views[on]); },
    compare: () => {
      two = !two;
      stages[1].hidden = button("swap").hidden = !two;
      button("compare").setAttribute("aria-pressed", String(two));
      on = two ? 1 : 0;
      if (two) show(views[0].at + 1, views[1]);
      say();
    },
    swap: () => { on = 1 - on; say(); },
    close: () => viewer.close(),
  };
  const keys = {
    ArrowLeft: "previous", ArrowRight: "next", "+": "larger", "=": "larger", "-": "smaller", r: "rotate", c: "compare", s: "swap", q: "close",
  };
  const pans = { ArrowLeft: [STEP, 0], ArrowRight: [-STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] };

  viewer.addEventListener("click", (event) => {
    const name = event.target.closest("[data-do]")?.dataset.do;
    if (name) deeds[name]();
  });
  viewer.addEventListener("keydown", (event) => {
    event.stopPropagation(); // the page's own keys rest while photos are looked at
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const pan = pans[event.key];
    if (pan && (event.shiftKey || event.key === "ArrowUp" || event.key === "ArrowDown")) move(...pan);
    else if (event.key === "Home") show(0);
    else if (event.key === "End") show(links.length - 1);
    else if (keys[event.key] && !(keys[event.key] === "swap" && !two)) deeds[keys[event.key]]();
    else return;
    event.preventDefault();
  });

  views.forEach((view, index) => {
    let held = null, moved = false;
    view.stage.addEventListener("pointerdown", (event) => {
      if (two) { on = index; say(); }
      held = [event.clientX, event.clientY];
      moved = false;
      view.stage.setPointerCapture(event.pointerId);
    });
    view.stage.addEventListener("pointermove", (event) => {
      if (!held) return;
      const [x, y] = [event.clientX - held[0], event.clientY - held[1]];
      if (Math.abs(x) + Math.abs(y) > 3) moved = true;
      held = [event.clientX, event.clientY];
      move(x, y, view);
    });
    view.stage.addEventListener("pointerup", (event) => {
      held = null;
      if (moved) return;
      // One press brings the place under it to the middle, larger; at the largest, back to the whole.
      const box = view.stage.getBoundingClientRect();
      if (view.zoom >= ZOOM_MOST) { zoom(1 / ZOOM_MOST, view); return; }
      view.x -= event.clientX - box.left - box.width / 2;
      view.y -= event.clientY - box.top - box.height / 2;
      zoom(2, view);
    });
    view.stage.addEventListener("pointercancel", () => { held = null; });
    view.stage.addEventListener("wheel", (event) => {
      event.preventDefault();
      zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, view);
    }, { passive: false });
  });

  function open(photo) {
    on = 0;
    if (two) deeds.compare();
    on = 0;
    viewer.showModal();
    show(Math.max(0, links.findIndex((link) => link.dataset.photo === photo)));
    button("next").focus();
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-photo]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    if (!links.some((one) => one.dataset.photo === link.dataset.photo)) return;
    event.preventDefault();
    open(link.dataset.photo);
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select");
    if (event.key !== "p" || typing || event.ctrlKey || event.metaKey || event.altKey || viewer.open || localStorage.getItem("keys") === "off") return;
    event.preventDefault();
    open(links[0].dataset.photo);
  });
})();
