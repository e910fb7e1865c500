// A second real MLLP server for the desk's tests, of other authors than hl7apy's: npm's node-hl7-server, which reads each
// message by its own parser and writes the acknowledgement itself.
//
// usage: hl7.mjs RECORD MOOD
// RECORD: a file to which each message that is accepted is appended, as it was read, one JSON object a line.
// MOOD:   a file with one word: ok (AA), error (AE), reject (AR), hangs-up (accepts the message and closes the connection
//         before it answers), closed (nobody listens until the mood is another one; says so in the record).
// Prints its port.

import { appendFileSync, readFileSync } from 'node:fs';
import net from 'node:net';
import { Server } from 'node-hl7-server';

const [record, moodFile] = process.argv.slice(2);
const mood = () => readFileSync(moodFile, 'utf8').trim();
const say = (row) => appendFileSync(record, `${JSON.stringify(row)}\n`);
const CODES = { ok: 'AA', 'hangs-up': 'AA', error: 'AE', reject: 'AR' };

// The library wants to be told a port.
const port = await new Promise((chosen) => {
  const probe = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => chosen(port));
  });
});

function read(message) {
  const text = (path) => message.get(path).toString();
  const row = { kind: `${text('MSH.9.1')}^${text('MSH.9.2')}`, control: text('MSH.10'), version: text('MSH.12'), id: text('PID.3.1'), family: text('PID.5.1') };
  return row.kind.startsWith('SIU') ? { ...row, start: text('AIS.4'), status: text('SCH.25'), minutes: text('SCH.9') } : row;
}

const server = new Server({ bindAddress: '127.0.0.1' });
let sockets = [];
function listen() {
  const inbound = server.createInbound({ port }, async (request, response) => {
    const now = mood();
    const row = read(request.getMessage());
    if (CODES[now] === 'AA') say(row);
    if (now === 'hangs-up') return sockets.forEach((socket) => socket.destroy());
    await response.sendResponse(CODES[now]);
  });
  inbound.on('client.connect', (socket) => (sockets = [...sockets.filter(({ destroyed }) => !destroyed), socket]));
  inbound.on('data.error', (error) => say({ unreadable: String(error) }));
  return new Promise((ready) => inbound.on('listen', () => ready(inbound)));
}

let inbound = await listen();
console.log(port);
setInterval(async () => {
  const isClosed = mood() === 'closed';
  if (isClosed && inbound) {
    const ended = inbound;
    inbound = undefined;
    await ended.close();
    say({ closed: true });
  } else if (!isClosed && inbound === undefined) {
    inbound = null;
    inbound = await listen();
    say({ listens: true });
  }
}, 10);
