/* Drop-in for connect.facebook.net/en_US/sdk.js: FB.init and FB.login against the sandbox that served this file. */
(() => {
  "use strict";
  if (window.FB) return;
  const home = new URL(document.currentScript ? document.currentScript.src : location.href).origin;
  const nobody = () => ({ status: "unknown", authResponse: null });
  const waiting = new Map();
  let settings = null;

  window.addEventListener("message", (event) => {
    if (event.origin !== home || !event.data || !event.data.sandbox_login) return;
    const answer = waiting.get(event.data.sandbox_login);
    if (answer) answer(event.data.response);
  });

  function address(options, callback) {
    const url = new URL(`${home}/${settings.version || "v25.0"}/dialog/oauth`);
    const query = url.searchParams;
    query.set("client_id", settings.appId);
    query.set("display", "popup");
    query.set("sdk", "joey");
    query.set("sdk_origin", location.origin);
    query.set("sdk_callback", callback);
    for (const [name, value] of Object.entries(options)) {
      if (value === undefined || value === null) continue;
      query.set(name, typeof value === "object" ? JSON.stringify(value) : String(value));
    }
    return url.href;
  }

  function login(callback, options = {}) {
    if (!settings) {
      console.error("FB.login() called before FB.init().");
      return;
    }
    const id = `f${Math.random().toString(36).slice(2)}`;
    const left = Math.max(0, (screen.width - 620) / 2);
    const popup = window.open(address(options, id), "", `popup,width=620,height=760,left=${left},top=60`);
    const answer = (response) => {
      if (!waiting.delete(id)) return;
      clearInterval(watch);
      if (callback) callback(response);
    };
    let watch = 0;
    waiting.set(id, answer);
    if (!popup) {
      setTimeout(() => answer(nobody()), 0);
      return;
    }
    let closedFor = 0;
    watch = setInterval(() => {
      closedFor = popup.closed ? closedFor + 1 : 0;
      if (closedFor > 2) answer(nobody());
    }, 250);
  }

  window.FB = {
    init(options) { settings = { ...options }; },
    login,
    logout(callback) { if (callback) setTimeout(() => callback(nobody()), 0); },
    getLoginStatus(callback) { if (callback) setTimeout(() => callback(nobody()), 0); },
    getAuthResponse() { return null; },
    AppEvents: { logPageView() {}, logEvent() {} },
    Event: { subscribe() {}, unsubscribe() {} },
    XFBML: { parse() {} },
  };

  // The page may define fbAsyncInit before or after this file has run.
  let tries = 0;
  const begin = () => {
    if (typeof window.fbAsyncInit === "function") {
      if (window.fbAsyncInit.hasRun) return;
      window.fbAsyncInit.hasRun = true;
      window.fbAsyncInit();
    } else if (tries++ < 600) {
      setTimeout(begin, 50);
    }
  };
  setTimeout(begin, 0);
})();
