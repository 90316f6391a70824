// The form under a thread: Enter sends, the text is never lost, and what went wrong is said where the person is.
import { chosen, keepFile, longestCaption, prepareAttaching, watchAttaching } from "./attaching";
import { BY_KEY } from "./inbox";
import { refresh, showLoggedOut } from "./live";

const SAVE_AFTER_MS = 800;
const isTouch = window.matchMedia("(pointer: coarse)").matches;
let saving: { timer: number; abort: AbortController } | null = null;

const form = () => document.querySelector<HTMLFormElement>("form[data-composer]");
const field = (of: HTMLFormElement) => of.querySelector<HTMLTextAreaElement>("textarea[name=text]");
const draftKey = (of: HTMLFormElement) => `draft:${of.dataset.composer}`;

function grow(area: HTMLTextAreaElement): void {
  area.style.height = "auto";
  area.style.height = `${Math.min(area.scrollHeight + 2, 200)}px`;
}

// WhatsApp counts characters, not the pairs that JavaScript stores some of them in.
function count(of: HTMLFormElement, area: HTMLTextAreaElement): boolean {
  const counter = of.querySelector<HTMLElement>(".composer-count");
  const longest = longestCaption(of) ?? Number(area.dataset.longest);
  const length = [...area.value.trim()].length;
  const isOver = length > longest;
  if (counter) {
    counter.hidden = length < longest * 0.8;
    counter.textContent = isOver
      ? `${(length - longest).toLocaleString()} ${counter.dataset.over}`
      : `${length.toLocaleString()} / ${longest.toLocaleString()}`;
    counter.classList.toggle("text-danger", isOver);
  }
  area.setAttribute("aria-invalid", String(isOver));
  return !isOver;
}

// Kept here at once, and on the server a moment later.
function keep(of: HTMLFormElement, area: HTMLTextAreaElement): void {
  localStorage.setItem(draftKey(of), area.value);
  stopSaving();
  const abort = new AbortController();
  saving = { abort, timer: window.setTimeout(() => void save(of, area.value, abort.signal), SAVE_AFTER_MS) };
}

async function save(of: HTMLFormElement, text: string, signal: AbortSignal): Promise<void> {
  const data = new FormData(of);
  data.set("text", text);
  data.delete("file"); // a draft is words
  const answer = await fetch(of.dataset.draftUrl!, {
    method: "POST",
    body: data,
    headers: { "HX-Request": "true" },
    signal,
  }).catch(() => null);
  if (answer?.ok && localStorage.getItem(draftKey(of)) === text) localStorage.removeItem(draftKey(of));
  if (answer?.status === 401) showLoggedOut();
}

function stopSaving(): void {
  if (!saving) return;
  clearTimeout(saving.timer);
  saving.abort.abort();
  saving = null;
}

function say(of: HTMLFormElement, text: string, link?: HTMLAnchorElement): void {
  const error = of.querySelector<HTMLElement>(".composer-error")!;
  error.replaceChildren(text, ...(link ? [" ", link] : []));
  error.hidden = false;
}

function sayLoggedOut(of: HTMLFormElement): void {
  const link = document.createElement("a");
  link.href = `${document.body.dataset.loginUrl}?next=${encodeURIComponent(location.pathname + location.search)}`;
  link.className = "alert-link";
  link.textContent = of.dataset.logIn!;
  say(of, of.dataset.loggedOut!, link);
}

async function reload(of: HTMLFormElement): Promise<void> {
  const answer = await fetch(of.dataset.composerUrl!, { headers: { "HX-Request": "true" }, cache: "no-store" });
  if (!answer.ok) return;
  const text = field(of)?.value;
  const template = document.createElement("template");
  template.innerHTML = await answer.text();
  const fresh = template.content.querySelector<HTMLFormElement>("form[data-composer]");
  if (!fresh || !of.isConnected || of.classList.contains("htmx-request")) return;
  const hadFocus = of.contains(document.activeElement);
  of.replaceWith(fresh);
  window.htmx.process(fresh);
  const area = field(fresh);
  if (area && text) area.value = text;
  keepFile(of, fresh);
  prepare();
  if (hadFocus) area?.focus();
}

function prepare(): void {
  prepareAttaching();
  const of = form();
  const area = of && field(of);
  if (!of || !area) return;
  const kept = localStorage.getItem(draftKey(of));
  if (kept !== null && !of.querySelector(".composer-error:not([hidden])")) area.value = kept;
  grow(area);
  count(of, area);
  area.setSelectionRange(area.value.length, area.value.length);
  tickDown();
}

function tickDown(): void {
  const of = form();
  const shown = of?.querySelector<HTMLElement>("[data-countdown]");
  if (!of || !shown?.dataset.countdown) return;
  const left = Math.floor((Date.parse(shown.dataset.countdown) - Date.now()) / 1000);
  if (left < 0) {
    if (of.dataset.state === "open") void reload(of);
    return;
  }
  const [h, m, s] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
  const time = h ? `${h} h ${m} min` : m >= 10 ? `${m} min` : `${m}:${String(s).padStart(2, "0")}`;
  shown.textContent = shown.dataset.left!.replace("%s", time);
  shown.classList.toggle("text-warning-emphasis", left < 7200);
}

type Answer = CustomEvent<{ xhr: XMLHttpRequest; elt: Element; successful?: boolean }>;

function failed(event: Event, text: (of: HTMLFormElement) => string): void {
  const of = form();
  if (of && event.target === of) say(of, text(of));
}

export function watchComposer(): void {
  if (!form()) return;
  watchAttaching(() => {
    const of = form();
    const area = of && field(of);
    if (of && area) count(of, area);
    area?.focus();
  });
  prepare();
  if (!isTouch && !sessionStorage.getItem(BY_KEY)) field(form()!)?.focus();
  sessionStorage.removeItem(BY_KEY);
  setInterval(tickDown, 1000);
  const body = document.body;
  body.addEventListener("input", (event) => {
    const of = form();
    const area = event.target as HTMLTextAreaElement;
    if (!of || area.name !== "text" || !of.contains(area)) return;
    grow(area);
    count(of, area);
    keep(of, area);
  });
  body.addEventListener("keydown", (event) => {
    const of = form();
    const area = event.target as HTMLTextAreaElement;
    if (!of || area.name !== "text" || !of.contains(area)) return;
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || isTouch) return;
    event.preventDefault();
    if ((area.value.trim() || chosen(of)) && count(of, area)) of.requestSubmit(of.querySelector<HTMLButtonElement>(".composer-line .composer-send"));
  });
  body.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target === form()) stopSaving();
  });
  body.addEventListener("sc:sent", () => {
    const of = form();
    if (of) localStorage.removeItem(draftKey(of));
    const thread = document.getElementById("thread");
    if (thread) refresh(thread);
  });
  body.addEventListener("htmx:afterSettle", (event) => {
    if ((event.target as Element).id !== "composer") return;
    prepare();
    const area = form() && field(form()!);
    area?.focus();
  });
  body.addEventListener("htmx:sendError", (event) => failed(event, (of) => of.dataset.noConnection!));
  body.addEventListener("htmx:timeout", (event) => failed(event, (of) => of.dataset.noConnection!));
  body.addEventListener("htmx:responseError", (event) => {
    const of = form();
    if (!of || event.target !== of) return;
    const { xhr } = (event as Answer).detail;
    if (xhr.status === 401) sayLoggedOut(of);
    else say(of, messageOf(xhr) ?? of.dataset.serverError!);
  });
  // The window opened or closed, or the number may send again: the head tells first.
  body.addEventListener("sc:refreshed", (event) => {
    const told = (event.target as Element).querySelector<HTMLElement>("[data-window]");
    const of = form();
    if (told && of && (told.dataset.window !== of.dataset.state || told.dataset.closesAt !== of.dataset.closesAt)) void reload(of);
  });
  window.addEventListener("pageshow", (event) => {
    const of = form();
    if (event.persisted && of) void reload(of);
  });
}

function messageOf(xhr: XMLHttpRequest): string | null {
  try {
    const { error } = JSON.parse(xhr.responseText) as { error: { message: string; cure: string } };
    return `${error.message} ${error.cure}`.trim();
  } catch {
    return null;
  }
}
