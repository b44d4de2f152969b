// Reloads the list when a new mail has arrived.
const shown = document.body.dataset.mails

async function look() {
  const answer = await fetch('/mails.json').catch(() => null)
  const mails = answer?.ok ? await answer.json() : null
  if (mails && String(mails.length) !== shown) location.reload()
}

setInterval(look, 1000)
