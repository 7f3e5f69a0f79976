\set number random(1, 24)
SELECT p.id, p.sku, p.name, p.description, p.version, p.price_amount, p.price_currency, s.available
FROM yardstick.products AS p JOIN yardstick.stock_levels AS s ON s.product_id = p.id
WHERE p.id = md5((:number)::text)::uuid AND p.deleted_at IS NULL;
