/* Keeps a handset fresh by asking twice a second, and sends without leaving the page. */
(() => {
  "use strict";
  const phone = document.querySelector("[data-live]");
  if (!phone) return;
  const thread = document.getElementById("thread");
  const chats = document.getElementById("chats");
  const composer = document.getElementById("composer");
  let version = phone.dataset.version;

  const toEnd = () => { if (thread) thread.scrollTop = thread.scrollHeight; };
  const nearEnd = () => thread && thread.scrollHeight - thread.scrollTop - thread.clientHeight < 120;

  function show(fresh) {
    version = fresh.version;
    if (chats && fresh.chats !== undefined && !chats.contains(document.activeElement)) chats.innerHTML = fresh.chats;
    if (!thread || fresh.thread === undefined) return;
    const open = [...thread.querySelectorAll("details[open]")].map((one) => one.closest("article").id);
    const focused = thread.contains(document.activeElement) && document.activeElement !== thread;
    if (focused || thread.innerHTML === fresh.thread) { if (focused) version = ""; return; }
    const stay = !nearEnd();
    const top = thread.scrollTop;
    thread.innerHTML = fresh.thread;
    for (const id of open) {
      const details = document.getElementById(id)?.querySelector("details");
      if (details) details.open = true;
    }
    if (stay) thread.scrollTop = top; else toEnd();
  }

  async function ask() {
    const query = new URLSearchParams({ v: version, with: phone.dataset.with });
    if (document.visibilityState === "visible") query.set("seen", "1");
    try {
      const answer = await fetch(`${phone.dataset.live}?${query}`);
      if (answer.status === 200) show(await answer.json());
    } catch { /* the sandbox is restarting */ }
    setTimeout(ask, 400);
  }

  async function post(form, submitter) {
    const answer = await fetch(form.action, {
      method: "POST", body: new FormData(form, submitter), headers: { "x-handset": "1" },
    });
    if (document.activeElement && thread && thread.contains(document.activeElement)) document.activeElement.blur();
    if (answer.ok) show(await answer.json());
    toEnd();
  }

  function quote(id, text) {
    const line = document.getElementById("quoted");
    composer.elements.reply_to.value = id;
    line.querySelector("span").textContent = text;
    line.hidden = !id;
  }

  if (composer) {
    const text = composer.elements.text;
    document.addEventListener("submit", async (event) => {
      const form = event.target;
      if (!thread || (!thread.contains(form) && form !== composer && form.id !== "attach")) return;
      event.preventDefault();
      const submitter = event.submitter;
      if (form === composer && !text.value.trim() && !composer.elements.file.files.length) return;
      const sent = post(form, submitter);
      if (form === composer) {
        composer.reset();
        text.value = "";
        quote("", "");
        text.focus();
      }
      composer.querySelector("details").open = false;
      await sent;
    });
    text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        composer.requestSubmit();
      }
    });
    composer.elements.file.addEventListener("change", () => composer.requestSubmit());
    document.getElementById("quoted").querySelector("button").addEventListener("click", () => quote("", ""));
    thread.addEventListener("click", (event) => {
      const button = event.target.closest("[data-reply]");
      if (!button) return;
      quote(button.dataset.reply, button.dataset.text);
      text.focus();
    });
    text.setSelectionRange(text.value.length, text.value.length);
  }
  toEnd();
  ask();
})();
