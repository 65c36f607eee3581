/* Evidence: one file after another to our own server; its name then stands in the list beside the button. */
(function () {
  "use strict";

  async function send(button, file) {
    const form = new FormData();
    form.append("file", file, file.name);
    const list = button.parentElement.querySelector(".evidence");
    const line = document.createElement("li");
    line.textContent = file.name + " …";
    list.appendChild(line);
    let answer = {};
    try {
      const got = await fetch(button.dataset.address, { method: "POST", body: form, headers: { "X-MCH-Request": "1", "X-CSRFToken": window.mchSession.token() } });
      if (got.status === 401) window.mchSession.leave();
      answer = await got.json();
    } catch (error) {
      answer = { says: button.dataset.failed };
    }
    line.textContent = answer.name || file.name + "：" + answer.says;
    line.className = answer.name ? "evidence-done" : "evidence-failed";
  }

  /* Return in a field of what can be worked out works it out; what comes of a press is brought into sight. */
  document.addEventListener("keydown", function (event) {
    const scope = event.key === "Enter" && event.target.matches("input") ? event.target.closest(".enters") : null;
    const buttons = scope ? scope.querySelectorAll(".actions button.button, :scope > button.button") : [];
    if (buttons.length) buttons[buttons.length - 1].click();
  });

  document.addEventListener("click", function (event) {
    const says = event.target.closest && event.target.closest("#assess-body button") ? document.getElementById("assess-says") : null;
    if (!says) return;
    const seen = new MutationObserver(function () {
      seen.disconnect();
      if (says.getBoundingClientRect().top < 0) says.scrollIntoView({ block: "start" });
    });
    seen.observe(says, { childList: true, subtree: true });
  });

  document.addEventListener("click", function (event) {
    const button = event.target.closest ? event.target.closest(".evidence-add") : null;
    if (!button) return;
    const input = document.createElement("input");
    input.type = "file";
    input.multiple = true;
    input.onchange = async function () {
      for (const file of input.files) await send(button, file);
    };
    input.click();
  });
})();
