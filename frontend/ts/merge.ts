// Putting fetched HTML into a list whose rows have `data-key`, touching only what differs: what is read, focused or
// selected stays, and a screen reader hears only what is new.
export type Mode = "replace" | "list" | "thread";

const TOKEN = "input[name=csrfmiddlewaretoken]";
const TYPED = "input[id]:not([type=hidden], [type=radio], [type=checkbox]), textarea[id]";
const CHECKED = "input[type=radio][id], input[type=checkbox][id]";

export function merge(into: HTMLElement, html: string, mode: Mode): void {
  const content = parse(html);
  if (mode === "replace") return replaceAll(into, content);
  let wanted = rowsOf(content);
  const known = keyed(into);
  const overlaps = wanted.some((row) => isEntry(row) && known.has(keyOf(row)));
  if (mode === "thread" && overlaps) {
    // What is older stays, with its own link to what is older still and the heading of its day.
    known.get("empty")?.remove();
    wanted = wanted.filter((row, index) => keyOf(row) !== "older" && !(isHeading(row) && index < 2 && known.has(keyOf(row))));
  } else {
    const keys = new Set(wanted.map(keyOf));
    for (const [key, row] of known) if (!keys.has(key)) row.remove();
  }
  place(into, wanted);
}

// Older rows of the same list: at the top of a thread, at the end of a list.
export function insertOlder(link: HTMLElement, html: string): void {
  const holder = link.closest<HTMLElement>("[data-key]")!;
  const list = holder.parentElement!;
  holder.remove();
  const known = keyed(list);
  const rows = rowsOf(parse(html)).filter((row) => {
    const twin = known.get(keyOf(row));
    if (twin && isHeading(row)) twin.remove(); // the day now begins further up
    return !twin || isHeading(row);
  });
  if (link.dataset.olderWhere === "before") list.prepend(...rows);
  else list.append(...rows);
}

const keyOf = (row: HTMLElement): string => row.dataset.key ?? "";
const isEntry = (row: HTMLElement): boolean => /^[cm]\d/.test(keyOf(row));
const isHeading = (row: HTMLElement): boolean => /^d\d/.test(keyOf(row));

function parse(html: string): DocumentFragment {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

function rowsOf(parent: ParentNode): HTMLElement[] {
  return [...parent.children].filter((child): child is HTMLElement => child instanceof HTMLElement && !!child.dataset.key);
}

function keyed(list: ParentNode): Map<string, HTMLElement> {
  return new Map(rowsOf(list).map((row) => [keyOf(row), row]));
}

// Walks down the list beside the wanted rows, and moves only what stands elsewhere.
function place(into: HTMLElement, wanted: HTMLElement[]): void {
  const known = keyed(into);
  const keys = new Set(wanted.map(keyOf));
  let cursor: Element | null = rowsOf(into).find((row) => keys.has(keyOf(row))) ?? null;
  for (const row of wanted) {
    const old = known.get(keyOf(row));
    const current = old && isSame(old, row) ? old : row;
    if (old && current === row) {
      if (cursor === old) cursor = row;
      exchange(old, row);
    }
    if (current === cursor) cursor = cursor.nextElementSibling;
    else into.insertBefore(current, cursor);
  }
}

// Each rendering masks the form's token anew: that alone is no difference.
function isSame(old: HTMLElement, row: HTMLElement): boolean {
  const kept = old.querySelector<HTMLInputElement>(TOKEN);
  if (kept) row.querySelector(TOKEN)?.setAttribute("value", kept.value);
  return old.isEqualNode(row);
}

function exchange(old: HTMLElement, row: HTMLElement): void {
  const isOpen = old.querySelector("details[open]") !== null;
  const focused = document.activeElement && old.contains(document.activeElement) ? document.activeElement : null;
  const place = focused ? reachable(old).indexOf(focused as HTMLElement) : -1;
  old.replaceWith(row);
  if (isOpen) row.querySelector("details")?.setAttribute("open", "");
  if (focused) reachable(row)[place]?.focus({ preventScroll: true });
}

function reachable(row: HTMLElement): HTMLElement[] {
  return [...row.querySelectorAll<HTMLElement>("a, button, summary")];
}

// What somebody is typing or choosing just now outlives the news that comes meanwhile.
function typedIn(place: HTMLElement): Map<string, string> {
  const fields = [...place.querySelectorAll<HTMLInputElement>(TYPED)];
  return new Map(fields.filter((field) => field.value !== field.defaultValue).map((field) => [field.id, field.value]));
}

function checkedIn(place: HTMLElement): Map<string, boolean> {
  const boxes = [...place.querySelectorAll<HTMLInputElement>(CHECKED)];
  return new Map(boxes.filter((box) => box.checked !== box.defaultChecked).map((box) => [box.id, box.checked]));
}

// What is unfolded, by its summary.
function unfoldedIn(place: HTMLElement): Set<string> {
  const open = [...place.querySelectorAll("details[open] > summary")];
  return new Set(open.map((summary) => summary.textContent?.trim() ?? ""));
}

function replaceAll(into: HTMLElement, content: DocumentFragment): void {
  const now = into.cloneNode(true) as HTMLElement;
  const next = into.cloneNode(false) as HTMLElement;
  next.append(content);
  const kept = now.querySelector<HTMLInputElement>(TOKEN);
  if (kept) for (const token of next.querySelectorAll(TOKEN)) token.setAttribute("value", kept.value);
  if (now.isEqualNode(next)) return;
  const active = document.activeElement;
  const id = active && into.contains(active) ? active.id : "";
  const typed = typedIn(into);
  const checked = checkedIn(into);
  const unfolded = unfoldedIn(into);
  into.replaceChildren(...next.childNodes);
  for (const summary of into.querySelectorAll("details > summary"))
    if (unfolded.has(summary.textContent?.trim() ?? "")) summary.parentElement?.setAttribute("open", "");
  for (const field of into.querySelectorAll<HTMLInputElement>(TYPED)) field.value = typed.get(field.id) ?? field.value;
  for (const box of into.querySelectorAll<HTMLInputElement>(CHECKED)) box.checked = checked.get(box.id) ?? box.checked;
  if (id) document.getElementById(id)?.focus({ preventScroll: true });
}
