// Views: the visible part of each panel's axes, in axis units, and how it is zoomed and moved.

const SMALLEST_VIEW = 1 / 300; // of an axis

function wholeViews(film) {
  return film.panels.map(({ x, y }) => ({ x: [x.start, x.end], y: [y.start, y.end] }));
}

function isWhole(views, film) {
  return JSON.stringify(views) === JSON.stringify(wholeViews(film));
}

// One panel zoomed, and every panel with the same axis along with it: truth and model keep one lens.
function zoomed(views, film, panel, wanted) {
  const own = film.panels[panel];
  const view = own.equal ? sameProportions(wanted, own) : wanted;
  return film.panels.map((other, i) => {
    const parts = ["x", "y"].map((name) => {
      const together = i === panel || (film.shared_x && sameAxis(own[name], other[name]));
      return [name, together && view[name] ? keepInside(view[name], other[name]) : views[i][name]];
    });
    return Object.fromEntries(parts);
  });
}

// The view of a scale with `factor` times its span, in which what lay at `from` lies where `to` was.
function stretched(scale, from, to, factor) {
  return [from + (scale.from - to) * factor, from + (scale.to - to) * factor];
}

// A flat drag selects x, a steep one y, any other a box; a panel of equal aspect always takes a box.
function selectedBy({ from, to }, panel) {
  const [across, up] = [Math.abs(to.px - from.px), Math.abs(to.py - from.py)];
  if (Math.max(across, up) < 8) return { x: null, y: null };
  return {
    x: panel.equal || across > 16 || across > up ? [from.x, to.x].sort((a, b) => a - b) : null,
    y: panel.equal || up > 24 || up > across ? [from.y, to.y].sort((a, b) => a - b) : null,
  };
}

// The view widened to the proportions of the panel's whole, so that equal aspect fills the plot.
function sameProportions({ x, y }, panel) {
  const [across, up] = [panel.x.end - panel.x.start, panel.y.end - panel.y.start];
  const share = Math.max((x[1] - x[0]) / across, (y[1] - y[0]) / up);
  const around = ([low, high], size) => [(low + high - share * size) / 2, (low + high + share * size) / 2];
  return { x: around(x, across), y: around(y, up) };
}

// A view neither smaller than can be read nor outside its axis.
function keepInside([low, high], axis) {
  const whole = axis.end - axis.start;
  const span = clamp(high - low, whole * SMALLEST_VIEW, whole);
  if (span >= whole * 0.999) return [axis.start, axis.end];
  const first = clamp((low + high - span) / 2, axis.start, axis.end - span);
  return [first, first + span];
}
