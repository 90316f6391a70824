// Small things that forms and notices everywhere can ask for by an attribute.
export function watchForms(): void {
  const body = document.body;
  body.addEventListener("click", (event) => {
    (event.target as Element).closest("[data-dismiss]")?.closest(".alert")?.remove();
  });
  body.addEventListener("click", (event) => void copy(event.target as Element));
  // A second click on a form that is under way does nothing.
  body.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.hasAttribute("data-once")) return;
    if (form.dataset.under === "way") event.preventDefault();
    form.dataset.under = "way";
  });
  body.addEventListener("change", (event) => {
    const field = event.target as HTMLSelectElement;
    if (field.hasAttribute("data-submit-on-change")) field.form?.requestSubmit();
  });
  // A chosen picture is shown before it is sent.
  body.addEventListener("change", (event) => {
    const field = event.target as HTMLInputElement;
    const shown = field.dataset.preview ? document.getElementById(field.dataset.preview) : null;
    if (!(shown instanceof HTMLImageElement)) return;
    URL.revokeObjectURL(shown.src);
    const file = field.files?.[0];
    shown.hidden = !file?.type.startsWith("image/");
    if (file && !shown.hidden) shown.src = URL.createObjectURL(file);
  });
  // Destructive acts: the button wakes when the word is typed.
  body.addEventListener("input", (event) => {
    const field = event.target as HTMLInputElement;
    if (field.dataset.confirm === undefined) return;
    const button = field.form?.querySelector<HTMLButtonElement>("button[data-confirmed]");
    if (button) button.disabled = field.value.trim() !== field.dataset.confirm;
  });
  // A template's look follows what is typed into its fields.
  body.addEventListener("input", (event) => {
    const field = event.target as HTMLInputElement;
    if (field.dataset.fills === undefined) return;
    for (const shown of document.querySelectorAll<HTMLElement>("[data-value-of]"))
      if (shown.dataset.valueOf === field.dataset.fills) shown.textContent = field.value.trim() || shown.dataset.else!;
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll<HTMLFormElement>("form[data-under]")) delete form.dataset.under;
  });
}

// A button names the text that it copies. Without leave to the clipboard the text is selected for the person to do it.
async function copy(target: Element): Promise<void> {
  const button = target.closest<HTMLElement>("[data-copy]");
  const text = button && document.getElementById(button.dataset.copy!);
  if (!button || !text) return;
  try {
    await navigator.clipboard.writeText(text.textContent ?? "");
    button.textContent = button.dataset.copied ?? "";
  } catch {
    getSelection()?.selectAllChildren(text);
  }
}
