// Dates as a visitor reads them, in the visitor's own time zone.

import { LANGUAGE, texts } from './texts.js'

/** The visitor's own way of writing dates in the language of the texts, if there is one. */
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

/** Returns the time of day for today, else the day. */
export function briefTime(date: Date, now: Date): string {
  return isSameDay(date, now) ? clockTime(date) : dayName(date, now)
}

/** Returns the day: by name when it is near. */
export function dayName(date: Date, now: Date): string {
  if (isSameDay(date, now)) return texts.today
  if (isSameDay(date, dayBefore(now))) return texts.yesterday
  return date.getFullYear() === now.getFullYear() ? DAY.format(date) : DAY_AND_YEAR.format(date)
}

/** Returns day and time in full. */
export function wholeTime(date: Date): string {
  return WHOLE.format(date)
}

export function isSameDay(one: Date, other: Date): boolean {
  return one.toDateString() === other.toDateString()
}

function dayBefore(date: Date): Date {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() - 1)
}
