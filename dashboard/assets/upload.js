/* Hands files in: one plain multipart request a file, with its progress; the answer brings the drawn outcome. */
(function () {
  "use strict";
  let handedIn = 0;
  let queue = Promise.resolve();
  let waiting = 0; // files that are not yet handed in
  const AT_MOST = 30; // outcomes drawn in full; the others are counted, and stand among what was handed in
  const SOON = 800; // milliseconds between two drawings of many
  const FIRST = ["refused", "returned", "archive", "accepted_with_warnings", "accepted", "unchanged"];

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
      request.onload = function () {
        if (request.status === 401) { waiting = 0; window.mchSession.leave(); return; }
        if (request.status === 429) { done({ again: Number(request.getResponseHeader("Retry-After")) || 5 }); return; }
        done(request.response || { outcome: "refused", says: box.dataset.failed });
      };
      request.onerror = request.ontimeout = () => done({ outcome: "refused", says: box.dataset.failed });
      request.send(form);
    });
  }

  /* Many files at once may be more than one account may send in a minute: wait as long as the server says, and go on. */
  async function sendPatiently(box, file, where) {
    for (;;) {
      say(box, where + file.name + "：" + box.dataset.sending);
      progress(box, 0.02);
      const answer = await send(box, file);
      progress(box, 0);
      if (!answer.again) return answer;
      say(box, where + box.dataset.waiting);
      await new Promise((done) => window.setTimeout(done, answer.again * 1000));
    }
  }

  async function handIn(box, file, batch) {
    const where = batch.total > 1 ? (batch.found.length + 1) + " / " + batch.total + " " : "";
    const large = file.size > Number(box.dataset.limit);
    const answer = large ? { outcome: "refused", says: box.dataset.large } : await sendPatiently(box, file, where);
    batch.found.push(Object.assign({ name: file.name }, answer));
    const over = batch.found.length === batch.total;
    say(box, answer.panel || (batch.total > 1 && over) ? "" : file.name + "：" + answer.says);
    if (over || Date.now() - batch.drawn > SOON) draw(box, batch);
    if (over) window.dash_clientside.set_props("handed-in", { data: ++handedIn });
  }

  function element(type, className, children) {
    return { namespace: "dash_html_components", type: type, props: { className: className, children: children } };
  }

  /* How many came to what, and under which names those stand that were not taken at all. */
  function sum(box, batch, shown) {
    const words = JSON.parse(box.dataset.outcomes);
    const counted = FIRST.map((one) => [words[one], batch.found.filter((found) => found.outcome === one).length])
      .filter((one) => one[0] && one[1]).map((one) => one[0] + " " + one[1]);
    const panels = batch.found.filter((one) => one.panel).length;
    const lines = [element("Strong", "", batch.found.length + " / " + batch.total + "　" + counted.join("　"))];
    batch.found.filter((one) => !one.panel).forEach((one) => lines.push(element("Div", "outcome-refused", one.name + "：" + one.says)));
    if (panels > shown) lines.push(element("Div", "quiet", box.dataset.rest));
    return element("Div", "panel outcome-sum", lines);
  }

  /* What is to be mended comes first. */
  function draw(box, batch) {
    const place = (one) => FIRST.indexOf(one.outcome);
    const panels = batch.found.filter((one) => one.panel).sort((one, other) => place(one) - place(other)).map((one) => one.panel);
    const shown = panels.slice(0, AT_MOST);
    if (!panels.length && batch.total === 1) return;
    window.dash_clientside.set_props("outcomes", { children: batch.total > 1 ? [sum(box, batch, shown.length)].concat(shown) : shown });
    if (!batch.drawn) window.requestAnimationFrame(() => window.setTimeout(lead, 0));
    batch.drawn = Date.now();
  }

  /* To the first outcome, once it is drawn: for the eye and for who hears the page. */
  function lead() {
    const place = document.getElementById("outcomes");
    if (!place) return;
    place.focus({ preventScroll: true });
    place.scrollIntoView({ block: "start" });
  }

  function take(box, files) {
    const batch = { total: files.length, found: [], drawn: 0 };
    waiting += files.length;
    Array.from(files).forEach(function (file) {
      queue = queue.then(() => handIn(box, file, batch)).finally(() => { waiting -= 1; });
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

  window.addEventListener("beforeunload", function (event) {
    if (waiting) event.preventDefault(); // the browser asks whether to leave while files are still to be sent
  });

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
