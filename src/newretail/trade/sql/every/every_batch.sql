SELECT {name}::text AS cell, b.* FROM {cell}.trade_batch b
