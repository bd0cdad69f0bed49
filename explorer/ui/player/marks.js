// Marks: a dot for what is kept and a cross for what is removed, drawn, or as pixels that are stamped in thousands.

const SUBSTEPS = 4; // places within a pixel, each way, for which a stamp is prepared
const DEPTH = 256; // the depth of paint, in whole numbers, that leaves 1 / e of what is under it to be seen
const OPAQUE = 6 * DEPTH;
const SCRATCH = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

// Over an outline of so many pixels in the colour of the ground, if there is one.
function drawMark(context, x, y, kept, size, colour, ground = null, outline = 0) {
  const width = kept ? 0 : 0.35 * size;
  const arm = 0.45 * size;
  context.beginPath();
  if (kept) context.arc(x, y, size / 2, 0, 2 * Math.PI);
  else for (const side of [-1, 1]) {
    context.moveTo(x - arm, y - side * arm);
    context.lineTo(x + arm, y + side * arm);
  }
  context.lineCap = "round";
  if (ground) {
    context.strokeStyle = ground;
    context.lineWidth = width + 2 * outline;
    context.stroke();
  }
  context.fillStyle = context.strokeStyle = colour;
  context.lineWidth = width;
  if (kept) context.fill();
  else context.stroke();
}

// The whole pixels from the pixel at the middle of a mark to its farthest.
function markReach(size, outline = 0) {
  return Math.ceil(0.65 * size + outline);
}

// Stamps of depth, one for each place within a pixel: what a mark adds to which pixels, by their offsets in a plane.
function depthStamps(kept, size, columns, strength) {
  const reach = markReach(size);
  return Array.from({ length: SUBSTEPS * SUBSTEPS }, (_, i) => {
    const [x, y] = [i % SUBSTEPS, Math.floor(i / SUBSTEPS)].map((step) => reach + (step + 0.5) / SUBSTEPS);
    const pixels = pixelsOf(reach, columns, (brush) => drawMark(brush, x, y, kept, size, "#000"));
    const depths = pixels.map(({ packed }) => Math.round(-Math.log(1 - ((packed >>> 24) / 255) * strength) * DEPTH));
    return { offsets: Int32Array.from(pixels, ({ offset }) => offset), depths: Int32Array.from(depths) };
  });
}

// The stamp of a mark in its colour over an outline.
function colourStamp(kept, size, columns, colour, ground, outline) {
  const reach = markReach(size, outline);
  const draw = (brush) => drawMark(brush, reach + 0.5, reach + 0.5, kept, size, colour, ground, outline);
  const pixels = pixelsOf(reach, columns, draw);
  return {
    offsets: Int32Array.from(pixels, ({ offset }) => offset),
    colours: Uint32Array.from(pixels, ({ packed }) => packed),
  };
}

// What is drawn in a square of 2 reach + 1 pixels, as packed colours and their offsets from its corner in a plane.
function pixelsOf(reach, columns, draw) {
  const side = 2 * reach + 1;
  Object.assign(SCRATCH.canvas, { width: side, height: side }); // and bare
  draw(SCRATCH);
  return [...new Uint32Array(SCRATCH.getImageData(0, 0, side, side).data.buffer)]
    .map((packed, i) => ({ packed, offset: Math.floor(i / side) * columns + (i % side) }))
    .filter(({ packed }) => packed >>> 24 > 0);
}

// Packed colours from one to another, without their alpha.
function packedMixes(from, to) {
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const [red, green, blue] = mix(from, to, i / 255).map(Math.round);
    return red | (green << 8) | (blue << 16);
  });
}

// The packed alpha of each depth up to OPAQUE.
function packedAlphas() {
  return Uint32Array.from({ length: OPAQUE + 1 }, (_, depth) => Math.round(255 * (1 - Math.exp(-depth / DEPTH))) << 24);
}

// One packed colour over another.
function packedOver(above, below) {
  const a = above >>> 24;
  const b = ((below >>> 24) * (255 - a)) / 255;
  const blend = (shift) => ((((above >>> shift) & 255) * a + ((below >>> shift) & 255) * b) / (a + b)) << shift;
  return (blend(0) & 0xff) | (blend(8) & 0xff00) | (blend(16) & 0xff0000) | ((a + b) << 24);
}
