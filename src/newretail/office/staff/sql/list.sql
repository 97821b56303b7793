-- name: staff
SELECT member.id, member.email, member.name, member.market_code, member.is_active, member.is_superuser, member.last_login,
    coalesce((SELECT string_agg(grp.name, ', ' ORDER BY grp.name) FROM people_member_groups AS mine
        JOIN auth_group AS grp ON grp.id = mine.group_id WHERE mine.member_id = member.id), '') AS roles
FROM people_member AS member WHERE member.is_staff AND member.tenant_id = 1
