-- name: changes
-- The office's own trail and what was done in the tables of the admin, told as one. The letter keeps the keys apart.
SELECT 'o' || lpad(id::text, 18, '0') AS change_key, changed_at, staff_email, action, subject, subject_key, label,
    before::text AS before, after::text AS after, note
FROM office_change
UNION ALL
SELECT 'a' || lpad(log.id::text, 18, '0'), log.action_time, member.email,
    CASE log.action_flag WHEN 1 THEN 'add' WHEN 2 THEN 'change' ELSE 'remove' END, 'table',
    coalesce(log.object_id, ''), coalesce(kind.model || ': ', '') || log.object_repr, NULL, NULL, ''
FROM django_admin_log AS log
JOIN people_member AS member ON member.id = log.user_id
LEFT JOIN django_content_type AS kind ON kind.id = log.content_type_id
