-- name: steps_table
CREATE TABLE IF NOT EXISTS lab_demo_step (
    name text PRIMARY KEY,
    figures jsonb NOT NULL,
    done_at timestamptz NOT NULL
)

-- name: lock
-- Two loads at once: the second waits here and then finds everything done.
LOCK TABLE lab_demo_step IN SHARE ROW EXCLUSIVE MODE

-- name: done
SELECT name, figures FROM lab_demo_step

-- name: add_step
INSERT INTO lab_demo_step (name, figures, done_at) VALUES (%s, %s, %s)

-- name: tenant
INSERT INTO cloud_tenant (id, slug, name) VALUES (%s, 'demo', %s) ON CONFLICT (id) DO NOTHING

-- name: currency
INSERT INTO markets_currency (code, minor_digits, symbol, price_step_minor) VALUES (%s, %s, %s, %s)
ON CONFLICT (code) DO NOTHING

-- name: market
INSERT INTO markets_market (code, name, currency_id, languages, time_zone, tax_basis_points, prices_include_tax)
VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (code) DO NOTHING

-- name: rate
INSERT INTO markets_exchangerate (base_id, quote_id, on_date, rate, source) VALUES ('USD', %s, %s, %s, %s)
ON CONFLICT (base_id, quote_id, on_date) DO NOTHING

-- name: is_empty
SELECT NOT EXISTS (SELECT FROM catalog_product) AND NOT EXISTS (SELECT FROM catalog_category)

-- name: copy_categories
COPY catalog_category (id, tenant_id, parent_id, slug, name, source_name) FROM STDIN

-- name: copy_products
COPY catalog_product (id, tenant_id, name, brand, manufacturer_code, category_id, package_size, source_name, popularity,
    names)
FROM STDIN

-- name: nameless
SELECT (SELECT count(*) FROM catalog_product WHERE names = '{}' AND source_name <> ''),
    (SELECT count(*) FROM stock_node WHERE names = '{}' AND market_code IN ('KR', 'CN'))

-- name: names_table
CREATE TEMPORARY TABLE lab_demo_name (id int PRIMARY KEY, name text, size text, names jsonb) ON COMMIT DROP

-- name: copy_names
COPY lab_demo_name (id, name, size, names) FROM STDIN

-- name: name_products
-- The demo's own products whose English name nobody changed; ounces of drinks are fluid ounces since they have names.
UPDATE catalog_product AS product SET names = made.names, name = made.name, package_size = made.size
FROM lab_demo_name AS made
WHERE product.id = made.id AND product.names = '{}' AND product.name IN (made.name, replace(made.name, ' fl oz', ' oz'))

-- name: name_node
UPDATE stock_node SET names = %s, city_names = %s WHERE tenant_id = %s AND code = %s AND name = %s AND names = '{}'

-- name: copy_skus
COPY catalog_sku (id, tenant_id, code, product_id, is_sold) FROM STDIN

-- name: copy_prices
COPY catalog_price (tenant_id, market_code, sku_id, currency, amount_minor) FROM STDIN

-- name: copy_nodes
COPY stock_node (id, tenant_id, code, name, kind, cell_id, market_code, city, latitude, longitude, names, city_names)
FROM STDIN

-- name: copy_members
COPY people_member (id, tenant_id, email, name, password, market_code, language, home_node_id, is_guest, is_active,
    is_staff, is_superuser, joined_at) FROM STDIN

-- name: copy_households
COPY people_household (member_id, age, income, home_ownership, marital_status, size, composition, kids) FROM STDIN

-- name: next_category
SELECT setval(pg_get_serial_sequence('catalog_category', 'id'), max(id)) FROM catalog_category

-- name: next_tenant
SELECT setval(pg_get_serial_sequence('cloud_tenant', 'id'), max(id)) FROM cloud_tenant

-- name: copy_pools
COPY {cell}.stock_pool (node_id, sku_id, on_hand) FROM STDIN (FORMAT BINARY)

-- name: analyze_cell
ANALYZE {cell}.stock_pool, {cell}.trade_order, {cell}.trade_batch

-- name: analyze_home
ANALYZE catalog_category, catalog_product, catalog_sku, catalog_price, catalog_together, stock_node,
    people_member

-- name: cap_skus
UPDATE catalog_sku SET cap_per_buyer = %(cap)s WHERE tenant_id = %(tenant_id)s AND code = ANY (%(codes)s)
