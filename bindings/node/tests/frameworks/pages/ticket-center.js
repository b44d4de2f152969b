// Stands for the desk's script: shows whose center it would be, in the way of the desk's own.
;(() => {
  const tag = document.currentScript
  window.runs = (window.runs ?? 0) + 1
  if (window.DesksealTicketCenter) return window.DesksealTicketCenter.update(tag)

  const show = ({ dataset }) => {
    const { container = 'hdh-ticket-center', email, signature, helpdeskId } = dataset
    const place = document.getElementById(container)
    if (place) place.textContent = email ? `${email} ${signature} ${helpdeskId}` : 'Please sign in.'
  }
  window.shutdowns = 0
  window.DesksealTicketCenter = { update: show, shutdown: () => (window.shutdowns += 1) }
  show(tag)
})()
