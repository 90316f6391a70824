// Waits that a provider asks for (`data-wait`, in seconds) are counted down; buttons with `data-waits` in the same form
// sleep until they are over.
const untils = new WeakMap<HTMLElement, number>();

function inWords(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (hours) return `${hours} h ${minutes} min`;
  return `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
}

function tick(): void {
  for (const shown of document.querySelectorAll<HTMLElement>("[data-wait]")) {
    if (!untils.has(shown)) untils.set(shown, Date.now() + Number(shown.dataset.wait) * 1000);
    const left = Math.ceil((untils.get(shown)! - Date.now()) / 1000);
    shown.textContent = inWords(Math.max(0, left));
    for (const button of shown.closest("form")?.querySelectorAll<HTMLButtonElement>("button[data-waits]") ?? []) {
      button.disabled = left > 0;
    }
  }
}

export function watchWaits(): void {
  tick();
  setInterval(tick, 1000);
  document.body.addEventListener("htmx:afterSettle", tick);
}
