// The inbox beside its composer: older pages in place, keys, and what has been looked at.
import { showLoggedOut } from "./live";
import { insertOlder } from "./merge";

export const BY_KEY = "inbox-by-key"; // this conversation was come to by j or k: the next key may be one too
const rows = () => [...document.querySelectorAll<HTMLAnchorElement>("#rows .row-item > a")];

async function fetchOlder(link: HTMLAnchorElement): Promise<void> {
  link.setAttribute("aria-busy", "true");
  const answer = await fetch(link.dataset.older!, { headers: { "HX-Request": "true" } }).catch(() => null);
  link.removeAttribute("aria-busy");
  if (answer?.status === 401) return showLoggedOut();
  if (!answer?.ok) return;
  insertOlder(link, await answer.text());
}

function step(by: 1 | -1): void {
  const all = rows();
  const at = all.findIndex((row) => row === document.activeElement || row.getAttribute("aria-current") === "page");
  const next = all[at < 0 ? 0 : at + by];
  if (!next) return;
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  if (!document.querySelector("form[data-composer]")) return;
  sessionStorage.setItem(BY_KEY, "1");
  next.click();
}

const keys: Record<string, () => void> = {
  j: () => step(1),
  k: () => step(-1),
  r: () => document.querySelector<HTMLElement>("#composer textarea, #composer button")?.focus(),
  t: () => document.querySelector<HTMLElement>("[data-key-template]")?.click(),
  n: () => document.querySelector<HTMLElement>("[data-key-new]")?.click(),
  "/": () => document.querySelector<HTMLElement>("[data-key-search]")?.focus(),
  "?": () => document.querySelector<HTMLDialogElement>("#keys")?.showModal(),
};

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

// What comes in while the page is looked at has been seen.
let seen = 0;

function noteSeen(): void {
  const thread = document.querySelector<HTMLElement>("[data-seen-url]");
  const token = document.querySelector<HTMLInputElement>("#composer input[name=csrfmiddlewaretoken]");
  if (!thread || !token || document.visibilityState !== "visible") return;
  const received = thread.querySelectorAll(".bubble-in, .note").length;
  if (received === seen) return;
  seen = received;
  void fetch(thread.dataset.seenUrl!, {
    method: "POST",
    headers: { "X-CSRFToken": token.value, "HX-Request": "true" },
  }).catch(() => null);
}

export function watchInbox(): void {
  if (!document.querySelector(".inbox")) return;
  const body = document.body;
  body.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-older]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void fetchOlder(link);
  });
  body.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isTyping(event.target)) (event.target as HTMLElement).blur();
    if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  body.addEventListener("sc:refreshed", (event) => {
    if ((event.target as Element).id === "thread") noteSeen();
  });
  document.addEventListener("visibilitychange", noteSeen);
  seen = document.querySelectorAll("#thread > .bubble-in, #thread > .note").length; // the server knows of these
  keepScroll();
}

// Choosing a conversation loads a page: the list stays where it was.
function keepScroll(): void {
  const list = document.getElementById("rows");
  if (!list) return;
  list.scrollTop = Number(sessionStorage.getItem("inbox-scroll") ?? 0);
  window.addEventListener("pagehide", () => sessionStorage.setItem("inbox-scroll", String(list.scrollTop)));
}
