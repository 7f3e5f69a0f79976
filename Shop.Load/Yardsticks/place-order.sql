\set number random(1, 24)
\set key random(1, 9000000000000000)
BEGIN;
SELECT pg_advisory_xact_lock(hashtextextended((:key)::text, 0)), clock_timestamp();
SELECT fingerprint FROM yardstick.idempotency
WHERE user_id = '00000000-0000-0000-0000-000000000001' AND route = 'POST /api/orders' AND key = (:key)::text;
SELECT p.id, p.sku, p.name, p.price_amount, p.price_currency, level.available, clock_timestamp()
FROM yardstick.products AS p JOIN yardstick.stock_levels AS level ON level.product_id = p.id
WHERE p.deleted_at IS NULL AND p.id = ANY (ARRAY[md5((:number)::text)::uuid]);
INSERT INTO yardstick.orders (id, customer_id, lines, ship_to, currency, shipping_amount, total_amount, payment_token,
    placed_at, status, payment, parcel, since, asked, deadline_at, version, history)
VALUES (gen_random_uuid(), '00000000-0000-0000-0000-000000000001',
    '[{"productId":"0195","sku":"Y-1","name":"Lamp","quantity":1,"price":{"amount":1000,"currency":"EUR"}}]',
    '{"name":"Ada Example","line1":"Invalidenstr. 1","city":"Berlin","postalCode":"10115","country":"DE"}',
    'EUR', 490, 1490, 'tok_visa', now(), 'Placed', 'Requested', 'None', now(), 0, now(), 1, '[]');
INSERT INTO yardstick.outbox (id, type, subject, content, at)
VALUES (gen_random_uuid(), 'shop.orders.order-placed.v1', gen_random_uuid(), repeat('x', 500), now());
INSERT INTO yardstick.outbox (id, type, subject, content, at)
VALUES (gen_random_uuid(), 'shop.orders.payment-requested.v1', gen_random_uuid(), repeat('x', 500), now());
INSERT INTO yardstick.stock_movements (product_id, order_id, kind, available, reserved, at)
VALUES (md5((:number)::text)::uuid, gen_random_uuid(), 'Reserved', -1, 1, now());
INSERT INTO yardstick.idempotency (key, user_id, route, fingerprint, status, location, body, at)
VALUES ((:key)::text, '00000000-0000-0000-0000-000000000001', 'POST /api/orders', decode(md5('x'), 'hex'), 201,
    '/api/orders/1', repeat('x', 500), now());
WITH held AS (
    SELECT level.product_id, change.available, change.reserved
    FROM unnest(ARRAY[md5((:number)::text)::uuid], ARRAY[-1], ARRAY[1]) AS change (product_id, available, reserved)
    JOIN yardstick.stock_levels AS level USING (product_id)
    ORDER BY level.product_id
    FOR NO KEY UPDATE OF level
)
UPDATE yardstick.stock_levels AS level
SET available = level.available + held.available, reserved = level.reserved + held.reserved
FROM held
WHERE level.product_id = held.product_id AND level.available + held.available >= 0;
COMMIT;
