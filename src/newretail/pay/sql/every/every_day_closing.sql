SELECT {name}::text AS cell, t.* FROM {cell}.pay_day_closing t
