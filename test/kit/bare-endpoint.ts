// The least that an endpoint with a durable record can be, as a process of its own: Express and postgres.js, one row
// selected by key and one inserted per call. What the benches hold the product against.

import express from 'express';
import postgres from 'postgres';

const sql = postgres(process.env.DATABASE_URL ?? '', { onnotice: () => undefined });
await sql`create table if not exists bare_keys (key text primary key, value text not null)`;
await sql`create table if not exists bare_calls (
  id bigint generated always as identity primary key, key text not null, called_at timestamptz not null default now())`;

const app = express();
app.post('/fetch', async (request, response) => {
  const key = request.headers.authorization ?? '';
  const [row] = await sql<{ value: string }[]>`select value from bare_keys where key = ${key}`;
  await sql`insert into bare_calls (key) values (${key})`;
  response.json({ value: row?.value ?? null });
});
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  process.send?.({ url: `http://127.0.0.1:${port}`, dataDir: '' });
});
process.on('disconnect', () => process.exit());
