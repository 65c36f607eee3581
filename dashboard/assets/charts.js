/* Takes a chart away as SVG or PNG: drawn on a light ground, with title, place, period, source and date on it. All in the browser. */
(function () {
  "use strict";
  const KEPT = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linecap",
    "stroke-linejoin", "opacity", "font-size", "font-family", "font-weight", "text-anchor", "dominant-baseline",
    "paint-order", "visibility", "display"];
  const SVG = "http://www.w3.org/2000/svg";
  const LINE = 20, EDGE = 16;

  /* A chart just drawn fills its place. Its component has it drawn anew all the same, which is spared: only another size
     asks for another drawing. The library comes when a page first has a chart, so its name is watched. */
  function spare(library) {
    const resize = library.Plots.resize;
    library.Plots.resize = function (chart) {
      const drawn = chart && chart._fullLayout;
      const fits = drawn && Math.abs(chart.clientWidth - drawn.width) < 2 && Math.abs(chart.clientHeight - drawn.height) < 2;
      return fits ? Promise.resolve(chart) : resize.apply(this, arguments);
    };
  }
  let plotly = window.Plotly;
  if (plotly) spare(plotly);
  else {
    Object.defineProperty(window, "Plotly", {
      configurable: true, enumerable: true, get: () => plotly,
      set: function (found) { plotly = found; if (found && found.Plots) spare(found); },
    });
  }

  function drawings(around) {
    return Array.from(around.querySelectorAll(".js-plotly-plot, svg")).filter(function (one) {
      if (one.matches(".js-plotly-plot")) return true;
      return !one.closest(".js-plotly-plot, .sparkline, .interval, button, [aria-hidden=true], .mantine-Select-root, .ag-root-wrapper")
        && one.getBoundingClientRect().width > 120;
    });
  }

  /* Colours come from the style sheet: they are written into the copy, as they are in the light. */
  function copied(svg) {
    const root = document.documentElement, scheme = root.getAttribute("data-mantine-color-scheme");
    root.setAttribute("data-mantine-color-scheme", "light");
    const copy = svg.cloneNode(true);
    const from = [svg].concat(Array.from(svg.querySelectorAll("*")));
    const to = [copy].concat(Array.from(copy.querySelectorAll("*")));
    from.forEach(function (one, place) {
      const style = window.getComputedStyle(one);
      KEPT.forEach(function (name) {
        const value = style.getPropertyValue(name);
        if (value) to[place].style.setProperty(name, value.replace(/url\(".*?#/, 'url("#'));
      });
    });
    if (scheme === null) root.removeAttribute("data-mantine-color-scheme");
    else root.setAttribute("data-mantine-color-scheme", scheme);
    return copy;
  }

  async function drawn(chart) {
    const box = chart.getBoundingClientRect();
    const width = Math.round(box.width), height = Math.round(box.height);
    let svg;
    if (chart.matches(".js-plotly-plot")) {
      const address = await window.Plotly.toImage(chart, { format: "svg", width: width, height: height });
      const text = decodeURIComponent(address.slice(address.indexOf(",") + 1));
      svg = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
    } else {
      svg = copied(chart);
    }
    svg.setAttribute("width", width);
    svg.setAttribute("height", height);
    return { svg: svg, width: width, height: height };
  }

  function wrapped(text, width, size) {
    const lines = [];
    let line = "", used = 0;
    (text.match(/[\u2e80-\uffff]|[^\s\u2e80-\uffff]+\s*|\s+/g) || []).forEach(function (piece) {
      const need = Array.from(piece).reduce((sum, sign) => sum + (sign.charCodeAt(0) > 0x2e80 ? size : size * 0.56), 0);
      if (used + need > width && line) { lines.push(line.trim()); line = ""; used = 0; }
      line += piece;
      used += need;
    });
    return line.trim() ? lines.concat([line.trim()]) : lines;
  }

  async function sheet(button) {
    const around = button.closest(".takes, .panel") || document.getElementById("page");
    const chart = drawings(around)[Number(button.dataset.chart)];
    if (!chart) return null;
    const found = await drawn(chart);
    const width = Math.max(found.width, 420) + 2 * EDGE, room = width - 2 * EDGE;
    const outer = document.createElementNS(SVG, "svg");
    const font = window.getComputedStyle(document.body).fontFamily;
    const texts = [];
    const say = (text, size, colour, weight) => wrapped(text, room, size).forEach((line) => texts.push([line, size, colour, weight]));
    say(button.dataset.title, 17, "#1c2430", 600);
    if (button.dataset.synthetic) say(button.dataset.synthetic, 13, "#b00020", 600);
    const above = texts.length;
    say(button.dataset.about, 12, "#5b6472", 400);
    const caption = chart.closest("figure") && chart.closest("figure").querySelector("figcaption");
    if (caption) say(caption.textContent, 12, "#5b6472", 400);
    const head = EDGE + above * (LINE + 2) + 6;
    const height = head + found.height + 10 + (texts.length - above) * LINE + EDGE;
    outer.setAttribute("xmlns", SVG);
    outer.setAttribute("width", width);
    outer.setAttribute("height", height);
    outer.setAttribute("viewBox", "0 0 " + width + " " + height);
    const ground = document.createElementNS(SVG, "rect");
    ground.setAttribute("width", width);
    ground.setAttribute("height", height);
    ground.setAttribute("fill", "#ffffff");
    outer.appendChild(ground);
    texts.forEach(function (said, place) {
      const text = document.createElementNS(SVG, "text");
      const y = place < above ? EDGE + (place + 0.75) * (LINE + 2) : head + found.height + 10 + (place - above + 0.75) * LINE;
      text.setAttribute("x", EDGE);
      text.setAttribute("y", y);
      text.setAttribute("font-size", said[1]);
      text.setAttribute("fill", said[2]);
      text.setAttribute("font-weight", said[3]);
      text.setAttribute("font-family", font);
      text.textContent = said[0];
      outer.appendChild(text);
    });
    found.svg.setAttribute("x", EDGE);
    found.svg.setAttribute("y", head);
    outer.appendChild(document.importNode(found.svg, true));
    return { text: new XMLSerializer().serializeToString(outer), width: width, height: height };
  }

  function save(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    document.body.appendChild(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  function picture(made) {
    return new Promise(function (done, failed) {
      const image = new Image();
      image.onload = function () {
        const canvas = document.createElement("canvas");
        canvas.width = made.width * 2; // twice as fine: sharp on paper
        canvas.height = made.height * 2;
        canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
        canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("no picture"))), "image/png");
      };
      image.onerror = () => failed(new Error("no picture"));
      image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(made.text);
    });
  }

  document.addEventListener("click", async function (event) {
    const button = event.target.closest && event.target.closest(".take-away button[data-kind]");
    if (!button) return;
    const made = await sheet(button);
    if (!made) return;
    const name = (button.dataset.title + "_" + button.dataset.about.split(" · ").slice(0, 2).join("_")).replace(/[\\/:*?"<>|]+/g, " ");
    if (button.dataset.kind === "svg") save(new Blob(['<?xml version="1.0" encoding="UTF-8"?>\n', made.text], { type: "image/svg+xml" }), name + ".svg");
    else save(await picture(made), name + ".png");
  });
})();
