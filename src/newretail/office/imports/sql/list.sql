-- name: imports
SELECT id, file_name, staff_email, sent_at, published_at, state, rows_total, added, changed, unchanged, faults_total
FROM office_import
