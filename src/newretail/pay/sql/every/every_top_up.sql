SELECT {name}::text AS cell, t.* FROM {cell}.pay_top_up t
