/* Sends a step of a follow-up as a plain multipart form and goes where the answer says. */
(function () {
  "use strict";
  const PREFIX = "field";

  /* Dash has no file input of its own: one is put where the page asks for it. */
  function addInput(place) {
    if (place.querySelector("input")) return;
    const input = document.createElement("input");
    input.type = "file";
    input.multiple = true;
    input.accept = place.dataset.accept;
    input.id = "follow-input";
    place.appendChild(input);
  }
  new MutationObserver(function () {
    const place = document.getElementById("follow-files");
    if (place) addInput(place);
  }).observe(document.documentElement, { childList: true, subtree: true });

  async function send(box, action) {
    const form = new FormData();
    Object.keys(box.dataset).filter((key) => key.startsWith(PREFIX) && key !== PREFIX)
      .forEach((key) => form.append(key.slice(PREFIX.length).toLowerCase(), box.dataset[key]));
    form.append("action", action);
    ["text", "owner", "due"].forEach(function (name) {
      const field = box.querySelector("#follow-" + name);
      if (field) form.append(name, field.value);
    });
    const files = box.querySelector("#follow-input");
    if (files) Array.from(files.files).forEach((file) => form.append("file", file, file.name));
    const answer = await fetch(box.dataset.to, { method: "POST", body: form, headers: { "X-MCH-Request": "1", "X-CSRFToken": window.mchSession.token() } });
    return answer.json();
  }

  function show(box, words) {
    const says = box.querySelector(".says");
    says.textContent = words;
    says.className = "says says--not";
  }

  document.addEventListener("click", async function (event) {
    const button = event.target.closest && event.target.closest("#follow-form button[data-action]");
    if (!button || button.disabled) return;
    const box = button.closest("#follow-form");
    const buttons = box.querySelectorAll("button[data-action]");
    buttons.forEach((one) => { one.disabled = true; });
    try {
      const answer = await send(box, button.dataset.action);
      if (!answer.done) { show(box, answer.says); return; }
      const link = document.createElement("a");
      link.href = answer.go;
      if (link.pathname + link.search === window.location.pathname + window.location.search) window.location.reload();
      else {
        window.history.pushState({}, "", answer.go);
        window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
        window.scrollTo(0, 0);
      }
    } catch (error) {
      show(box, box.dataset.failed);
    } finally {
      buttons.forEach((one) => { one.disabled = false; });
    }
  });
})();
