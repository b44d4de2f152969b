// A signed link expires after minutes, so it should not stay in the address bar, the history or a bookmark.
if (location.search) history.replaceState(null, "", location.pathname);

addEventListener("DOMContentLoaded", () => {
  document.getElementById("notice")?.focus();
  const form = document.querySelector("form");
  form?.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  // After the back button, the form can be sent again.
  addEventListener("pageshow", () => delete form?.dataset.sent);
});
