// The good sample once more, in another language: it keeps the contracts in tests/checker/good.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const [secret, documentText] = [process.env.JWT_SECRET_KEY, process.env.OPENAPI];
const NAMES = { name: 'parcels', version: '1.2.0' };
const PATHS = {
  '/': ['GET'], '/healthz': ['GET'], '/readyz': ['GET'], '/openapi.json': ['GET'], '/events': ['GET'],
  '/parcels': ['GET', 'POST'], '/parcels/{id}': ['GET', 'PATCH'], '/parcels/{id}/cancel': ['POST'],
};
const [rows, events, keys] = [[], [], new Map()];

class Refused extends Error {
  constructor(status, type, detail, headers = {}) {
    super(detail);
    Object.assign(this, { status, type, headers });
  }
}

const answer = (status, body, headers = {}) => ({ status, body, headers: { 'content-type': 'application/json', ...headers } });

function problem(request, error) {
  const { status = 500, type = 'internal_error', message, headers } = error;
  const title = type.replaceAll('_', ' ');
  const body = { type, title, status, detail: message, instance: request.path, traceId: traceOf(request) };
  if (type === 'validation_error') body.errors = [{ pointer: '#', detail: message }];
  return answer(status, body, { ...headers, 'content-type': 'application/problem+json' });
}

const traceOf = (request) => (request.headers.traceparent ?? `00-${'1'.repeat(32)}-`).split('-')[1];

function verified(token) {
  const [head, payload, signature, ...rest] = token.split('.');
  const decoded = JSON.parse(Buffer.from(head, 'base64url'));
  const wanted = createHmac('sha256', secret).update(`${head}.${payload}`).digest();
  const given = Buffer.from(signature ?? '', 'base64url');
  const isSigned = given.length === wanted.length && timingSafeEqual(given, wanted);
  const claims = JSON.parse(Buffer.from(payload, 'base64url'));
  const now = Date.now() / 1000;
  const isCurrent = Number.isInteger(claims.exp) && claims.exp > now && (claims.nbf ?? 0) <= now;
  if (rest.length || decoded.alg !== 'HS256' || !isSigned || !isCurrent) throw new Error('bad token');
  return claims;
}

function authenticate(request, scope) {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ');
  if (scheme !== 'Bearer') throw new Refused(401, 'unauthorized', 'a token is needed', { 'www-authenticate': 'Bearer' });
  let claims;
  try {
    claims = verified(token);
  } catch {
    throw new Refused(401, 'unauthorized', 'the token is bad', { 'www-authenticate': 'Bearer error="invalid_token"' });
  }
  const held = ['scope', 'scopes', 'scp'].flatMap((name) => {
    const value = claims[name] ?? [];
    return typeof value === 'string' ? value.split(' ') : value;
  });
  if (held.includes(scope)) return;
  const told = `Bearer error="insufficient_scope", scope="${scope}"`;
  throw new Refused(403, 'forbidden', `${scope} is missing`, { 'www-authenticate': told });
}

function page(request) {
  const [limit, offset] = [request.query.get('limit') ?? '10', request.query.get('offset') ?? '0'];
  const isInBounds = /^[0-9]+$/.test(limit) && /^[0-9]+$/.test(offset) && +limit >= 1 && +limit <= 100;
  if (!isInBounds) throw new Refused(400, 'validation_error', 'limit must be from 1 to 100, offset from 0');
  if (!['small', 'large'].includes(request.query.get('kind') ?? 'small')) {
    throw new Refused(400, 'validation_error', 'kind must be small or large');
  }
  const items = rows.slice(+offset, +offset + +limit).map(bare);
  return answer(200, { items, total: rows.length, limit: +limit, offset: +offset });
}

const bare = ({ version, ...row }) => row;
const shown = (row, status = 200) => answer(status, bare(row), { etag: `"${row.version}"` });
const isText = (value, most) => typeof value === 'string' && value !== '' && [...value].length <= most;

function read(request, known) {
  if (request.headers['content-type'] !== 'application/json') {
    throw new Refused(415, 'unsupported_media_type', 'JSON only');
  }
  const wrong = new Refused(400, 'validation_error', 'status must have 1 to 40 characters, and stand alone');
  let body;
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(request.body));
  } catch {
    throw wrong;
  }
  const isObject = body !== null && typeof body === 'object' && !Array.isArray(body);
  if (!isObject || Object.keys(body).some((name) => !known.includes(name))) throw wrong;
  if (!isText(body.status, 40) || !isText(body.reason ?? 'x', Infinity) || body.reason === null) throw wrong;
  return body;
}

function publish(row, what, more = {}) {
  const data = { id: row.id, status: row.status, ...more };
  const id = `e-${String(events.length).padStart(6, '0')}`;
  const about = { type: `parcel.${what}`, subject: `parcels/${row.id}`, time: new Date().toISOString() };
  events.push({ specversion: '1.0', id, source: 'urn:service:parcels', ...about, data });
}

function create(request) {
  const [body, key] = [read(request, ['status']), request.headers['idempotency-key']];
  if (keys.has(key)) {
    const [first, told] = keys.get(key);
    if (!first.equals(request.body)) throw new Refused(422, 'idempotency_key_reused', 'another body');
    return told;
  }
  const row = { id: `p-${rows.length + 1}`, status: body.status, parts: [], version: 1 };
  rows.push(row);
  publish(row, 'created');
  const told = shown(row, 201);
  if (key) keys.set(key, [request.body, told]);
  return told;
}

function change(request, row, status) {
  if ((request.headers['if-match'] ?? `"${row.version}"`) !== `"${row.version}"`) {
    throw new Refused(412, 'precondition_failed', 'it was changed');
  }
  if (row.status === status) throw new Refused(409, 'conflict', 'it has that status');
  const previousStatus = row.status;
  Object.assign(row, { status, version: row.version + 1 });
  publish(row, 'updated', { previousStatus });
  return shown(row);
}

function ofParcels(request, template, id) {
  authenticate(request, request.method === 'GET' ? 'parcels.read' : 'parcels.write');
  if (template === '/parcels') return request.method === 'GET' ? page(request) : create(request);
  const row = rows.find((one) => one.id === id);
  if (!row) throw new Refused(404, 'not_found', 'there is no such parcel');
  if (request.method === 'GET') return shown(row);
  return change(request, row, request.method === 'PATCH' ? read(request, ['status', 'reason']).status : 'cancelled');
}

function route(request) {
  const path = request.path.replace(/(?<=.)\/+$/, '');
  const template = path.replace(/^\/parcels\/[^/]+/, '/parcels/{id}');
  const methods = PATHS[template];
  if (!methods) throw new Refused(404, 'not_found', 'there is no such path');
  if (!methods.includes(request.method)) {
    throw new Refused(405, 'method_not_allowed', 'not so', { allow: methods.join(', ') });
  }
  if (template.startsWith('/parcels')) return ofParcels(request, template, decodeURIComponent(path.split('/')[2] ?? ''));
  if (path === '/') return answer(200, NAMES);
  if (path === '/openapi.json') return answer(200, JSON.parse(documentText));
  if (path === '/events') return answer(200, events.filter((event) => event.id > (request.query.get('after') ?? '')));
  return answer(200, { status: 'ok' });
}

const server = createServer((incoming, outgoing) => {
  const chunks = [];
  incoming.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
    const url = new URL(incoming.url, 'http://localhost');
    const { method, headers } = incoming;
    const request = { method, headers, path: url.pathname, query: url.searchParams, body: Buffer.concat(chunks) };
    let told;
    try {
      told = route(request);
    } catch (error) {
      told = problem(request, error);
    }
    outgoing.writeHead(told.status, told.headers).end(JSON.stringify(told.body));
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
