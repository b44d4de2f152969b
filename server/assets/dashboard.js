// Improves the pages where JavaScript is available. All of them work without it.
"use strict";

const THREAD_MILLISECONDS = 3000;

/** Shows times in the browser's own zone. The title keeps what the server wrote. */
function localize(root) {
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  for (const time of root.querySelectorAll("time[data-local]")) {
    time.textContent = format.format(new Date(time.dateTime));
  }
}

/** Runs the task periodically while the page is visible, never twice at once. */
function repeat(task, milliseconds) {
  const run = async () => {
    if (document.visibilityState === "visible") {
      try {
        await task();
      } catch {
        // The server is unavailable for a moment; the next round retries.
      }
    }
    setTimeout(run, milliseconds);
  };
  setTimeout(run, milliseconds);
}

/** Requests a page or a part of one. `X-Refresh` says that the script asks, not the agent. */
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

/** Gives an element the attributes and the content of another one, and keeps every node that it can. */
function morph(node, fresh) {
  if (node.nodeType === Node.TEXT_NODE) {
    if (node.data !== fresh.data) {
      node.data = fresh.data;
    }
    return;
  }
  for (const { name } of [...node.attributes]) {
    if (!fresh.hasAttribute(name)) {
      node.removeAttribute(name);
    }
  }
  for (const { name, value } of fresh.attributes) {
    if (node.getAttribute(name) !== value) {
      node.setAttribute(name, value);
    }
  }
  const children = [...fresh.childNodes];
  children.forEach((child, index) => {
    const own = node.childNodes[index];
    if (!own) {
      node.append(child);
    } else if (own.nodeName === child.nodeName) {
      morph(own, child);
    } else {
      own.replaceWith(child);
    }
  });
  while (node.childNodes.length > children.length) {
    node.lastChild.remove();
  }
}

/** The row that stays where it is on the screen: the one with the focus, else the first in sight. */
function anchorOf(rows) {
  const focused = rows.find((row) => row.contains(document.activeElement));
  if (focused || scrollY === 0) {
    return focused;
  }
  return rows.find((row) => row.getBoundingClientRect().bottom > 0);
}

/**
 * Makes the rows those of a fresh list. Rows are the same where their keys are. The anchor is never moved,
 * since a moved element loses the focus: others are moved around it. It is removed only when the focus has
 * left it.
 */
function morphRows(list, fresh, anchor) {
  const own = new Map([...list.children].map((row) => [row.dataset.key, row]));
  const rows = [...fresh.children].map((row) => {
    const known = own.get(row.dataset.key);
    own.delete(row.dataset.key);
    if (known) {
      morph(known, row);
    }
    return known ?? row;
  });
  if (anchor?.contains(document.activeElement) && own.delete(anchor.dataset.key)) {
    rows.splice([...list.children].indexOf(anchor), 0, anchor);
  }
  own.forEach((row) => row.remove());
  let place = list.firstElementChild;
  for (const row of rows) {
    while (row === anchor && place !== anchor) {
      const behind = place;
      place = place.nextElementSibling;
      anchor.after(behind);
    }
    if (row === place) {
      place = place.nextElementSibling;
    } else {
      list.insertBefore(row, place);
    }
  }
}

/** Makes the list what the server has now; focus, selection and place on the screen stay. */
function renew(list, fresh) {
  const [rows, freshRows] = [list.querySelector(".list"), fresh.querySelector(".list")];
  if (!rows || !freshRows) {
    if (!list.contains(document.activeElement)) {
      list.replaceChildren(...fresh.childNodes);
    }
    return;
  }
  const anchor = anchorOf([...rows.children]);
  const before = anchor?.getBoundingClientRect().top;
  morphRows(rows, freshRows, anchor);
  const [pages, freshPages] = [list.querySelector(".pages"), fresh.querySelector(".pages")];
  if (pages && freshPages) {
    morph(pages, freshPages);
  } else if (freshPages) {
    list.append(freshPages);
  } else if (pages && !pages.contains(document.activeElement)) {
    pages.remove();
  }
  if (anchor?.isConnected) {
    scrollBy(0, anchor.getBoundingClientRect().top - before);
  }
}

function followList(list) {
  repeat(async () => {
    const answer = await ask(location.href);
    if (answer.status !== 200) {
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("list");
    if (fresh) {
      renew(list, fresh);
    }
  }, Number(list.dataset.refresh));
}

/** Asks before the agent leaves the page with an unsent text, and sends with Ctrl+Enter. */
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
