// What pages do better where there is JavaScript. All of them work without it.
"use strict";

const THREAD_MILLISECONDS = 3000;

/** Shows times in the browser's own zone. The title keeps what the server wrote. */
function localize(root) {
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  for (const time of root.querySelectorAll("time[data-local]")) {
    time.textContent = format.format(new Date(time.dateTime));
  }
}

/** Runs the task again and again while the page is in sight, never twice at once. */
function repeat(task, milliseconds) {
  const run = async () => {
    if (document.visibilityState === "visible") {
      try {
        await task();
      } catch {
        // The server is away for a moment; the next round asks again.
      }
    }
    setTimeout(run, milliseconds);
  };
  setTimeout(run, milliseconds);
}

/** Asks for a page or a part of one; `X-Refresh` says that nobody clicked. */
async function ask(url, tag) {
  const headers = { "X-Refresh": "1" };
  if (tag) {
    headers["If-None-Match"] = tag;
  }
  return fetch(url, { headers, redirect: "error", cache: "no-store" });
}

function followThread(thread) {
  let tag;
  repeat(async () => {
    const answer = await ask(thread.dataset.thread, tag);
    if (answer.status !== 200) {
      return;
    }
    const isFirst = tag === undefined;
    tag = answer.headers.get("ETag");
    const before = thread.querySelectorAll(".message").length;
    thread.innerHTML = await answer.text();
    localize(thread);
    const messages = thread.querySelectorAll(".message");
    if (!isFirst && messages.length > before) {
      messages[messages.length - 1].scrollIntoView({ block: "nearest" });
    }
  }, THREAD_MILLISECONDS);
}

function followList(list) {
  repeat(async () => {
    if (list.contains(document.activeElement)) {
      return;
    }
    const answer = await ask(location.href);
    if (answer.status !== 200) {
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("list");
    if (fresh && fresh.innerHTML !== list.innerHTML) {
      list.replaceChildren(...fresh.childNodes);
    }
  }, Number(list.dataset.refresh));
}

/** Keeps an unsent text while somebody leaves the page by mistake, and sends by Ctrl+Enter. */
function helpComposer(form) {
  const text = form.querySelector("textarea");
  let isSending = false;
  form.addEventListener("submit", (event) => {
    if (isSending) {
      event.preventDefault();
    }
    isSending = true;
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  addEventListener("beforeunload", (event) => {
    if (!isSending && text.value !== text.defaultValue) {
      event.preventDefault();
    }
  });
  addEventListener("pageshow", () => {
    isSending = false;
  });
}

/** A button with `data-copy` copies the text of the element of that id. */
function helpCopying(button) {
  const source = document.getElementById(button.dataset.copy);
  if (!source || !navigator.clipboard) {
    return;
  }
  button.hidden = false;
  const name = button.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(source.value ?? source.textContent);
    button.textContent = "Copied";
    setTimeout(() => {
      button.textContent = name;
    }, 2000);
  });
}

localize(document);
document.querySelectorAll("[data-thread]").forEach(followThread);
document.querySelectorAll("[data-refresh]").forEach(followList);
document.querySelectorAll(".composer").forEach(helpComposer);
document.querySelectorAll("[data-copy]").forEach(helpCopying);
for (const select of document.querySelectorAll(".filters select")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}
