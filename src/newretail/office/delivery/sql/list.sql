-- name: tariffs
-- Every way of getting goods in every market; one without a tariff costs nothing.
SELECT market.code || '/' || way.number AS key, market.code AS market_code, way.number AS way,
    coalesce(tariff.fee_minor, 0) AS fee_minor, tariff.free_from_minor, coalesce(tariff.is_taxed, false) AS is_taxed,
    market.currency_id AS currency
FROM markets_market AS market
CROSS JOIN (VALUES (0), (1)) AS way (number)
LEFT JOIN markets_shippingtariff AS tariff ON tariff.market_id = market.code AND tariff.way = way.number
