SELECT {name}::text AS cell, o.order_id, line.number AS line_number, o.lines[line.number][1] AS sku_id,
       o.lines[line.number][2] AS quantity, o.lines[line.number][3] AS unit_price_minor,
       coalesce(o.parts[line.number][1], 0) AS discount_minor, coalesce(o.parts[line.number][2], 0) AS tax_minor,
       coalesce(o.parts[line.number][3], 0) AS shipping_minor, coalesce(o.parts[line.number][4], 0) AS offer_id
FROM {cell}.trade_order o CROSS JOIN LATERAL generate_subscripts(o.lines, 1) AS line(number)
