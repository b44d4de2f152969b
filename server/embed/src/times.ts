// Formats dates for the customer, in the customer's time zone.

import { LANGUAGE, texts } from './texts.js'

/** The customer's regional variant of the texts' language, if the browser has one. */
const LOCALE = navigator.languages.find((locale) => locale.startsWith(LANGUAGE)) ?? LANGUAGE

const CLOCK = new Intl.DateTimeFormat(LOCALE, { hour: 'numeric', minute: '2-digit' })
const DAY = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short' })
const DAY_AND_YEAR = new Intl.DateTimeFormat(LOCALE, {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
})
const WHOLE = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'full', timeStyle: 'short' })

/** Returns the time of day. */
export function clockTime(date: Date): string {
  return CLOCK.format(date)
}

/** Returns the time of day if the date is today, else the day. */
export function briefTime(date: Date, now: Date): string {
  return isSameDay(date, now) ? clockTime(date) : dayName(date, now)
}

/** Returns "Today", "Yesterday" or the date. */
export function dayName(date: Date, now: Date): string {
  if (isSameDay(date, now)) return texts.today
  if (isSameDay(date, dayBefore(now))) return texts.yesterday
  return date.getFullYear() === now.getFullYear() ? DAY.format(date) : DAY_AND_YEAR.format(date)
}

/** Returns the date and time in full. */
export function wholeTime(date: Date): string {
  return WHOLE.format(date)
}

export function isSameDay(one: Date, other: Date): boolean {
  return one.toDateString() === other.toDateString()
}

function dayBefore(date: Date): Date {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() - 1)
}
