SELECT {name}::text AS cell, t.* FROM {cell}.pay_call t
