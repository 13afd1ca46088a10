// Times and numbers as people say them.
export const clock = (seconds) =>
  new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', hour: 'numeric', minute: '2-digit', hour12: true }).format(new Date(seconds * 1000)).replace(' ', '').replace(':', '.');

// +447700900123 as 07700 900123.
export function local(number) {
  const digits = number.replace(/^\+44/, '0');
  return `${digits.slice(0, 5)} ${digits.slice(5)}`;
}
