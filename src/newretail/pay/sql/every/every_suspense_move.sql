SELECT {name}::text AS cell, t.* FROM {cell}.pay_suspense_move t
