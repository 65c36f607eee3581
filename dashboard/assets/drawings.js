/* Small drawings (see dashboard/drawings.py), as plain React components over SVG. */
(function () {
  "use strict";
  const e = React.createElement;
  const loaded = {}; // outlines by address: asked for once, shared by all maps of this visit
  const sheets = {}; // those that have come: a map is then drawn with its page and not after it

  function outlines(source) {
    if (!loaded[source]) {
      loaded[source] = fetch(source).then(function (answer) {
        if (!answer.ok) throw new Error("outlines: " + answer.status);
        return answer.json();
      }).then(function (sheet) { return (sheets[source] = sheet); });
    }
    return loaded[source];
  }

  /* Where a map is to come, its outlines are fetched while the page is still being made. */
  const named = document.querySelector('meta[name="outlines"]');
  if (named && /^\/(indicator(\/|$)|$)/.test(window.location.pathname)) outlines(named.content).catch(() => delete loaded[named.content]);

  /* Follow a link inside the application without loading the page anew. */
  function follow(event) {
    const link = event.currentTarget;
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    window.history.pushState({}, "", link.getAttribute("href"));
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  }

  function frame(sheet, shown) {
    const boxes = (shown || []).map((code) => (sheet.counties[code] || {}).box).filter(Boolean);
    if (!boxes.length) return [0, 0, sheet.width, sheet.height];
    const left = Math.min(...boxes.map((box) => box[0]));
    const top = Math.min(...boxes.map((box) => box[1]));
    const right = Math.max(...boxes.map((box) => box[2]));
    const bottom = Math.max(...boxes.map((box) => box[3]));
    const margin = Math.max(right - left, bottom - top) * 0.06;
    return [left - margin, top - margin, right - left + 2 * margin, bottom - top + 2 * margin];
  }

  /* Which counties have room for their names on the whole map: the marked ones first, then the large ones, none over another. */
  function namesWithRoom(sheet, codes, areas) {
    const size = (code) => { const box = sheet.counties[code].box; return (box[2] - box[0]) * (box[3] - box[1]); };
    const order = codes.slice().sort((one, other) => Boolean(areas[other].sign) - Boolean(areas[one].sign) || size(other) - size(one));
    const taken = [], found = new Set();
    order.forEach(function (code) {
      const box = sheet.counties[code].box, at = sheet.counties[code].at, half = lettersWide(areas[code].name) / 2;
      const own = [at[0] - half - 2, at[1] - (areas[code].sign ? 14 : 7), at[0] + half + 2, at[1] + (areas[code].sign ? 16 : 7)];
      const fits = 2 * half < box[2] - box[0] + 10 && box[3] - box[1] > 30;
      if (!fits || taken.some((one) => own[0] < one[2] && one[0] < own[2] && own[1] < one[3] && one[1] < own[3])) return;
      taken.push(own);
      found.add(code);
    });
    return found;
  }

  /* How wide a name is at 14: Chinese signs are square, Latin letters about half as wide. */
  function lettersWide(name) {
    return Array.from(name).reduce((sum, sign) => sum + (sign.charCodeAt(0) > 0x2e80 ? 14 : 7.4), 0);
  }

  function CountyMap(props) {
    const [sheet, setSheet] = React.useState(sheets[props.source] || null);
    const [tip, setTip] = React.useState(null);
    React.useEffect(function () {
      let wanted = true;
      outlines(props.source).then((found) => wanted && setSheet(found), () => wanted && setSheet(false));
      return function () { wanted = false; };
    }, [props.source]);
    if (sheet === false) return e("p", { className: "quiet" }, props.quiet);
    if (!sheet || !sheet.counties) return e("div", { className: "map map--waiting" });

    const box = frame(sheet, props.shown);
    const unit = Math.max(box[2], box[3]) / 1000;
    const zoomed = Boolean(props.shown && props.shown.length);
    const inside = (code) => !zoomed || props.shown.includes(code);

    function point(event, code) {
      const around = event.currentTarget.ownerSVGElement.parentNode.getBoundingClientRect();
      const own = event.currentTarget.getBoundingClientRect();
      const mouse = event.clientX || event.clientY;
      const left = (mouse ? event.clientX : own.left + own.width / 2) - around.left;
      const top = (mouse ? event.clientY : own.top + own.height / 2) - around.top;
      setTip({ code: code, left: Math.min(Math.max(left, 90), around.width - 90), top: top, below: top < 110 });
    }

    const codes = Object.keys(sheet.counties);
    const drawn = codes.slice().sort((one, other) => Boolean((props.areas[one] || {}).own) - Boolean((props.areas[other] || {}).own));
    const shapes = drawn.map(function (code) {
      const area = props.areas[code];
      const shape = sheet.counties[code];
      const path = e("path", {
        d: shape.d, fillRule: "evenodd", strokeWidth: (area && area.own ? 3 : 0.8) * unit,
        className: "area area--" + (area && inside(code) ? area.kind : "outside") + (area && area.own ? " area--own" : ""),
      });
      if (!area || !inside(code)) return e("g", { key: code }, path);
      return e("a", {
        key: code, href: area.href, onClick: follow, "aria-label": area.words.join(" "),
        onMouseMove: (event) => point(event, code), onMouseLeave: () => setTip(null),
        onFocus: (event) => point(event, code), onBlur: () => setTip(null),
      }, path);
    });
    const borders = Object.values(sheet.prefectures || {}).map((shape, index) =>
      e("path", { key: "b" + index, d: shape.d, className: "border", strokeWidth: 1.6 * unit }));
    const shown = codes.filter((code) => props.areas[code] && inside(code));
    const names = zoomed ? new Set(shown) : props.names ? namesWithRoom(sheet, shown, props.areas) : new Set();
    const signs = shown.map(function (code) {
      const area = props.areas[code];
      const at = sheet.counties[code].at;
      const lines = [];
      const named = names.has(code);
      if (area.sign) lines.push(e("tspan", { key: "s", x: at[0], dy: named && !zoomed ? "-.35em" : 0 }, area.sign));
      if (named) {
        lines.push(e("tspan", {
          key: "n", x: at[0], dy: area.sign ? "1.1em" : 0, className: zoomed ? "" : "map-name", fontSize: zoomed ? undefined : 14,
        }, area.name));
      }
      return e("text", {
        key: "t" + code, x: at[0], y: at[1], fontSize: (zoomed ? 24 : 19) * unit, strokeWidth: 4 * unit,
        className: "sign sign--" + area.kind, textAnchor: "middle", dominantBaseline: "middle",
      }, lines);
    });
    return e("div", { className: "map" },
      e("svg", { viewBox: box.join(" "), role: "group", "aria-label": props.label, id: props.id },
        e("defs", null, e("pattern", {
          id: "hatch", width: 9 * unit, height: 9 * unit, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)",
        }, e("rect", { width: 9 * unit, height: 9 * unit, className: "hatch-ground" }),
        e("line", { x1: 0, y1: 0, x2: 0, y2: 9 * unit, className: "hatch-line", strokeWidth: 4 * unit }))),
        shapes, borders, signs),
      tip && e("div", {
        className: "tip" + (tip.below ? " tip--below" : ""), role: "status", style: { left: tip.left, top: tip.top },
      }, props.areas[tip.code].words.map((line, index) => e(index ? "div" : "strong", { key: index }, line))));
  }

  function Sparkline(props) {
    const width = props.width || 120, height = props.height || 32, edge = 3;
    const known = props.values.filter((value) => value !== null);
    if (known.length < 2) return e("span", { className: "quiet" }, "—");
    const own = props.target === undefined ? known : known.concat([props.target]);
    const all = props.low === undefined ? own : own.concat([props.low, props.high]); // one scale for several beside each other
    const low = Math.min(...all), high = Math.max(...all);
    const across = (index) => edge + index * (width - 2 * edge) / Math.max(props.values.length - 1, 1);
    const down = (value) => high === low ? height / 2 : height - edge - (value - low) * (height - 2 * edge) / (high - low);
    let path = "", pen = false, last = null;
    props.values.forEach(function (value, index) {
      if (value === null) { pen = false; return; }
      path += (pen ? "L" : "M") + across(index).toFixed(1) + "," + down(value).toFixed(1);
      pen = true;
      last = [across(index), down(value)];
    });
    return e("svg", { className: "sparkline", viewBox: "0 0 " + width + " " + height, width: width, height: height, role: "img", "aria-label": props.label },
      props.target !== undefined && e("line", { className: "target", x1: 0, x2: width, y1: down(props.target), y2: down(props.target) }),
      e("path", { d: path, className: "line" }),
      e("circle", { cx: last[0], cy: last[1], r: 2.6, className: "end" }));
  }

  /* Percentages instead of a stretched sheet: the dot stays round whatever the width. */
  function IntervalBar(props) {
    const range = (props.high - props.low) || 1;
    const across = (value) => (4 + Math.min(Math.max((value - props.low) / range, 0), 1) * 92).toFixed(2) + "%";
    const known = (value) => value !== null && value !== undefined;
    const upright = (name, value) => known(value) &&
      e("line", { className: name, x1: across(value), x2: across(value), y1: "8%", y2: "92%" });
    return e("svg", { className: "interval interval--" + props.kind, role: "img", "aria-label": props.label },
      e("line", { className: "rail", x1: 0, x2: "100%", y1: "50%", y2: "50%" }),
      props.band && e("rect", {
        className: "band", x: across(props.band[0]), y: "22%", height: "56%", width: (parseFloat(across(props.band[1])) - parseFloat(across(props.band[0]))).toFixed(2) + "%",
      }),
      upright("peers", props.peers),
      upright("target", props.target),
      known(props.lower) && e("line", { className: "whisker", x1: across(props.lower), x2: across(props.upper), y1: "50%", y2: "50%" }),
      known(props.value) && e("circle", { className: "dot", cx: across(props.value), cy: "50%", r: 4.2 }));
  }

  window.dashboard = Object.assign(window.dashboard || {}, { CountyMap: CountyMap, Sparkline: Sparkline, IntervalBar: IntervalBar });
  window.mch = Object.assign(window.mch || {}, { follow: follow });

  /* Cells of the tables: a link of our own, an interval on the column's scale, a judgement with its sign. */
  const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  cells.Link = function (props) {
    const href = props.data && props.data[props.colDef.field + "_href"];
    const shown = props.valueFormatted || props.value;
    return href ? e("a", { href: href, onClick: follow, className: "cell-link" }, shown) : e("span", null, shown);
  };
  cells.Interval = function (props) {
    const row = props.data || {};
    if (row.value === null || row.value === undefined) return e("span", { className: "quiet" }, "—");
    return e(IntervalBar, {
      value: row.value, lower: row.lower, upper: row.upper_limit, target: row.target, low: props.low, high: props.high,
      kind: row.kind, label: row.interval_words,
    });
  };
  cells.Judgement = function (props) {
    const row = props.data || {};
    return e("span", { className: "chip chip--" + row.kind, title: row.chance || "" }, (row.sign || "") + " " + (props.value || ""));
  };
  cells.Download = function (props) {
    const href = props.data && props.data[props.colDef.field + "_href"];
    return href ? e("a", { href: href, className: "cell-link", download: "" }, props.value) : e("span", { className: "quiet" }, props.value);
  };
})();
