-- name: rates
-- Every rate of every market, the market's own first: it is that of the general class before any other.
WITH rate AS (
    SELECT id, market_id AS market_code, tax_class, from_day, basis_points FROM markets_taxrate
    UNION ALL
    SELECT NULL, code, 'general', NULL, tax_basis_points FROM markets_market
), placed AS (
    SELECT rate.*, market.prices_include_tax,
        rate.from_day > (now() AT TIME ZONE market.time_zone)::date AS is_coming,
        lead(rate.from_day) OVER (PARTITION BY rate.market_code, rate.tax_class ORDER BY rate.from_day NULLS FIRST)
            <= (now() AT TIME ZONE market.time_zone)::date AS is_over
    FROM rate JOIN markets_market AS market ON market.code = rate.market_code
)
SELECT id, market_code, tax_class, from_day, basis_points, prices_include_tax,
    market_code || '/' || tax_class || '/' || coalesce(from_day::text, '') AS key,
    CASE WHEN is_coming THEN 'coming' WHEN is_over THEN 'over' ELSE 'running' END AS state
FROM placed
