// allauth tells trouble with a passkey by an event; it is said on the page. While the device asks, the button waits.
(() => {
  const said = () => document.getElementById("passkey_trouble");
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    if (said()) said().hidden = false;
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("#passkey_login, #mfa_webauthn_authenticate, #mfa_webauthn_reauthenticate, #mfa_webauthn_add") && said()) said().hidden = true;
  });
})();
