// The wizard: a provider's sign-in in its popup, and what it brings back handed to our server.
import { merge } from "./merge";
import { isTrusted, readMessage, type SessionMessage } from "./signup_message";

type LoginAnswer = { status?: string; authResponse?: { code?: string } | null };
type Facebook = {
  init(options: object): void;
  login(answered: (answer: LoginAnswer) => void, options: object): void;
};
declare global {
  interface Window {
    FB?: Facebook;
    fbAsyncInit?: () => void;
  }
}
type Facts = { provider: string; base: string; origins: string[]; ready: string };
type Words = Record<string, string>;
type Started = {
  state: string;
  credential_id: number;
  flow: string;
  redirect_url?: string;
  sdk?: { app_id: string; graph_version: string; sdk_url: string; login_options: object };
};
type Refusal = { error?: { message: string; cure: string } };
type Finished = { credential_id: number; status: string; next: string; outcome: string };

const MESSAGE_PATIENCE_MS = 2500; // a code is good for 30 seconds, and some browsers lose the message
const CANCEL_PATIENCE_MS = 1000;
const POLL_MS = 1000;
const words = JSON.parse(document.getElementById("wizard-words")?.textContent ?? "{}") as Words;

class Wizard {
  private readonly facts: Facts;
  private started: Started | null = null;
  private message: SessionMessage | null = null;
  private answer: LoginAnswer | null = null;
  private isHandedOver = false;
  private isOpen = false;

  constructor(private readonly root: HTMLElement) {
    this.facts = JSON.parse(root.querySelector("script[type='application/json']")?.textContent ?? "{}") as Facts;
    this.find("[data-start]")?.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.start(event.target as HTMLFormElement);
    });
    for (const form of root.querySelectorAll<HTMLFormElement>("[data-typed]")) {
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        void this.handOverTyped(form);
      });
    }
    this.find("[data-sign-in]")?.addEventListener("click", () => this.open());
    window.addEventListener("message", (event) => this.hear(event));
    if (root.hasAttribute("data-again")) this.beginAtOnce();
  }

  // Somebody pressed “Sign in again” elsewhere: that was the click. A page that is loaded again waits for another.
  private beginAtOnce(): void {
    const address = new URL(location.href);
    address.searchParams.delete("again");
    history.replaceState(null, "", address);
    const form = this.find<HTMLFormElement>("[data-start]");
    if (form) void this.start(form);
  }

  // --- getting ready ---

  private async start(form: HTMLFormElement): Promise<void> {
    this.reset();
    const button = form.querySelector("button");
    if (button) button.disabled = true;
    this.show("[data-stage=ready]");
    this.say(words.starting);
    const told = await this.post<Started>(form.action, Object.fromEntries(new FormData(form)) as Record<string, string>);
    if (button) button.disabled = false;
    if (!told) return this.hide("[data-stage=ready]");
    this.started = told;
    if (told.flow === "redirect" && told.redirect_url) {
      this.say(words.leaving);
      return location.assign(told.redirect_url);
    }
    form.hidden = true;
    if (told.flow === "form") return this.offerForm(String(new FormData(form).get("mode")), told.state);
    await this.offerPopup(told);
  }

  private async offerPopup(told: Started): Promise<void> {
    this.offerFullPage(told.redirect_url);
    if (!told.sdk) return;
    const loaded = await loadSdk(told.sdk);
    this.show(`[data-sdk=${loaded ? "ok" : "lost"}]`);
    const signIn = this.find<HTMLButtonElement>("[data-sign-in]");
    if (!signIn) return;
    signIn.disabled = !loaded;
    this.say(loaded ? this.facts.ready : "");
    if (loaded) signIn.focus();
    else if (told.redirect_url) this.show("[data-full-page]");
  }

  private offerFullPage(url: string | undefined): void {
    const link = this.find<HTMLAnchorElement>("[data-full-page]");
    if (link && url) link.href = url;
  }

  // --- the form ---

  private offerForm(mode: string, state: string): void {
    this.hide("[data-stage=ready]");
    const form = this.find<HTMLFormElement>(`[data-typed="${CSS.escape(mode)}"]`);
    this.say(form?.querySelector("input:not([type=hidden]), select") ? words.typing : words.confirming);
    if (!form) return;
    (form.elements.namedItem("state") as HTMLInputElement).value = state;
    form.hidden = false;
    (form.querySelector<HTMLElement>("input:not([type=hidden])") ?? form.querySelector("button"))?.focus();
  }

  private async handOverTyped(form: HTMLFormElement): Promise<void> {
    const button = form.querySelector("button");
    if (!button || button.disabled) return;
    const typed = [...new FormData(form)].filter(([name]) => name.startsWith("data."));
    const data = Object.fromEntries(typed.map(([name, value]) => [name.slice("data.".length), String(value)]));
    const state = (form.elements.namedItem("state") as HTMLInputElement).value;
    button.disabled = true;
    this.hide("[data-problem]");
    this.say(words.checking);
    const watching = this.started ? this.watch(this.started.credential_id) : null;
    const finished = await this.post<Finished>(`${this.facts.base}/callback`, { state, event: "FORM", data });
    if (watching) clearInterval(watching);
    button.disabled = false;
    if (!finished) {
      // The state is still good: correct it and send it again.
      this.find("[data-progress]")?.replaceChildren();
      return;
    }
    if (finished.outcome === "connected") return location.assign(finished.next);
    form.hidden = true;
    await this.stay(finished);
  }

  // --- the popup ---

  private open(): void {
    const sdk = this.started?.sdk;
    if (!sdk || !window.FB || this.isOpen) return;
    this.message = this.answer = null;
    this.hide("[data-problem]");
    this.isOpen = true;
    this.reach("OPENED");
    this.say(words.opened);
    const isBlocked = watchOpening(() => window.FB?.login((answer) => this.take(answer), sdk.login_options));
    if (isBlocked) this.blocked();
  }

  private blocked(): void {
    this.isOpen = false;
    this.hide("[data-timeline]");
    this.say("");
    this.tell(words.blocked, words.blocked_cure);
    if (this.started?.redirect_url) this.show("[data-full-page]");
    this.find<HTMLElement>("[data-full-page]")?.focus();
  }

  private hear(event: MessageEvent<unknown>): void {
    if (!this.isOpen || !isTrusted(event.origin, this.facts.origins)) return;
    const message = readMessage(event.data);
    if (!message) return;
    this.message = message;
    if (this.answer || !message.isFinished) void this.settle(this.answer ? 0 : CANCEL_PATIENCE_MS * 2);
  }

  private take(answer: LoginAnswer): void {
    if (!this.isOpen) return;
    this.answer = answer;
    const patience = answer.authResponse?.code ? MESSAGE_PATIENCE_MS : CANCEL_PATIENCE_MS;
    void this.settle(this.message ? 0 : patience);
  }

  // Message and answer come in either order, and either may never come.
  private async settle(patienceMs: number): Promise<void> {
    const until = Date.now() + patienceMs;
    while (Date.now() < until && !(this.message && this.answer)) await pause(50);
    if (this.isHandedOver || !this.isOpen) return;
    this.isHandedOver = true;
    this.isOpen = false;
    await this.handOver(this.answer?.authResponse?.code ?? "", this.message);
  }

  private async handOver(code: string, message: SessionMessage | null): Promise<void> {
    const started = this.started;
    if (!started) return;
    const event = message?.event ?? (code ? "" : "CANCEL");
    if (code) this.reach("FINISHED");
    else this.reach(message?.step || "OPENED");
    this.say(code ? words.connecting : words.cancelled);
    this.disable();
    const watching = code ? this.watch(started.credential_id) : null;
    const body = { state: started.state, code, event, data: message?.data ?? {} };
    const finished = await this.post<Finished>(`${this.facts.base}/callback`, body);
    if (watching) clearInterval(watching);
    if (!finished) return this.again();
    if (finished.outcome === "connected") return location.assign(finished.next);
    await this.stay(finished);
  }

  // What stopped it is shown here, where the person is; the next try begins with a new state.
  private async stay(finished: Finished): Promise<void> {
    this.say("");
    await this.readProgress(finished.credential_id);
    const field = this.find<HTMLInputElement>("input[name=credential_id]") ?? this.addField();
    if (field) field.value = String(finished.credential_id);
    this.again();
    if (!["cancelled", "failed"].includes(finished.outcome)) this.hide("[data-start]"); // one thing to do at a time
    const wanted = this.find<HTMLElement>("#attempt input:not([type=hidden])") ?? this.find<HTMLElement>("#attempt");
    wanted?.focus();
  }

  private addField(): HTMLInputElement | null {
    const form = this.find<HTMLFormElement>("[data-start]");
    if (!form) return null;
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "credential_id" });
    form.append(field);
    return field;
  }

  private again(): void {
    this.hide("[data-stage=ready]");
    this.started = null;
    this.isHandedOver = false;
    const form = this.find<HTMLFormElement>("[data-start]");
    if (form) form.hidden = false;
  }

  // --- the live checklist ---

  private watch(credentialId: number): number {
    this.hide("[data-stage=ready]");
    setTimeout(() => void this.readProgress(credentialId), POLL_MS / 3); // by then the server has begun
    return window.setInterval(() => void this.readProgress(credentialId), POLL_MS);
  }

  private async readProgress(credentialId: number): Promise<void> {
    const place = this.find<HTMLElement>("[data-progress]");
    if (!place) return;
    document.querySelector("[aria-labelledby=attempt-title]")?.remove(); // one checklist on the page
    if (!place.firstElementChild) {
      const holder = document.createElement("div");
      holder.id = "attempt";
      holder.tabIndex = -1;
      place.replaceChildren(holder);
    }
    const holder = place.firstElementChild as HTMLElement;
    holder.dataset.live = `number:${credentialId}`;
    holder.dataset.liveUrl = `${this.facts.base}/${credentialId}/steps`;
    await fetchInto(holder, holder.dataset.liveUrl);
  }

  // --- small things ---

  private async post<T>(url: string, body: object): Promise<T | null> {
    const token = this.root.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";
    const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token };
    const { csrfmiddlewaretoken: _, ...sent } = body as Record<string, unknown>;
    try {
      const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(sent) });
      const told = (await answer.json()) as T & Refusal;
      if (answer.ok) return told;
      if (answer.status === 401) this.tell(words.logged_out, "");
      else this.tell(told.error?.message, told.error?.cure);
    } catch {
      this.tell(words.unreachable, "");
    }
    return null;
  }

  private reset(): void {
    for (const part of ["[data-problem]", "[data-timeline]", "[data-full-page]", "[data-sdk=ok]", "[data-sdk=lost]"]) this.hide(part);
    this.find("[data-progress]")?.replaceChildren();
    this.message = this.answer = null;
    this.isHandedOver = this.isOpen = false;
  }

  // How far the person came: each step before the one where they stopped is behind them.
  private reach(step: string): void {
    this.show("[data-timeline]");
    const items = [...this.root.querySelectorAll<HTMLElement>("[data-timeline] > li")];
    const at = items.findIndex((item) => item.dataset.at === step);
    const reached = step === "OPENED" || step === "FINISHED" ? at : at - 1;
    items.forEach((item, index) => {
      item.classList.toggle("is-reached", index <= reached);
      if (index === at) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    });
  }

  private tell(message: string | undefined, cure: string | undefined): void {
    this.fill("[data-message]", message);
    this.fill("[data-cure]", cure);
    this.show("[data-problem]");
    this.say("");
  }

  private say(text: string | undefined): void {
    this.fill("[data-say]", text);
  }

  private fill(part: string, text: string | undefined): void {
    const element = this.find(part);
    if (element) element.textContent = text ?? "";
  }

  private disable(): void {
    const signIn = this.find<HTMLButtonElement>("[data-sign-in]");
    if (signIn) signIn.disabled = true;
  }

  private show = (part: string): void => this.find(part)?.removeAttribute("hidden");
  private hide = (part: string): void => this.find(part)?.setAttribute("hidden", "");
  private find<E extends Element = Element>(part: string): E | null {
    return this.root.querySelector<E>(part);
  }
}

// The popup must open in the click itself; that it did not is only seen where it is opened.
function watchOpening(act: () => void): boolean {
  const open = window.open;
  let isBlocked = false;
  window.open = (...given: Parameters<typeof window.open>) => {
    const popup = open.apply(window, given);
    isBlocked = !popup;
    return popup;
  };
  try {
    act();
  } finally {
    window.open = open;
  }
  return isBlocked;
}

function loadSdk(sdk: NonNullable<Started["sdk"]>): Promise<boolean> {
  const begin = () =>
    window.FB?.init({ appId: sdk.app_id, autoLogAppEvents: true, xfbml: false, version: sdk.graph_version });
  if (window.FB) {
    begin();
    return Promise.resolve(true);
  }
  return new Promise((resolve) => {
    const settle = (isLoaded: boolean) => resolve(isLoaded);
    window.fbAsyncInit = () => {
      begin();
      settle(true);
    };
    const script = document.createElement("script");
    script.src = sdk.sdk_url;
    script.async = true;
    script.crossOrigin = "anonymous";
    script.onerror = () => settle(false);
    document.head.append(script);
    setTimeout(() => settle(Boolean(window.FB)), 10_000);
  });
}

async function fetchInto(place: HTMLElement, url: string): Promise<void> {
  const answer = await fetch(url, { headers: { "HX-Request": "true" }, cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return;
  merge(place, await answer.text(), "replace"); // what is being typed stays
  window.htmx.process(place);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

for (const root of document.querySelectorAll<HTMLElement>("[data-wizard]")) new Wizard(root);
