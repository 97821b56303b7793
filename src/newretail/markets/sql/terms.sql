-- name: markets
SELECT code, prices_include_tax, tax_basis_points, unpaid_minutes FROM markets_market

-- name: rates
-- By time. A rate begins with its day, in the market's own time zone.
SELECT rate.market_id, rate.tax_class,
    floor(extract(epoch FROM (rate.from_day::timestamp AT TIME ZONE market.time_zone)) * 1000)::bigint, rate.basis_points
FROM markets_taxrate AS rate JOIN markets_market AS market ON market.code = rate.market_id
ORDER BY rate.from_day, rate.id

-- name: tariffs
SELECT market_id, way, fee_minor, free_from_minor, is_taxed FROM markets_shippingtariff ORDER BY market_id, way
