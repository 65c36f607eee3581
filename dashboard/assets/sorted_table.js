/* A table of some lines (see dashboard/tables.py): plain elements that stand at once, sorted by their heads in the browser.
   Columns, lines and cells are told as the large tables' are. */
(function () {
  "use strict";
  const e = React.createElement;
  const known = (value) => value !== null && value !== undefined && value !== "";

  function words(column, row) {
    const told = column.valueFormatter && column.valueFormatter.function;
    const found = row[told ? told.replace("params.data.", "") : column.field];
    return known(found) ? String(found) : "";
  }

  /* What has no value comes last, whichever way. */
  function order(rows, sort) {
    if (!sort) return rows;
    const collator = new Intl.Collator(document.documentElement.lang || "zh", { numeric: true });
    return rows.slice().sort(function (one, other) {
      const left = one[sort.field], right = other[sort.field];
      if (known(left) !== known(right)) return known(left) ? -1 : 1;
      const apart = typeof left === "number" && typeof right === "number" ? left - right : collator.compare(left, right);
      return sort.back ? -apart : apart;
    });
  }

  function dress(column) {
    return [column.type === "rightAligned" && "number", column.pinned && "held", column.cellClass].filter(Boolean).join(" ");
  }

  function cell(column, row) {
    const shown = words(column, row);
    const draw = column.cellRenderer && window.dashAgGridComponentFunctions[column.cellRenderer];
    const given = draw && Object.assign({ data: row, colDef: column, value: row[column.field], valueFormatted: shown }, column.cellRendererParams);
    return e("td", { key: column.field, className: dress(column), "data-label": column.headerName }, draw ? e(draw, given) : shown);
  }

  function SortedTable(props) {
    const [sort, setSort] = React.useState(null);
    React.useEffect(() => setSort(null), [props.columnDefs]);
    const rows = React.useMemo(() => order(props.rowData, sort), [props.rowData, sort]);
    const lines = React.useMemo(() => rows.map((row, place) => e("tr", { key: place }, props.columnDefs.map((one) => cell(one, row)))), [rows, props.columnDefs]);

    function choose(field) {
      setSort(sort && sort.field === field ? (sort.back ? null : { field: field, back: true }) : { field: field, back: false });
    }

    function head(column) {
      const is = sort && sort.field === column.field;
      const name = column.sortable === false ? column.headerName
        : e("button", { type: "button", onClick: () => choose(column.field) }, column.headerName, e("span", { "aria-hidden": true }, is ? (sort.back ? " ↓" : " ↑") : ""));
      const way = is ? (sort.back ? "descending" : "ascending") : undefined;
      return e("th", { key: column.field, scope: "col", className: dress(column), style: { minWidth: column.minWidth }, "aria-sort": way }, name);
    }

    return e("div", { id: props.id, className: "sorted-table scrolling", style: { maxHeight: props.height }, tabIndex: 0, role: "region", "aria-label": props.label },
      e("table", { className: props.stacks ? "plain--stacked" : undefined }, e("thead", null, e("tr", null, props.columnDefs.map(head))), e("tbody", null, lines)),
      rows.length ? null : e("p", { className: "quiet" }, props.empty));
  }

  window.dashboard = Object.assign(window.dashboard || {}, { SortedTable: SortedTable });
})();
