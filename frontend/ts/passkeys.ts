// The library tells of a passkey that was not used by an event alone: show the sentence that the page holds for it.
export function watchPasskeys(): void {
  document.addEventListener("allauth.error", (event) => {
    const sentences = document.querySelectorAll<HTMLElement>("[data-passkey-trouble]");
    for (const sentence of sentences) sentence.hidden = false;
    if (sentences.length) event.preventDefault();
  });
}
