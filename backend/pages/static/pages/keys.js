// One key a deed: `data-key="a"` on a link, a button or a field says which key reaches it. Links and buttons are pressed,
// fields are focused. Off while somebody types, and for good once she says so (WCAG 2.1.4): localStorage "keys" = "off".
(() => {
  const typing = (target) => target.closest("input:not([type=radio], [type=checkbox], [type=submit]), textarea, select, [contenteditable]");
  const visible = (element) => element.checkVisibility ? element.checkVisibility() : element.offsetParent !== null;
  const off = () => localStorage.getItem("keys") === "off";

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape" && typing(event.target)) { event.target.blur(); return; }
    if (off() || typing(event.target)) return;
    const found = [...document.querySelectorAll("[data-key]")]
      .find((element) => element.dataset.key.split(" ").includes(event.key) && !element.disabled && visible(element));
    if (!found) return;
    event.preventDefault();
    if (found.matches("textarea, select, input:not([type=radio], [type=checkbox], [type=submit])")) found.focus();
    else if (found.matches("summary")) { found.click(); found.focus(); } // so that Tab goes on inside
    else if (found.matches("a[href], button, input")) found.click();
    else found.focus();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-keys-off]")) localStorage.setItem("keys", event.target.checked ? "off" : "on");
  });
  document.addEventListener("DOMContentLoaded", () => {
    for (const box of document.querySelectorAll("[data-keys-off]")) box.checked = off();
  });

  // A form is sent once: a second press while the first is on its way does nothing.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    addEventListener("pageshow", () => delete form.dataset.sent, { once: true });
  });
})();
