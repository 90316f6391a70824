/* The popup's last page: tells the opener how signup ended, in the order asked for, then closes. */
(() => {
  "use strict";
  const outcome = JSON.parse(document.getElementById("outcome").textContent);
  const opener = window.opener;
  if (!opener || !outcome.origin) return;
  const tell = (message) => opener.postMessage(message, outcome.origin);
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const session = () => { if (outcome.session) tell(outcome.session); };
  const login = () => tell({ sandbox_login: outcome.callback, response: outcome.login });

  async function hand_over() {
    tell(`cb=${outcome.callback}&domain=sandbox&is_canvas=false`); // the real SDK is chatty too, and not in JSON
    if (outcome.order === "after") {
      login();
      await wait(400);
      session();
    } else {
      session();
      await wait(60);
      login();
    }
    await wait(120);
    window.close();
  }
  hand_over();
})();
