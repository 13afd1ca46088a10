// Times and numbers as people say them.
export const clock = (seconds) =>
  new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', hour: 'numeric', minute: '2-digit', hour12: true }).format(new Date(seconds * 1000)).replace(' ', '').replace(':', '.');

// +447700900123 as 07700 900123.
export function local(number) {
  const digits = number.replace(/^\+44/, '0');
  return `${digits.slice(0, 5)} ${digits.slice(5)}`;
}

// Seconds as `2 h 15 min`, rounded down: nobody is told there is more time than there is.
export function span(seconds) {
  const minutes = Math.max(0, Math.floor(seconds / 60));
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
