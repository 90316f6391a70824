// What changed elsewhere, without a reload. The server says topics; elements that name one in `data-live` fetch
// themselves anew from `data-live-url`. One tab of a browser holds the stream and tells the others: a browser opens only
// six connections to one host.
import htmx from "htmx.org";
import { merge, type Mode } from "./merge";

const QUIET_S = 40; // the server beats every 15 s
const SHOW_AFTER_MS = 3000;
const RETRY_MS = 1000;
const LONGEST_RETRY_MS = 15000;
const REFRESH_EVERY_MS = 300_000; // time passes without news: windows close, today becomes yesterday
const body = document.body;
const state = document.getElementById("live-state");
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("safarichat-live") : null;

let lastAt = Date.now();
let lostAt: number | null = null;
let lastId = body.dataset.renderedAt ?? String(Date.now());
const fetching = new Map<HTMLElement, "running" | "again">();

type News = { kind: "topic" | "resync" | "beat" | "lost" | "logged-out"; topic?: string; id?: string };

function take(news: News): void {
  if (news.id) lastId = news.id;
  if (news.kind === "lost") {
    lostAt ??= Date.now();
    return;
  }
  if (news.kind === "logged-out") return showLoggedOut();
  lastAt = Date.now();
  lostAt = null;
  if (news.kind === "topic" && news.topic) refreshTopic(news.topic);
  if (news.kind === "resync") refreshAll();
}

function refreshTopic(topic: string): void {
  for (const element of document.querySelectorAll<HTMLElement>(`[data-live~="${CSS.escape(topic)}"]`)) refresh(element);
  htmx.trigger(body, `sc:${topic}`);
}

export function refreshAll(): void {
  for (const element of document.querySelectorAll<HTMLElement>("[data-live]")) refresh(element);
  htmx.trigger(body, "sc:resync");
}

// While a fetch is under way any number of topics make one more. What could not be fetched is tried again: its topic is
// said only once.
export function refresh(element: HTMLElement, wait = RETRY_MS): void {
  if (fetching.has(element)) {
    fetching.set(element, "again");
    return;
  }
  fetching.set(element, "running");
  void fetchInto(element)
    .catch(() => false)
    .then((isDone) => {
      const again = fetching.get(element) === "again";
      fetching.delete(element);
      if (!element.isConnected) return;
      if (!isDone) setTimeout(() => refresh(element, Math.min(wait * 2, LONGEST_RETRY_MS)), wait);
      else if (again) refresh(element);
    });
}

// False when it is worth another try.
async function fetchInto(element: HTMLElement): Promise<boolean> {
  const url = new URL(element.dataset.liveUrl ?? element.getAttribute("hx-get") ?? location.href, location.href);
  const mode = (element.dataset.liveMode ?? "replace") as Mode;
  const rows = element.querySelectorAll(":scope > [data-key^=c], :scope > [data-key^=m]").length;
  if (mode !== "replace" && rows) url.searchParams.set("limit", String(rows));
  if (element.dataset.selected) url.searchParams.set("selected", element.dataset.selected);
  const answer = await fetch(url, { headers: { "HX-Request": "true" }, cache: "no-store" });
  if (answer.status === 401) showLoggedOut();
  if (!answer.ok || !element.isConnected) return answer.status < 500;
  merge(element, await answer.text(), mode);
  htmx.process(element);
  element.dispatchEvent(new CustomEvent("sc:refreshed", { bubbles: true }));
  return true;
}

// --- the stream, held by one tab ---

function hold(): Promise<void> {
  const url = new URL(body.dataset.liveUrl!, location.href);
  return new Promise(() => {
    let source: EventSource | null = null;
    let wait = 1000;
    const tell = (news: News) => {
      tabs?.postMessage(news);
      take(news);
    };
    const open = () => {
      url.searchParams.set("since", lastId);
      source?.close();
      source = new EventSource(url);
      source.onopen = () => (wait = 1000);
      const on = (kind: News["kind"]) => (event: MessageEvent<string>) =>
        tell({ kind, topic: event.data, id: event.lastEventId });
      source.addEventListener("beat", on("beat"));
      source.addEventListener("topic", on("topic"));
      source.addEventListener("resync", on("resync"));
      source.onerror = () => {
        tell({ kind: "lost" });
        if (source?.readyState === EventSource.CLOSED) void refused();
      };
    };
    const refused = async () => {
      const answer = await fetch(url, { method: "HEAD" }).catch(() => null);
      if (answer?.status === 401) tell({ kind: "logged-out" });
      else setTimeout(open, (wait = Math.min(wait * 2, 15000)));
    };
    open();
    setInterval(() => {
      if (Date.now() - lastAt > QUIET_S * 1000 && source?.readyState !== EventSource.CLOSED) open();
    }, 5000);
  });
}

// --- what the person sees of it ---

function showState(): void {
  if (!state || state.dataset.is === "logged-out") return;
  const lost = lostAt !== null && Date.now() - lostAt > SHOW_AFTER_MS;
  state.hidden = !lost;
  if (!lost) return;
  const seconds = Math.round((Date.now() - lastAt) / 1000);
  const text = seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  state.textContent = state.dataset.reconnecting!.replace("%s", text);
}

export function showLoggedOut(): void {
  if (!state) return;
  const link = document.createElement("a");
  link.href = `${body.dataset.loginUrl}?next=${encodeURIComponent(location.pathname + location.search)}`;
  link.textContent = state.dataset.logIn!;
  state.replaceChildren(`${state.dataset.loggedOut} `, link);
  state.dataset.is = "logged-out";
  state.hidden = false;
}

export function watchLive(): void {
  if (!body.dataset.liveUrl) return;
  for (const element of document.querySelectorAll<HTMLElement>("[data-live-now]")) refresh(element);
  setInterval(refreshAll, REFRESH_EVERY_MS);
  tabs?.addEventListener("message", (event: MessageEvent<News>) => take(event.data));
  setInterval(showState, 1000);
  // A page that comes back from the browser's own memory has missed everything.
  window.addEventListener("pageshow", (event) => event.persisted && refreshAll());
  if (tabs && navigator.locks) {
    let isHolding = false;
    void navigator.locks.request("safarichat-live", () => {
      isHolding = true;
      return hold();
    });
    // Another tab holds the stream: what was said between our rendering and now was not for us.
    setTimeout(() => isHolding || refreshAll(), 50);
  } else void hold();
}
