/* The heat table of areas × indicators: sorts in the browser, tells its reason on hover and on focus, goes by arrow keys. */
(function () {
  "use strict";
  const e = React.createElement;
  const AT_FIRST = 24; // more than a screen holds
  const SOON = 120; // milliseconds
  const idle = window.requestIdleCallback || ((work) => work());

  function order(props, sort) {
    const back = sort.startsWith("-");
    const code = back ? sort.slice(1) : sort;
    const place = props.columns.findIndex((one) => one.code === code);
    const key = code === "name" ? (row) => row.at : place >= 0 ? (row) => row.s[place] : (row) => row.worst;
    const known = (row) => key(row) !== null && key(row) !== undefined;
    return props.rows.slice().sort(function (one, other) {
      if (known(one) !== known(other)) return known(one) ? -1 : 1; // without a number: last, whichever way
      const apart = known(one) ? key(one) - key(other) : 0;
      return (back ? -apart : apart) || one.at - other.at;
    });
  }

  /* The address holds the order, and the page is not asked for anew. */
  function remember(sort) {
    const query = new URLSearchParams(window.location.search);
    if (sort) query.set("sort", sort); else query.delete("sort");
    window.history.replaceState(window.history.state, "", "?" + query.toString());
  }

  function Matrix(props) {
    const [sort, setSort] = React.useState(props.sort || "");
    const [at, setAt] = React.useState([0, 0]); // the cell that the keyboard is on; row 0 is the head
    const [tip, setTip] = React.useState(null);
    const table = React.useRef(null);
    React.useEffect(() => setSort(props.sort || ""), [props.sort, props.columns]);
    const rows = React.useMemo(() => order(props, sort), [props.rows, props.columns, sort]);
    const [count, setCount] = React.useState(AT_FIRST); // the rows in sight first, the others when these stand
    React.useEffect(function () {
      if (count >= rows.length) return undefined;
      const soon = window.setTimeout(() => idle(() => setCount(rows.length)), SOON);
      return () => window.clearTimeout(soon);
    }, [count, rows.length]);

    function choose(code) {
      const next = sort === code ? "-" + code : sort === "-" + code ? "" : code;
      setSort(next);
      remember(next);
    }

    function said(row, place) {
      const column = props.columns[place];
      const kind = props.kinds[row.k[place]];
      const reason = (props.reasons || {})[row.code + "|" + column.code];
      return [row.name + " · " + column.name, row.v[place] || "", kind.sign + " " + kind.words, reason || ""].filter(Boolean);
    }

    function show(event) {
      const cell = event.target.closest ? event.target.closest("td[data-c]") : null;
      if (!cell) { setTip(null); return; }
      const row = rows[Number(cell.dataset.r)];
      if (!row) return;
      const own = cell.getBoundingClientRect();
      const around = table.current.parentNode.getBoundingClientRect();
      setTip({
        lines: said(row, Number(cell.dataset.c)),
        left: Math.min(Math.max(own.left + own.width / 2, around.left + 150), Math.max(around.right - 150, around.left + 150)),
        top: own.bottom < window.innerHeight - 170 ? own.bottom + 6 : null, bottom: window.innerHeight - own.top + 6,
      });
    }

    function go(next) {
      const row = Math.min(Math.max(next[0], 0), rows.length), column = Math.min(Math.max(next[1], 0), props.columns.length);
      setAt([row, column]);
      const cell = table.current.rows[row] && table.current.rows[row].cells[column];
      const target = cell && (cell.querySelector("a,button") || cell);
      if (target) target.focus();
    }

    function key(event) {
      const steps = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] };
      const cell = event.target.closest("td,th");
      if (!cell) return;
      const here = [cell.parentNode.rowIndex, cell.cellIndex];
      if (steps[event.key]) go([here[0] + steps[event.key][0], here[1] + steps[event.key][1]]);
      else if (event.key === "Home") go([here[0], 0]);
      else if (event.key === "End") go([here[0], props.columns.length]);
      else if (event.key === "Escape") { setTip(null); return; }
      else return;
      event.preventDefault();
    }

    const stop = (row, column) => (at[0] === row && at[1] === column ? 0 : -1);
    const arrow = (code) => (sort === code ? " ↑" : sort === "-" + code ? " ↓" : "");
    const aria = (code) => (sort === code ? "ascending" : sort === "-" + code ? "descending" : "none");
    const head = e("tr", null,
      e("th", { scope: "col", className: "matrix-corner", "aria-sort": aria("name") },
        e("button", { type: "button", tabIndex: stop(0, 0), onClick: () => choose("name") }, props.words.name + arrow("name"))),
      props.columns.map((column, place) => e("th", {
        key: column.code, scope: "col", "aria-sort": aria(column.code), className: (column.first ? "matrix-first" : "") + (column.aimed ? " matrix-aimed" : ""),
      }, e("button", { type: "button", tabIndex: stop(0, place + 1), title: column.title, onClick: () => choose(column.code) },
        e("span", null, column.name + arrow(column.code))))));
    const body = rows.slice(0, count).map((row, line) => e("tr", { key: row.code },
      e("th", { scope: "row" }, e("a", { href: row.href, tabIndex: stop(line + 1, 0), onClick: window.mch.follow },
        row.name, row.upper && e("span", { className: "quiet" }, " " + row.upper))),
      props.columns.map((column, place) => {
        const kind = props.kinds[row.k[place]];
        if (!kind.sign) return e("td", { key: column.code, className: column.first ? "matrix-first" : undefined });
        return e("td", { key: column.code, "data-r": line, "data-c": place, className: "cell cell--" + kind.kind + (column.first ? " matrix-first" : "") },
          e("a", {
            href: column.href + "&unit=" + row.code, tabIndex: stop(line + 1, place + 1), onClick: window.mch.follow,
            "aria-label": said(row, place).join(", "),
          }, props.numbers ? row.v[place] || kind.sign : kind.sign));
      })));
    return e("div", { className: "matrix-frame" },
      e("div", { className: "scrolling matrix-scroll", tabIndex: 0, role: "region", "aria-label": props.label, onScroll: () => tip && setTip(null) },
        e("table", {
          id: props.id, ref: table, className: "matrix" + (props.numbers || props.columns.length < 4 ? " matrix--numbers" : ""), onKeyDown: key,
          onMouseOver: show, onMouseLeave: () => setTip(null), onFocus: show, onBlur: () => setTip(null),
        }, e("thead", null, head), e("tbody", null, body))),
      tip && e("div", { className: "matrix-tip", role: "status", style: tip.top === null ? { left: tip.left, bottom: tip.bottom } : { left: tip.left, top: tip.top } },
        tip.lines.map((line, index) => e(index ? "div" : "strong", { key: index }, line))));
  }

  window.dashboard = Object.assign(window.dashboard || {}, { Matrix: Matrix });
})();
