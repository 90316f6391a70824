// A file beside a reply: chosen, dropped or pasted; looked at before it is sent, shown while it goes, taken back.
const form = () => document.querySelector<HTMLFormElement>("form[data-composer]");
const field = (of: ParentNode | null) => of?.querySelector<HTMLInputElement>("input[name=file]") ?? null;
const part = <E extends HTMLElement>(of: ParentNode, name: string) => of.querySelector<E>(`.composer-${name}`);

export const chosen = (of: HTMLFormElement): File | null => field(of)?.files?.[0] ?? null;

// With a file the words are its caption, which may be shorter than a message.
export function longestCaption(of: HTMLFormElement): number | null {
  return chosen(of) ? Number(field(of)!.dataset.longest) : null;
}

// The form was fetched anew, since the window moved: the file stays beside it.
export function keepFile(before: HTMLFormElement, now: HTMLFormElement): void {
  const [from, to] = [field(before), field(now)];
  if (from?.files && to) to.files = from.files;
}

export function watchAttaching(changed: () => void): void {
  const body = document.body;
  body.addEventListener("click", (event) => {
    const of = form();
    const target = event.target as Element;
    if (!of || !of.contains(target)) return;
    if (target.closest(".composer-attach")) field(of)?.click();
    if (target.closest(".composer-file .btn-close")) {
      window.htmx.trigger(of, "htmx:abort");
      clear(of);
      changed();
    }
  });
  body.addEventListener("change", (event) => {
    const of = form();
    if (!of || event.target !== field(of)) return;
    show(of);
    changed();
  });
  body.addEventListener("paste", (event) => {
    const of = form();
    const files = event.clipboardData?.files;
    if (!of || !files?.length || !of.contains(event.target as Node)) return;
    if (take(of, files)) event.preventDefault();
    changed();
  });
  watchDropping(changed);
  body.addEventListener("htmx:configRequest", (event) => {
    const of = form();
    const { detail } = event as CustomEvent<{ elt: Element; timeout: number }>;
    if (of && detail.elt === of && chosen(of)) detail.timeout = 0; // however long the line takes; ✕ stops it
  });
  body.addEventListener("htmx:xhr:progress", (event) => {
    const of = form();
    const { lengthComputable, loaded, total } = (event as CustomEvent<ProgressEvent>).detail;
    if (of && event.target === of && chosen(of) && lengthComputable) progress(of, loaded / total);
  });
  for (const end of ["htmx:responseError", "htmx:sendError", "htmx:xhr:abort"])
    body.addEventListener(end, (event) => {
      const of = form();
      if (of && event.target === of && chosen(of)) show(of);
    });
}

// A whole conversation is the place to drop on.
function watchDropping(changed: () => void): void {
  const holds = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  const place = (event: DragEvent) => (event.target as Element | null)?.closest?.(".inbox-thread") ?? null;
  const mark = (is: boolean) => {
    const drop = document.querySelector<HTMLElement>(".composer-drop");
    if (drop) drop.hidden = !is;
  };
  document.addEventListener("dragover", (event) => {
    if (!holds(event)) return;
    event.preventDefault(); // else the browser leaves the page for the file
    mark(place(event) !== null);
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) mark(false);
  });
  document.addEventListener("drop", (event) => {
    if (!holds(event)) return;
    event.preventDefault();
    mark(false);
    const of = form();
    if (of && place(event) && take(of, event.dataTransfer!.files)) changed();
  });
}

function take(of: HTMLFormElement, files: FileList): boolean {
  const input = field(of);
  if (!input || !files.length) return false;
  const one = new DataTransfer();
  one.items.add(files[0]!);
  input.files = one.files;
  show(of);
  return true;
}

export function prepareAttaching(): void {
  const of = form();
  const attach = of && part(of, "attach");
  if (!of || !attach) return;
  attach.hidden = false;
  part(of, "choose")?.classList.add("visually-hidden");
  const input = field(of)!;
  input.tabIndex = -1; // the button stands for it
  show(of);
}

function show(of: HTMLFormElement): void {
  const shown = part(of, "file")!;
  const file = chosen(of);
  const fault = file && faultOf(of, file);
  if (!file || fault) {
    clear(of);
    if (fault) say(of, fault);
    return;
  }
  say(of, "");
  part(shown, "file-name")!.textContent = file.name;
  part(shown, "file-facts")!.textContent = facts(of, file);
  part(shown, "file-progress")!.hidden = true;
  shown.hidden = false;
}

function clear(of: HTMLFormElement): void {
  field(of)!.value = "";
  part(of, "file")!.hidden = true;
}

function faultOf(of: HTMLFormElement, file: File): string {
  const { largest, tooLarge, empty } = field(of)!.dataset;
  if (!file.size) return empty!;
  return file.size > Number(largest) ? tooLarge! : "";
}

function facts(of: HTMLFormElement, file: File): string {
  const kinds = JSON.parse(field(of)!.dataset.kinds!) as Record<string, number>;
  const fits = file.size <= (kinds[file.type] ?? -1);
  return fits ? size(file.size) : `${size(file.size)}, ${part(of, "file-facts")!.dataset.asDocument}`;
}

function progress(of: HTMLFormElement, done: number): void {
  const bar = part<HTMLProgressElement>(of, "file-progress")!;
  const percent = Math.floor(done * 100);
  bar.hidden = false;
  bar.value = percent;
  const told = part(of, "file-facts")!;
  told.textContent = `${told.dataset.uploading} ${percent} %`;
}

function say(of: HTMLFormElement, text: string): void {
  const error = of.querySelector<HTMLElement>(".composer-error")!;
  if (!text && !error.hasAttribute("data-of-file")) return;
  error.textContent = text;
  error.hidden = !text;
  error.toggleAttribute("data-of-file", !!text);
}

function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const [unit, by] = bytes < 1024 * 1024 ? ["kB", 1024] : ["MB", 1024 * 1024];
  return `${(bytes / (by as number)).toLocaleString(undefined, { maximumFractionDigits: 1 })} ${unit}`;
}
