/* Draws the plain parts of a page (see dashboard/at_once.py) as the elements they are, without a component of Dash for each,
   and large charts and tables when they come into sight. */
(function () {
  "use strict";
  const e = React.createElement;
  const own = {
    Link: (props) => e("a", Object.assign({}, props, { onClick: window.mch.follow })),
    Sparkline: (props) => e(window.dashboard.Sparkline, props),
    IntervalBar: (props) => e(window.dashboard.IntervalBar, props),
  };

  function drawn(part) {
    if (!Array.isArray(part)) return part;
    const given = [own[part[0]] || part[0], part[1] || null];
    for (let place = 2; place < part.length; place += 1) given.push(drawn(part[place]));
    return e.apply(null, given);
  }

  function Plain(props) {
    return React.useMemo(() => e.apply(null, [React.Fragment, null].concat(props.parts.map(drawn))), [props.parts]);
  }

  /* What is out of sight is drawn one by one while the reader reads; before printing all at once. */
  const waiting = new Map(); // element → what draws it
  const PAUSE = 300; // milliseconds in which a press on something comes first
  let next = 0;

  function draw(element) {
    const now = waiting.get(element);
    waiting.delete(element);
    sight.unobserve(element);
    if (now) now();
  }

  const sight = new IntersectionObserver(
    (found) => found.forEach((one) => one.isIntersecting && draw(one.target)), { rootMargin: "120px 0px" });
  const idle = window.requestIdleCallback || ((work) => window.setTimeout(work, PAUSE));

  function goOn() {
    window.clearTimeout(next);
    next = window.setTimeout(() => idle(function () {
      const first = waiting.keys().next();
      if (!first.done) { draw(first.value); goOn(); }
    }, { timeout: 1000 }), PAUSE);
  }

  window.addEventListener("beforeprint", () => ReactDOM.flushSync(() => Array.from(waiting.keys()).forEach(draw)));

  function isInSight(element) {
    const box = element.getBoundingClientRect();
    return box.top < window.innerHeight && box.bottom > 0;
  }

  function Later(props) {
    const [isDrawn, setDrawn] = React.useState(false);
    const room = React.useRef(null);
    // What the window shows is drawn with the page: seen once and whole, not first without it.
    React.useLayoutEffect(() => { if (room.current && isInSight(room.current)) setDrawn(true); }, []);
    React.useEffect(function () {
      const element = room.current;
      if (!element) return undefined;
      waiting.set(element, () => setDrawn(true));
      sight.observe(element);
      goOn();
      return function () { waiting.delete(element); sight.unobserve(element); };
    }, []);
    return isDrawn ? props.children : e("div", { ref: room, className: "later", style: { height: props.height } });
  }

  window.dashboard = Object.assign(window.dashboard || {}, { Plain: Plain, Later: Later });
})();
