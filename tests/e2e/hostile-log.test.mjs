// A relay that drops, reorders, alters, re-threads or rewinds the log: the command line says so,
// names the first bad entry and believes nothing after it.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { openLab } from './lab.mjs';

let lab;

before(async () => {
  lab = await openLab();
  await lab.anteroom('demo', 'seed', '--count', '6', '--credential', lab.owner);
});
beforeEach(() => { lab.tamper = (answer) => answer; });
after(() => lab?.close());

/** Lets `change` alter each page of entries. */
function tamperEntries(change) {
  lab.tamper = (answer) => {
    if (answer.method !== 'GET' || !/\/entries(\?|$)/.test(answer.url) || answer.status !== 200) return answer;
    const page = JSON.parse(answer.body);
    change(page.entries, page);
    const headers = { ...answer.headers };
    delete headers['content-encoding'];
    return { ...answer, headers, body: Buffer.from(JSON.stringify(page)) };
  };
}

/** The coordinator's credential has seen nothing yet, or all of it: both must notice. */
async function assertReported(pattern) {
  for (const command of [['log', 'verify'], ['inbox', 'list']]) {
    await assert.rejects(
      lab.anteroom(...command, '--credential', lab.coordinator),
      (error) => error.exit !== 0 && pattern.test(error.stderr + error.stdout),
      `${command.join(' ')} must report ${pattern}`,
    );
  }
}

test('an honest log is intact', async () => {
  assert.match(await lab.anteroom('log', 'verify', '--credential', lab.owner), /intact/);
});

test('a dropped entry', async () => {
  tamperEntries((entries) => entries.splice(2, 1));
  await assertReported(/entry 3/);
});

test('reordered entries', async () => {
  tamperEntries((entries) => { [entries[1], entries[2]] = [entries[2], entries[1]]; });
  await assertReported(/entry 2/);
});

test('reordered entries, renumbered', async () => {
  tamperEntries((entries) => {
    [entries[1], entries[2]] = [entries[2], entries[1]];
    [entries[1].seq, entries[2].seq] = [2, 3];
  });
  await assertReported(/entry 2/);
});

test('an altered body', async () => {
  tamperEntries((entries) => {
    const { body } = entries[3];
    entries[3].body = body.slice(0, -30) + (body.at(-30) === 'A' ? 'B' : 'A') + body.slice(-29);
  });
  await assertReported(/entry 4/);
});

test('an entry moved to another thread', async () => {
  tamperEntries((entries) => { entries[4].thread = entries[0].thread; });
  await assertReported(/entry 5/);
});

test('a log that ends earlier than what was seen', async () => {
  await lab.anteroom('log', 'verify', '--credential', lab.coordinator);
  tamperEntries((entries, page) => {
    entries.length = 0;
    page.head = { seq: 0, hash: page.head.hash };
  });
  await assertReported(/rewound|rewritten/);
});
