\set number random(1, 24)
\set key random(1, 9000000000000000)
BEGIN;
SELECT fingerprint FROM yardstick.idempotency
WHERE user_id = '00000000-0000-0000-0000-000000000001' AND route = 'POST /api/orders' AND key = (:key)::text;
WITH wanted AS (
    SELECT product_id FROM yardstick.stock_levels WHERE product_id = md5((:number)::text)::uuid FOR NO KEY UPDATE
), taken AS (
    UPDATE yardstick.stock_levels AS level SET available = available - 1, reserved = reserved + 1
    FROM wanted WHERE level.product_id = wanted.product_id AND available >= 1 RETURNING level.product_id
), journal AS (
    INSERT INTO yardstick.stock_movements (product_id, order_id, kind, available, reserved, at)
    SELECT product_id, gen_random_uuid(), 'Reserved', -1, 1, clock_timestamp() FROM taken
)
SELECT p.id, p.sku, p.name, p.price_amount FROM taken JOIN yardstick.products AS p ON p.id = taken.product_id;
INSERT INTO yardstick.orders (id, customer_id, lines, ship_to, currency, shipping_amount, total_amount, payment_token,
    placed_at, status, payment, parcel, since, asked, deadline_at, version, history)
VALUES (gen_random_uuid(), '00000000-0000-0000-0000-000000000001',
    '[{"productId":"0195","sku":"Y-1","name":"Lamp","quantity":1,"price":{"amount":1000,"currency":"EUR"}}]',
    '{"name":"Ada Example","line1":"Invalidenstr. 1","city":"Berlin","postalCode":"10115","country":"DE"}',
    'EUR', 490, 1490, 'tok_visa', now(), 'Placed', 'Requested', 'None', now(), 0, now(), 1, '[]');
INSERT INTO yardstick.outbox (id, type, subject, content, at)
VALUES (gen_random_uuid(), 'shop.orders.payment-requested.v1', gen_random_uuid(), repeat('x', 500), now());
INSERT INTO yardstick.idempotency (key, user_id, route, fingerprint, status, location, body, at)
VALUES ((:key)::text, '00000000-0000-0000-0000-000000000001', 'POST /api/orders', decode(md5('x'), 'hex'), 201,
    '/api/orders/1', repeat('x', 500), now());
COMMIT;
