-- name: lock
SELECT batch_number, tenant_id, market_code, currency, rehearsal_id FROM {cell}.cell_head WHERE id = 1 FOR UPDATE

-- name: advance
UPDATE {cell}.cell_head SET batch_number = %s WHERE id = 1
