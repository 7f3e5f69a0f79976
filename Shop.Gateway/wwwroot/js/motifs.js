/**
 * What is drawn for a product, on a field of 200 by 200 with the ground at 165. Each motif is a list of shapes; colours
 * are letters of a palette: a main, b dark, c light. The first one whose words are in the name is taken.
 */
const path = (fill, d) => ["path", { fill, d }];
const line = (stroke, d, width = 5) => ["path", { stroke, d, "stroke-width": width, "stroke-linecap": "round",
  "stroke-linejoin": "round", fill: "none" }];
const disc = (fill, cx, cy, r) => ["circle", { fill, cx, cy, r }];
const oval = (fill, cx, cy, rx, ry) => ["ellipse", { fill, cx, cy, rx, ry }];
const box = (fill, x, y, width, height, rx = 4) => ["rect", { fill, x, y, width, height, rx }];

const flame = (x, y) => path("a", `M${x} ${y}q9 12 0 19q-9-7 0-19z`);
const leaf = (x, y, turn) =>
  path("a", `M${x} ${y}q${turn * 22} -10 ${turn * 26} -32q${turn * -24} 4 ${turn * -26} 32z`);

export const motifs = [
  [/pendant|moon/, [
    line("b", "M100 0V52", 3), disc("c", 100, 98, 47), path("a", "M58 77a47 47 0 0 1 84 0z"),
    line("a", "M54 92q46 18 92 0M54 108q46 18 92 0M64 126q36 13 72 0", 2), oval("a", 100, 52, 12, 4)]],
  [/lantern/, [
    line("b", "M72 62a28 28 0 0 1 56 0", 4), path("b", "M70 62h60l8 14H62z"), box("c", 68, 76, 64, 74, 2),
    flame(100, 100), box("b", 95, 122, 10, 22, 2), line("b", "M68 76v74M132 76v74M84 76v74M116 76v74", 3),
    box("b", 58, 150, 84, 14, 4)]],
  [/lamp|light/, [
    box("b", 46, 156, 64, 9, 4), line("b", "M78 156V78Q80 38 132 42", 5), path("a", "M112 42h46l14 34H98z"),
    path("c", "M98 76h74l16 60H82z")]],
  [/candle/, [
    box("c", 50, 100, 32, 65, 5), box("a", 88, 74, 34, 91, 5), box("c", 128, 116, 30, 49, 5), flame(66, 76),
    path("b", "M105 50q9 12 0 19q-9-7 0-19z"), flame(143, 92)]],
  [/dinner|plate|stoneware/, [
    oval("b", 100, 152, 74, 13), oval("a", 100, 145, 74, 13), oval("b", 100, 136, 66, 12), oval("c", 100, 129, 66, 12),
    path("b", "M62 94h76q-4 30-38 30t-38-30z"), oval("a", 100, 94, 38, 8), oval("c", 100, 94, 29, 5)]],
  [/tumbler|glass/, [
    path("c", "M48 66h50l-6 99H54z"), path("a", "M51 108h44l-3 57H54z"), path("c", "M104 82h48l-6 83h-36z"),
    path("b", "M106 118h44l-4 47h-36z"), line("b", "M48 66h50M104 82h48", 3)]],
  [/board/, [
    path("a", "M44 112q0-48 48-50h34q30 2 30 30v36q0 30-30 32H92q-48-2-48-48z"), disc("b", 64, 112, 7),
    line("b", "M88 82q34-8 56 4M86 104q36-8 60 2M88 126q34-8 58 2M96 146q24-6 40 0", 2),
    line("b", "M64 112q-30 6-30 30", 4)]],
  [/napkin/, [
    path("b", "M38 150l62 15 62-15-62-14z"), path("a", "M38 136l62 15 62-15-62-14z"),
    path("c", "M38 122l62 15 62-15-62-14z"), path("a", "M38 108l62 15 62-15-62-14z"),
    path("c", "M54 92l46-42 46 42-46 28z"), line("b", "M100 50v70", 2)]],
  [/casserole|pot\b|pan\b/, [
    box("b", 26, 98, 148, 14, 7), path("a", "M42 100h116v44q0 21-21 21H63q-21 0-21-21z"),
    path("b", "M42 94q4-26 58-26t58 26z"), disc("a", 100, 62, 9), line("c", "M58 116v26", 5)]],
  [/coffee|pour/, [
    path("c", "M62 98h76l14 54q2 13-12 13H60q-14 0-12-13z"), path("b", "M55 130h90l7 22q2 13-12 13H60q-14 0-12-13z"),
    path("a", "M60 46h80l-26 46H86z"), box("b", 70, 90, 60, 9, 4), line("a", "M148 112q22 4 12 30", 5),
    line("c", "M88 22q-6 8 0 16M110 18q-6 8 0 16", 3)]],
  [/knife/, [
    path("c", "M26 118L132 56q18 14 8 40z"), line("a", "M26 118l114-22", 3),
    path("b", "M132 56l12-8 34 14q10 10 2 22l-40 12z"), disc("c", 152, 68, 3), disc("c", 168, 74, 3)]],
  [/jar|storage|ceramic/, [
    box("c", 34, 96, 44, 69, 8), box("b", 36, 82, 40, 14, 4), box("a", 82, 66, 48, 99, 8), box("b", 85, 52, 42, 14, 4),
    box("c", 134, 112, 36, 53, 8), box("b", 136, 100, 32, 12, 4), box("c", 92, 100, 28, 22, 3)]],
  [/throw|merino/, [
    path("a", "M46 70q54-18 108 0v86q-54 14-108 0z"), path("c", "M46 70q54-18 108 0v18q-54-16-108 0z"),
    line("b", "M46 106q54-14 108 0M46 124q54-12 108 2", 3),
    line("b", "M52 158v9M66 161v9M80 163v9M94 164v9M108 164v9M122 163v9M136 161v9M148 158v9", 3)]],
  [/cushion|pillow/, [
    path("a", "M42 72q58 18 116 0q-18 44 0 88q-58-18-116 0q18-44 0-88z"),
    path("c", "M66 88q34 8 68 0q-8 28 0 56q-34-8-68 0q8-28 0-56z"), line("b", "M100 92v48M74 116h52", 2)]],
  [/side table|table\b/, [
    line("b", "M64 88L50 165M136 88l14 77M100 94v71", 7), oval("b", 100, 88, 66, 14), oval("a", 100, 81, 66, 14),
    path("c", "M88 74V48h24v26q-12 5-24 0z"), leaf(100, 50, 1), leaf(100, 50, -1)]],
  [/rug|dune/, [
    path("a", "M50 84h100l30 74H20z"), path("c", "M58 94h84l22 54H36z"),
    line("a", "M52 110q20-12 48 0t50 0M45 126q24-13 55 0t57 0M39 141q28-13 61 0t64 0", 4)]],
  [/clock/, [
    disc("b", 100, 96, 62), disc("c", 100, 96, 54), line("b", "M100 96V62M100 96l24 15", 5), disc("a", 100, 96, 6),
    line("a", "M100 50v6M100 136v6M54 96h6M140 96h6", 4)]],
  [/pack|bag/, [
    line("b", "M82 46q0-16 18-16t18 16", 6), path("a", "M56 84q0-40 44-40t44 40v66q0 15-15 15H71q-15 0-15-15z"),
    path("b", "M56 84q0-40 44-40t44 40v10q-44 14-88 0z"), box("c", 70, 116, 60, 36, 8), line("b", "M70 128h60", 3),
    box("c", 94, 88, 12, 18, 3)]],
  [/tent/, [
    path("a", "M100 50L24 162h152z"), path("c", "M100 50L66 162h68z"), path("b", "M100 84l-22 78h44z"),
    line("b", "M100 50L20 164M100 50l80 114", 4), line("b", "M100 50V36", 3)]],
  [/bottle|flask/, [
    box("b", 82, 34, 36, 26, 6), path("c", "M80 60h40l4 12H76z"),
    path("a", "M70 84q4-14 14-14h32q10 0 14 14v70q0 11-11 11H81q-11 0-11-11z"),
    box("c", 70, 104, 60, 8, 0), line("b", "M82 120v32", 4)]],
  [/stool|chair/, [
    line("b", "M58 92l84 73M142 92l-84 73", 8), path("a", "M44 80q56 26 112 0v14q-56 24-112 0z"),
    line("b", "M44 82v12M156 82v12", 8), disc("c", 100, 128, 5)]],
  [/picnic|blanket/, [
    box("a", 30, 92, 140, 66, 30), disc("c", 152, 125, 26), line("a", "M152 125q0-14 12-10q14 8 4 22q-14 10-26-2", 3),
    box("b", 62, 88, 12, 74, 3), box("b", 108, 88, 12, 74, 3), line("b", "M68 90q23-52 46 0", 5)]],
  [/water/, [
    path("a", "M62 92h74v60q0 13-13 13H75q-13 0-13-13z"), path("b", "M56 86h86v10H56z"),
    line("a", "M62 144Q32 136 22 84", 9), path("b", "M10 78l26-8 4 12-26 8z"),
    line("b", "M136 104q38 2 30 34q-8 18-30 14", 7)]],
  [/herb|plant|garden/, [
    leaf(62, 116, 1), leaf(62, 116, -1), leaf(100, 104, 1), leaf(100, 104, -1), leaf(138, 116, 1), leaf(138, 116, -1),
    line("b", "M62 122V92M100 122V74M138 122V92", 3), path("b", "M40 122h44l-7 43H47z"),
    path("c", "M78 122h44l-7 43H85z"),
    path("b", "M116 122h44l-7 43h-30z")]],
];

/** For everything else: a vase whose shape is the product's own. */
export function vase(number) {
  const belly = 26 + number % 34;
  const neck = 12 + (number >> 6) % 18;
  const waist = 56 + (number >> 11) % 40;
  const at = (side, width, y) => `${100 + side * width} ${y}`;
  const down = `C${at(-1, neck, waist)} ${at(-1, belly, waist)} ${at(-1, belly, waist + 30)}`
    + `C${at(-1, belly, 150)} ${at(-1, 30, 162)} ${at(-1, 18, 165)}`;
  const up = `C${at(1, 30, 162)} ${at(1, belly, 150)} ${at(1, belly, waist + 30)}`
    + `C${at(1, belly, waist)} ${at(1, neck, waist)} ${at(1, neck, 52)}`;
  return [
    path("a", `M${at(-1, neck, 52)}${down}H118${up}z`),
    oval("b", 100, 52, neck, 5), leaf(100, 50, 1), leaf(100, 40, -1), line("b", "M100 52V20", 3),
  ];
}
