// Forms that want to know where the person is carry an empty field `data-time-zone`.
export function fillTimeZone(): void {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const field of document.querySelectorAll<HTMLInputElement>("input[data-time-zone]")) field.value ||= zone;
}
