import assert from "node:assert/strict";
import { test } from "node:test";

import { decode } from "../../explorer/figures/player/message.js";
import { formatBriefly, formatNumber, makeScale, niceTicks, readOff, snap, ticksOf } from "../../explorer/figures/player/scale.js";
import { axis } from "./build.js";

const texts = (ticks) => ticks.map((tick) => tick.text);
const places = (ticks) => ticks.map((tick) => tick.at + 0); // no -0
const whole = (of, first = 0, last = 100) => makeScale(of, [of.start, of.end], first, last);

test("a scale carries the visible part of an axis onto pixels and back", () => {
  const scale = makeScale(axis(0, 10), [2, 4], 100, 300);
  assert.equal(scale.pixel(2), 100);
  assert.equal(scale.pixel(3.5), 250);
  assert.equal(scale.units(250), 3.5);
});

test("a reversed axis has its high end first", () => {
  const scale = makeScale(axis(0, 10, { reverse: true }), [2, 4], 100, 300);
  assert.equal(scale.pixel(4), 100);
  assert.equal(scale.units(300), 2);
});

test("a code lies where the value that it stands for lies", () => {
  for (const of of [axis(-3, 5), axis(-3, 5, { reverse: true }), axis(1e-4, 10, { log: true })]) {
    const scale = makeScale(of, [of.start + 0.5, of.end - 1], 40, 700);
    for (const code of [-32767, -20000, 0, 1, 16384]) {
      assert.ok(Math.abs(scale.codePixel(code) - scale.pixel(decode(code, of))) < 1e-9);
    }
  }
});

test("a log axis is linear in log10", () => {
  const scale = whole(axis(0.01, 100, { log: true }));
  assert.equal(scale.pixel(scale.axis.toUnits(1)), 50);
  assert.equal(scale.pixel(scale.axis.toUnits(10)), 75);
  assert.equal(scale.pixel(scale.axis.toUnits(0)), 0); // at or below low: on the floor
  assert.equal(scale.axis.fromUnits(scale.units(75)), 10);
});

test("ticks are multiples of 1, 2 or 5 times a power of ten", () => {
  assert.deepEqual(places(niceTicks(0, 10, 5)), [0, 2, 4, 6, 8, 10]);
  assert.deepEqual(texts(niceTicks(-0.5, 0.5, 4)), ["−0.5", "0.0", "0.5"]);
  assert.deepEqual(texts(niceTicks(0, 2000, 4)), ["0", "500", "1,000", "1,500", "2,000"]);
  assert.deepEqual(texts(niceTicks(1.02, 1.38, 4)), ["1.1", "1.2", "1.3"]);
  assert.ok(niceTicks(0.3, 1.1, 1).length >= 2); // one alone says little
});

test("ticks of a log axis are powers of ten, at even distances from the highest", () => {
  assert.deepEqual(texts(ticksOf(whole(axis(1e-5, 10, { log: true })), 3)), ["10¹", "10⁻²", "10⁻⁵"]);
  assert.deepEqual(places(ticksOf(whole(axis(1e-2, 1, { log: true })), 5)), [0, -1, -2]);
});

test("ticks within one decade of a log axis are numbers", () => {
  const ticks = ticksOf(whole(axis(2, 8, { log: true })), 3);
  assert.deepEqual(texts(ticks), ["2", "4", "6", "8"]);
  assert.ok(Math.abs(ticks[1].at - Math.log10(4)) < 1e-12);
});

test("an axis's own ticks give way where a zoom leaves one of them", () => {
  const own = axis(0, 10, { ticks: [0, 3, 10] });
  assert.deepEqual(places(ticksOf(whole(own), 5)), [0, 3, 10]);
  assert.deepEqual(places(ticksOf(makeScale(own, [0, 5], 0, 100), 5)), [0, 3]);
  assert.deepEqual(places(ticksOf(makeScale(own, [2, 4], 0, 100), 4)), [2, 2.5, 3, 3.5, 4]);
  assert.deepEqual(ticksOf(whole(axis(0, 10, { ticks: [] })), 5), []);
  const decades = axis(1, 100, { log: true, ticks: [1, 20, 100] });
  assert.deepEqual(texts(ticksOf(whole(decades), 5)), ["10⁰", "20", "10²"]);
});

test("names stand at whole numbers, and among many the two ends have theirs", () => {
  const few = axis(0, 4, { names: ["999", "600", "300", "100", "clean"] });
  assert.deepEqual(texts(ticksOf(whole(few), 3)), ["999", "300", "clean"]);
  const many = axis(0, 99, { names: Array.from({ length: 100 }, (_, i) => `t${99 - i}`) });
  assert.deepEqual(texts(ticksOf(whole(many), 4)), ["t99", "t66", "t33", "t0"]);
  assert.equal(snap(2.4, few), 2);
  assert.equal(snap(9, few), 4);
  assert.equal(snap(2.4, axis(0, 4)), 2.4);
  assert.equal(readOff(3.2, few), "100");
});

test("numbers have three significant digits, and powers of ten where zeros would run on", () => {
  const written = [[0, "0"], [0.52, "0.520"], [-0.52, "−0.520"], [12345, "12,300"], [9.999, "10.0"],
    [1e-7, "1.00 × 10⁻⁷"], [-2.5e9, "−2.50 × 10⁹"], [0.0001, "0.000100"]];
  for (const [value, text] of written) assert.equal(formatNumber(value), text);
  assert.equal(formatNumber(0.1234, 2), "0.12");
  for (const [value, text] of [[0.52, "0.52"], [3, "3"], [1e-7, "1 × 10⁻⁷"], [100, "100"]]) {
    assert.equal(formatBriefly(value), text);
  }
});

test("a value is marked where codes end and it may lie beyond", () => {
  const linear = axis(0, 10);
  assert.equal(readOff(5, linear), "5.00");
  assert.equal(readOff(15, linear), "≥ 15.0"); // codes cover one axis range around its middle
  assert.equal(readOff(-5, linear), "≤ −5.00");
  const log = axis(1e-6, 1, { log: true });
  assert.equal(readOff(-6, log), "≤ 1.00 × 10⁻⁶");
  assert.equal(readOff(-3, log), "0.00100");
});
