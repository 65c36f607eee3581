/* The browser's part of being signed in: forms carry the token that says they are meant, and a session that has ended leads to the sign-in page. */
(function () {
  "use strict";
  const token = () => (document.cookie.split("; ").find((one) => one.startsWith("_csrf_token=")) || "").slice(12);

  function leave() {
    const here = window.location.pathname + window.location.search;
    window.location.assign("/sign-in?next=" + encodeURIComponent(here));
  }

  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (form.method !== "post" || form.elements.csrf) return;
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = "csrf";
    field.value = token();
    form.append(field);
  }, true);

  const asked = window.fetch;
  window.fetch = function () {
    return asked.apply(this, arguments).then(function (answer) {
      if (answer.status === 401) leave();
      return answer;
    });
  };

  /* The app's framework has no plain file field: one is put where a form asks for it. */
  new MutationObserver(function () {
    const place = document.querySelector("#account-file:empty");
    if (!place) return;
    const field = document.createElement("input");
    Object.assign(field, { type: "file", name: "file", required: true, accept: ".xlsx,.xls,.et,.ods,.csv" });
    place.append(field);
  }).observe(document.documentElement, { childList: true, subtree: true });

  window.mchSession = { token: token, leave: leave };
})();
