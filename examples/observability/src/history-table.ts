/**
 * For your migrations. The body of a delivery is kept once its signature is verified, with the header in which the Payments API signs: that
 * is what `koywe replay` sends again. Servers that start together wait for one another.
 */
export const historyTable = `select pg_advisory_xact_lock(hashtext('koywe_history'));
create table if not exists koywe_history (
  id bigint generated always as identity primary key,
  received_at timestamptz not null, event_name text, order_id text, delivery_id text,
  status int, duplicate boolean not null, code text, reason text, duration_ms real, body text, signature text);
create index if not exists koywe_history_received on koywe_history (received_at);
create index if not exists koywe_history_order on koywe_history (order_id);`

/** Takes the JSON of a delivery's context, the body and the header. */
export const insert = `insert into koywe_history
  (received_at, event_name, order_id, delivery_id, status, duplicate, code, reason, duration_ms, body, signature)
  select "receivedAt", "eventName", "orderId", "deliveryId", status, duplicate, code, reason, "durationMs", $2, $3
  from jsonb_to_record($1) as delivery ("receivedAt" timestamptz, "eventName" text, "orderId" text, "deliveryId" text,
    status int, duplicate boolean, code text, reason text, "durationMs" real)`
