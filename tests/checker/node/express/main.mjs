// What Express does by itself: text for errors, redirects for slashes, 403 without a token, lists in an envelope.
import { createServer } from 'node:http';

const parcels = new Map();

const json = (status, value) => [status, 'application/json; charset=utf-8', JSON.stringify(value)];
const text = (status, line) => [status, 'text/html; charset=utf-8', `<pre>${line}</pre>`];

function ofParcels(method, id, authorization, body) {
  if (!authorization) return json(403, { message: 'No token provided' });
  if (!id && method === 'GET') return json(200, { data: [...parcels.values()], meta: { total: parcels.size } });
  if (!id && method === 'POST') {
    const parcel = { ...JSON.parse(body), _id: String(parcels.size + 1) };
    parcels.set(parcel._id, parcel);
    return json(201, { data: parcel });
  }
  if (!parcels.has(id)) return json(404, { error: 'not found' });
  if (method === 'PATCH') Object.assign(parcels.get(id), JSON.parse(body));
  return json(200, { data: parcels.get(id) });
}

function route(method, path, headers, body) {
  const [, id] = /^\/api\/v1\/parcels(?:\/([^/]+))?$/.exec(path) ?? [];
  if (path === '/healthz' || path === '/readyz') return [200, 'text/plain', 'OK'];
  if (path.length > 1 && path.endsWith('/')) return [301, 'text/html', '', { location: path.slice(0, -1) }];
  const isParcels = id || path === '/api/v1/parcels';
  return isParcels ? ofParcels(method, id, headers.authorization, body) : text(404, `Cannot ${method} ${path}`);
}

const server = createServer((incoming, outgoing) => {
  let body = '';
  incoming.setEncoding('utf8').on('data', (chunk) => (body += chunk)).on('end', () => {
    const path = incoming.url.split('?')[0];
    let told;
    try {
      told = route(incoming.method, path, incoming.headers, body);
    } catch (error) {
      told = text(500, error.stack);
    }
    const [status, type, content, headers] = told;
    outgoing.writeHead(status, { 'content-type': type, 'x-powered-by': 'Express', ...headers }).end(content);
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
