/** A line of a plot. */
export interface Line {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

const WIDTH = 720;
const HEIGHT = 440;
const LEFT = 70;
const RIGHT = 170;
const TOP = 40;
const BOTTOM = 50;
/** The height of a label. */
const LABEL = 15;
/** Distinguishable with every kind of colour blindness. @see https://jfly.uni-koeln.de/color/ */
const COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00"];

/**
 * A plot as SVG, with logarithms on both axes: a power law is a straight line, and its slope the exponent.
 * @throws Error if there is no point, or one that has no logarithm
 */
export function logPlot(
  title: string,
  axes: { readonly x: string; readonly y: string },
  lines: readonly Line[],
): string {
  const points = lines.flatMap((line) => line.points);
  if (points.length === 0 || points.some(({ x, y }) => !(x > 0 && y > 0)))
    throw new Error("A plot with logarithms needs points above zero.");
  const xs = scale(
    points.map(({ x }) => x),
    LEFT,
    WIDTH - RIGHT,
  );
  const ys = scale(
    points.map(({ y }) => y),
    HEIGHT - BOTTOM,
    TOP,
  );
  const grid = [
    ...xs.ticks.map((tick) => {
      const at = xs.at(tick);
      return `<path class="grid" d="M${at} ${TOP}V${HEIGHT - BOTTOM}"/><text x="${at}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${label(tick)}</text>`;
    }),
    ...ys.ticks.map((tick) => {
      const at = ys.at(tick);
      return `<path class="grid" d="M${LEFT} ${at}H${WIDTH - RIGHT}"/><text x="${LEFT - 8}" y="${at + 4}" text-anchor="end">${label(tick)}</text>`;
    }),
  ];
  const drawn = lines.filter((line) => line.points.length > 0);
  const ends = apart(drawn.map(({ points: own }) => ys.at(own.at(-1)?.y ?? 1)));
  const parts = drawn.map((line, index) => {
    const color = COLORS[index % COLORS.length];
    const places = line.points.map(({ x, y }): [number, number] => [xs.at(x), ys.at(y)]);
    const endX = (places.at(-1)?.[0] ?? 0) + 8;
    const dots = places.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="3.5" fill="${color}"/>`).join("");
    const path = `<path d="M${places.map((place) => place.join(" ")).join("L")}" fill="none" stroke="${color}" stroke-width="2"/>`;
    const name = `<text x="${endX}" y="${(ends[index] ?? 0) + 4}" fill="${color}">${escaped(line.name)}</text>`;
    return `${path}${dots}${name}`;
  });
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">`,
    "<style>text{font:13px sans-serif}.grid{stroke:#ddd}</style>",
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="22" font-weight="bold">${escaped(title)}</text>`,
    ...grid,
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 10}" text-anchor="middle">${escaped(axes.x)}</text>`,
    `<text transform="translate(18 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${escaped(axes.y)}</text>`,
    ...parts,
    "</svg>",
  ].join("\n")}\n`;
}

/** A logarithmic axis that starts and ends at a power of ten, or at 2 or 5 times one. */
function scale(values: readonly number[], from: number, to: number) {
  const all = ticksAround(Math.min(...values), Math.max(...values));
  const [low = 1, high = 10] = [all[0], all.at(-1)];
  const at = (value: number) =>
    Math.round((from + ((to - from) * Math.log(value / low)) / Math.log(high / low)) * 10) / 10;
  return { ticks: all, at };
}

/** Moves labels down so that none covers another. */
function apart(ends: readonly number[]): number[] {
  const moved = [...ends];
  const order = ends.map((_, index) => index).sort((a, b) => (ends[a] ?? 0) - (ends[b] ?? 0));
  for (const [place, index] of order.entries()) {
    const above = moved[order[place - 1] ?? -1] ?? Number.NEGATIVE_INFINITY;
    moved[index] = Math.max(moved[index] ?? 0, above + LABEL);
  }
  return moved;
}

function ticksAround(low: number, high: number): number[] {
  const all: number[] = [];
  // One power more on both sides, because a logarithm may be rounded up to the next.
  for (let power = Math.floor(Math.log10(low)) - 1; power <= Math.ceil(Math.log10(high)) + 1; power++)
    for (const digit of [1, 2, 5]) all.push(Number((digit * 10 ** power).toPrecision(1)));
  const first = all.findLastIndex((tick) => tick <= low);
  const last = all.findIndex((tick) => tick >= high && tick > (all[first] ?? 0));
  return all.slice(first, last + 1);
}

function label(tick: number): string {
  return tick.toLocaleString("en");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
