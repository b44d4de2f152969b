// A signed link holds for minutes; it should not stay in the address bar, in history or in a bookmark.
if (location.search) history.replaceState(null, "", location.pathname);

addEventListener("DOMContentLoaded", () => {
  document.getElementById("notice")?.focus();
  const form = document.querySelector("form");
  form?.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  // Who comes back by the back button may send again.
  addEventListener("pageshow", () => delete form?.dataset.sent);
});
