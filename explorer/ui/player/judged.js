// Judged dots, 100,000 and more, as pixels. Honest ones are stamped into two planes of depth, kept and removed, which
// mix as paint laid on in no order would, so that a frame stamps only those that it judges unlike the one before.
// Hallucinated ones are stamped on top in their colour, each over an outline of the ground.

const FEW = 2000; // dots that are drawn at full strength; of more, each is fainter
const LARGER = 2; // hallucinated against honest, while they are few
const OUTLINE = 1; // pixels around a hallucinated dot, while they are few

function drawJudged(context, layer, frame, plot, theme) {
  layer.honest ??= rankByLevel(layer, 0);
  layer.bad ??= rankByLevel(layer, 1);
  if (layer.cloud?.plot !== plot) layer.cloud = makeCloud(layer, plot, theme);
  if (layer.cloud.frame !== frame) judge(layer, frame);
  const { left, top, columns, rows, brush } = layer.cloud;
  context.drawImage(brush.canvas, ...[left, top, columns, rows].map((size) => size / devicePixelRatio));
}

function judge({ honest, bad, cloud }, frame) {
  const { keep, remove, pixels } = cloud;
  const kept = keptAt(honest, frame);
  const [first, last] = [Math.min(kept, cloud.kept), Math.max(kept, cloud.kept)];
  const sign = kept > cloud.kept ? 1 : -1;
  stampDepth(keep, cloud.dots, cloud.honest, first, last, sign);
  stampDepth(remove, cloud.crosses, cloud.honest, first, last, -sign);
  mixPlanes(cloud);
  // Removed ones first: those that stay are what is left to see.
  stampColour(pixels, cloud.badCross, cloud.bad, keptAt(bad, frame), bad.numbers.length);
  stampColour(pixels, cloud.badDot, cloud.bad, 0, keptAt(bad, frame));
  cloud.brush.putImageData(cloud.image, 0, 0);
  Object.assign(cloud, { frame, kept });
}

function stampDepth(plane, stamps, { corners, places }, first, last, sign) {
  for (let i = first; i < last; i += 1) {
    const corner = corners[i];
    if (corner < 0) continue;
    const { offsets, depths } = stamps[places[i]];
    for (let k = 0; k < offsets.length; k += 1) plane[corner + offsets[k]] += sign * depths[k];
  }
}

function mixPlanes({ keep, remove, mixes, alphas, pixels }) {
  for (let i = 0; i < pixels.length; i += 1) {
    const depth = keep[i] + remove[i];
    pixels[i] = depth === 0 ? 0 : mixes[((255 * keep[i]) / depth) | 0] | alphas[depth < OPAQUE ? depth : OPAQUE];
  }
}

function stampColour(pixels, { offsets, colours }, { corners }, first, last) {
  for (let i = first; i < last; i += 1) {
    const corner = corners[i];
    if (corner < 0) continue;
    for (let k = 0; k < offsets.length; k += 1) {
      const at = corner + offsets[k];
      const bare = colours[k] >>> 24 === 255 || pixels[at] === 0;
      pixels[at] = bare ? colours[k] : packedOver(colours[k], pixels[at]);
    }
  }
}

// The honest or the hallucinated dots in the order in which they are kept, and how many are at each level. Those of
// one level stand in the order of y, so that neighbours in memory are stamped one after the other.
function rankByLevel({ level, hallucinated, xy }, which) {
  const y = (number) => xy.codes[2 * number + 1];
  const numbers = new Uint32Array(level.size).map((_, i) => i).filter((i) => hallucinated.codes[i] === which)
    .sort((a, b) => level.codes[a] - level.codes[b] || y(a) - y(b));
  const upTo = new Uint32Array((numbers.length ? level.codes[numbers.at(-1)] : 0) + 1);
  for (const number of numbers) upTo[level.codes[number]] += 1;
  for (let at = 1; at < upTo.length; at += 1) upTo[at] += upTo[at - 1];
  return { numbers, upTo };
}

function keptAt({ upTo }, frame) {
  return upTo[Math.min(frame, upTo.length - 1)];
}

function isKept(layer, number, frame) {
  return frame >= layer.level.codes[number];
}

// The size of hallucinated dots: larger than the honest ones, by less the more there are.
function badSize(layer) {
  return layer.size * LARGER * crowded(layer.bad.numbers.length, 0.2);
}

function crowded(count, power) {
  return Math.min(1, (FEW / Math.max(1, count)) ** power);
}

// Everything that depends on view, size and theme only: where the stamps fall in the planes, and the stamps.
function makeCloud(layer, plot, theme) {
  const scale = devicePixelRatio;
  const { honest, bad } = layer;
  const thin = OUTLINE * crowded(bad.numbers.length, 0.2);
  const [size, large, outline] = [layer.size, badSize(layer), thin].map((length) => length * scale);
  const margin = 2 * markReach(large, outline);
  const [left, top] = [plot.left, plot.top].map((edge) => Math.floor(edge * scale) - margin);
  const [columns, rows] = [plot.width, plot.height].map((side) => Math.ceil(side * scale) + 2 * margin + 1);
  const brush = Object.assign(document.createElement("canvas"), { width: columns, height: rows }).getContext("2d");
  const image = brush.createImageData(columns, rows);
  const strength = 0.85 * crowded(honest.numbers.length, 0.2);
  const { kept, neutral, hallucinated, ground } = theme.roles;
  const plane = { plot, left, top, columns, rows };
  const cloud = {
    ...plane, brush, image,
    pixels: new Uint32Array(image.data.buffer),
    keep: new Int32Array(columns * rows),
    remove: new Int32Array(columns * rows),
    honest: placeMarks(honest.numbers, layer.xy.codes, markReach(size), plane),
    bad: placeMarks(bad.numbers, layer.xy.codes, markReach(large, outline), plane),
    dots: depthStamps(true, size, columns, strength),
    crosses: depthStamps(false, size, columns, strength),
    badDot: colourStamp(true, large, columns, hallucinated, ground, outline),
    badCross: colourStamp(false, large, columns, hallucinated, ground, outline),
    mixes: packedMixes(parseColour(neutral), parseColour(kept)),
    alphas: packedAlphas(),
    frame: null,
    kept: 0, // how many honest ones are stamped as kept
  };
  stampDepth(cloud.remove, cloud.crosses, cloud.honest, 0, honest.numbers.length, 1);
  return cloud;
}

// The corner of each mark's square in a plane, below 0 if it lies beyond, and its middle's place within a pixel.
function placeMarks(numbers, xy, reach, { plot, left, top, columns, rows }) {
  const [corners, places] = [new Int32Array(numbers.length).fill(-1), new Uint8Array(numbers.length)];
  const [stepX, stepY] = [plot.x.perCode, plot.y.perCode].map((step) => step * devicePixelRatio);
  const [zeroX, zeroY] = [plot.x.codePixel(0) * devicePixelRatio - left, plot.y.codePixel(0) * devicePixelRatio - top];
  for (let i = 0; i < numbers.length; i += 1) {
    if (isGap(xy, numbers[i])) continue;
    const [x, y] = [zeroX + stepX * xy[2 * numbers[i]], zeroY + stepY * xy[2 * numbers[i] + 1]];
    const [column, row] = [Math.floor(x), Math.floor(y)];
    if (column < reach || row < reach || column >= columns - reach || row >= rows - reach) continue;
    corners[i] = (row - reach) * columns + column - reach;
    places[i] = Math.floor((y - row) * SUBSTEPS) * SUBSTEPS + Math.floor((x - column) * SUBSTEPS);
  }
  return { corners, places };
}
