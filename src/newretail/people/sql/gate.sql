-- name: note
-- A window that is over begins anew.
INSERT INTO people_attempt AS tried (key, count, window_ends_at) VALUES (%s, 1, %s)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN tried.window_ends_at <= %s THEN 1 ELSE tried.count + 1 END,
    window_ends_at = CASE WHEN tried.window_ends_at <= %s THEN %s ELSE tried.window_ends_at END
