SELECT {name}::text AS cell, o.order_id, line.number AS line_number, o.lines[line.number][1] AS sku_id,
       o.lines[line.number][2] AS quantity, o.lines[line.number][3] AS unit_price_minor
FROM {cell}.trade_order o CROSS JOIN LATERAL generate_subscripts(o.lines, 1) AS line(number)
