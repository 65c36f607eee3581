/* Tables that scroll within themselves draw only the rows in sight, and paper does not scroll: for printing, all rows stand in
   a plain table beside them, in the order and with the words of the screen. */
(function () {
  "use strict";

  function plain(api) {
    const table = document.createElement("table");
    const columns = api.getAllDisplayedColumns();
    table.className = "plain paper-table";
    const head = table.createTHead().insertRow();
    columns.forEach(function (column) {
      const cell = document.createElement("th");
      cell.textContent = column.getColDef().headerName || "";
      head.appendChild(cell);
    });
    const body = table.createTBody();
    api.forEachNodeAfterFilterAndSort(function (node) {
      const row = body.insertRow();
      columns.forEach(function (column) {
        const told = column.getColDef(), cell = row.insertCell();
        const words = api.getCellValue({ rowNode: node, colKey: column, useFormatter: true });
        const sign = told.cellRenderer === "Judgement" && node.data ? node.data.sign + " " : "";
        cell.textContent = sign + (words === null || words === undefined ? "" : words);
        if (told.type === "rightAligned") cell.className = "number";
      });
    });
    return table;
  }

  function drop() {
    document.querySelectorAll(".paper-table").forEach((one) => one.remove());
  }

  window.addEventListener("beforeprint", function () {
    drop();
    document.querySelectorAll(".table[id]").forEach(function (grid) {
      let api = null;
      try { api = window.dash_ag_grid.getApi(grid.id); } catch (not_drawn_yet) { return; }
      if (api) grid.after(plain(api));
    });
  });
  window.addEventListener("afterprint", drop);
})();
