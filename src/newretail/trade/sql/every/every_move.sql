SELECT {name}::text AS cell, m.* FROM {cell}.trade_move m
