-- name: members
SELECT id, email, name, market_code, language, is_guest, is_active, is_staff, joined_at, last_login
FROM people_member WHERE tenant_id = 1

-- name: search
-- A condition of the list above: a number, an e-mail address, or a part of a name.
listed.email = lower(%(words)s) OR listed.id = %(number)s OR strpos(lower(listed.name), lower(%(words)s)) > 0
