// axe-core, in a frame or a page.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] };

/** Fails with what axe-core finds in `frame`. `rules` turns single ones off: what a whole page must have is not for a frame in it. */
export async function assertAccessible(frame, state, rules = { region: { enabled: false }, 'page-has-heading-one': { enabled: false } }) {
  // What fades in has another contrast until it is there.
  await frame.evaluate(() => Promise.all(document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime < Infinity).map(({ finished }) => finished.catch(() => {}))));
  // Evaluated as one expression, which the frame's policy does not concern.
  const found = await frame.evaluate(`${AXE};axe.run(document, ${JSON.stringify({ ...RULES, rules })})`);
  const said = found.violations.map((one) => `${one.id}: ${one.help}\n  ${one.nodes.map((node) => `${node.html}\n    ${node.failureSummary}`).join('\n  ')}`);
  assert.deepEqual(said, [], state);
  assert.ok(found.passes.length > 8, `${state}: axe-core looked at something`);
}
