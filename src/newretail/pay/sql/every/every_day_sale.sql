SELECT {name}::text AS cell, t.* FROM {cell}.pay_day_sale t
