SELECT {name}::text AS cell, t.* FROM {cell}.pay_provider_payout t
