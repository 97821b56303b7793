SELECT {name}::text AS cell, t.* FROM {cell}.pay_disagreement t
