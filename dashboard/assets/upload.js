/* Hands files in: one plain multipart request a file, with its progress; the answer brings the drawn outcome. */
(function () {
  "use strict";
  let handedIn = 0;
  let queue = Promise.resolve();

  function say(box, text) {
    box.querySelector("#drop-says").textContent = text;
  }

  function progress(box, share) {
    box.querySelector(".progress-bar").style.width = Math.round(share * 100) + "%";
    box.classList.toggle("drop--busy", share > 0 && share < 1);
  }

  function send(box, file) {
    return new Promise(function (done) {
      const form = new FormData();
      form.append("file", file, file.name);
      const request = new XMLHttpRequest();
      request.open("POST", "/upload?lang=" + encodeURIComponent(box.dataset.language));
      request.setRequestHeader("X-MCH-Request", "1");
      request.setRequestHeader("X-CSRFToken", window.mchSession.token());
      request.responseType = "json";
      request.upload.onprogress = (event) => event.lengthComputable && progress(box, 0.9 * event.loaded / event.total);
      request.onload = () => request.status === 401 ? window.mchSession.leave() : done(request.response || { outcome: "refused", says: box.dataset.failed });
      request.onerror = request.ontimeout = () => done({ outcome: "refused", says: box.dataset.failed });
      request.send(form);
    });
  }

  async function handIn(box, file, panels) {
    if (file.size > Number(box.dataset.limit)) {
      say(box, file.name + "：" + box.dataset.large);
      return;
    }
    say(box, file.name + "：" + box.dataset.sending);
    progress(box, 0.02);
    const answer = await send(box, file);
    progress(box, 0);
    say(box, answer.panel ? "" : file.name + "：" + answer.says);
    if (!answer.panel) return;
    panels.unshift(answer.panel);
    window.dash_clientside.set_props("outcomes", { children: panels.slice() });
    window.dash_clientside.set_props("handed-in", { data: ++handedIn });
    if (panels.length === 1) window.requestAnimationFrame(() => window.setTimeout(lead, 0));
  }

  /* To the first outcome, once it is drawn: for the eye and for who hears the page. */
  function lead() {
    const place = document.getElementById("outcomes");
    if (!place) return;
    place.focus({ preventScroll: true });
    place.scrollIntoView({ block: "start" });
  }

  function take(box, files) {
    const panels = [];
    Array.from(files).forEach(function (file) {
      queue = queue.then(() => handIn(box, file, panels));
    });
  }

  function choose(box) {
    const input = document.createElement("input");
    input.type = "file";
    input.multiple = true;
    input.accept = ".xlsx,.xls,.xlsm,.xlsb,.et,.ods,.csv,.tsv,.zip";
    input.onchange = () => take(box, input.files);
    input.click();
  }

  const place = (event) => (event.target.closest ? event.target.closest("#drop") : null);
  document.addEventListener("click", (event) => place(event) && choose(place(event)));
  document.addEventListener("keydown", function (event) {
    if (place(event) && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      choose(place(event));
    }
  });
  ["dragenter", "dragover"].forEach((kind) => document.addEventListener(kind, function (event) {
    event.preventDefault(); // a file dropped beside the place must not replace the page
    if (place(event)) place(event).classList.add("drop--over");
  }));
  document.addEventListener("dragleave", (event) => place(event) && place(event).classList.remove("drop--over"));
  document.addEventListener("drop", function (event) {
    event.preventDefault();
    const box = place(event);
    if (!box) return;
    box.classList.remove("drop--over");
    take(box, event.dataTransfer.files);
  });
})();
