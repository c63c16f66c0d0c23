import assert from "node:assert/strict";
import fc from "fast-check";
import { logPlot } from "../../bench/plot.ts";

const AXES = { x: "services", y: "seconds" };
const point = fc.record({
  x: fc.integer({ min: 1, max: 100_000 }),
  y: fc.double({ min: 0.001, max: 100_000, noNaN: true }),
});

describe("a plot of a benchmark", () => {
  it("draws a power law as a straight line", () => {
    const points = [10, 100, 1_000].map((x) => ({ x, y: x / 4 }));
    const svg = logPlot("Time", AXES, [{ name: "fleet up", points }]);
    const [, path = ""] = /<path d="M([^"]+)" fill="none"/.exec(svg) ?? [];
    const places = path.split("L").map((place) => place.split(" ").map(Number));
    const [[ax = 0, ay = 0] = [], [bx = 0, by = 0] = [], [cx = 0, cy = 0] = []] = places;
    assert.ok(Math.abs((by - ay) / (bx - ax) - (cy - by) / (cx - bx)) < 0.01, path);
  });

  it("keeps every point within the picture", () => {
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 8 }), (points) => {
        const svg = logPlot("Time", AXES, [{ name: "one", points }]);
        for (const [, x, y] of svg.matchAll(/<circle cx="([^"]+)" cy="([^"]+)"/g)) {
          assert.ok(Number(x) >= 0 && Number(x) <= 720, `x ${x}`);
          assert.ok(Number(y) >= 0 && Number(y) <= 440, `y ${y}`);
        }
      }),
    );
  });

  it("keeps a point within the picture whose logarithm is rounded up", () => {
    const svg = logPlot("Time", AXES, [{ name: "one", points: [{ x: 1, y: 99_999.999_999_999_91 }] }]);
    const [, y] = /cy="([^"]+)"/.exec(svg) ?? [];
    assert.ok(Number(y) >= 40 && Number(y) <= 390, `y ${y}`);
  });

  it("shows names as text, whatever they contain", () => {
    const svg = logPlot("a < b", AXES, [{ name: '<script>"&', points: [{ x: 1, y: 1 }] }]);
    assert.match(svg, /&lt;script>&quot;&amp;/);
    assert.doesNotMatch(svg, /<script/);
  });

  it("keeps the names of lines apart that end in the same place", () => {
    const lines = ["one", "two", "three"].map((name) => ({ name, points: [{ x: 1, y: 1 }] }));
    const svg = logPlot("Time", AXES, lines);
    const places = [...svg.matchAll(/y="([^"]+)" fill="[^"]+">(?:one|two|three)</g)].map(([, y]) =>
      Number(y),
    );
    assert.deepEqual(
      places.map((y) => y - (places[0] ?? 0)),
      [0, 15, 30],
    );
  });

  it("refuses a point that has no logarithm", () => {
    assert.throws(() => logPlot("Time", AXES, [{ name: "one", points: [{ x: 1, y: 0 }] }]), /above zero/);
    assert.throws(() => logPlot("Time", AXES, []), /above zero/);
  });
});
