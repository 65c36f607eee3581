/* What the shell does in the browser: open the menu, write a choice into the address, name the page. */
window.dash_clientside = Object.assign({}, window.dash_clientside, {
  mch: {
    menu: function (opened, navbar) {
      return Object.assign({}, navbar, { collapsed: { mobile: !opened } });
    },
    choose: function (values, ids) {
      const unchanged = window.dash_clientside.no_update;
      const cause = window.dash_clientside.callback_context.triggered_id;
      if (!cause) return unchanged;
      const place = ids.findIndex((id) => id.key === cause.key && id.drops === cause.drops);
      const value = values[place];
      const query = new URLSearchParams(window.location.search);
      if (value === undefined || value === null || (query.get(cause.key) || cause.shown) === value) return unchanged;
      query.set(cause.key, value);
      (cause.drops || "").split(",").filter(Boolean).forEach((key) => query.delete(key));
      return "?" + query.toString();
    },
    lead: function (clicked) {
      const point = clicked && clicked.points && clicked.points[0];
      const there = point && Array.isArray(point.customdata) ? point.customdata[1] : "";
      if (typeof there === "string" && there.startsWith("/")) {
        window.history.pushState({}, "", there);
        window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
        window.scrollTo(0, 0);
      }
    },
    name: function (page) {
      if (page) {
        document.title = page.title;
        document.documentElement.lang = page.language;
      }
      return window.dash_clientside.no_update;
    },
  },
});
