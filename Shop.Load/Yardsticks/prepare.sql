DROP SCHEMA IF EXISTS yardstick CASCADE;
CREATE SCHEMA yardstick;
CREATE TABLE yardstick.products (LIKE orders.products INCLUDING ALL);
CREATE TABLE yardstick.stock_levels (LIKE orders.stock_levels INCLUDING ALL);
CREATE TABLE yardstick.stock_movements (LIKE orders.stock_movements INCLUDING ALL);
CREATE TABLE yardstick.orders (LIKE orders.orders INCLUDING ALL);
CREATE TABLE yardstick.outbox (LIKE orders.outbox INCLUDING ALL);
CREATE TABLE yardstick.idempotency (LIKE orders.idempotency INCLUDING ALL);
-- The ids are md5 of a number, so that a script finds them without a look-up.
INSERT INTO yardstick.products (id, sku, name, description, version, price_amount, price_currency)
SELECT md5(number::text)::uuid, 'Y-' || number, 'Lamp ' || number, 'Made for a measurement.', 1, 1000, 'EUR'
FROM generate_series(1, 24) AS number;
INSERT INTO yardstick.stock_levels (product_id, available, reserved)
SELECT md5(number::text)::uuid, 10000000, 0 FROM generate_series(1, 24) AS number;
ANALYZE;
