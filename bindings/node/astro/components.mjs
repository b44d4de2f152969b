export { default as TicketCenter } from './TicketCenter.astro'
