-- From this moment nothing can be taken from an account but by the house itself (ledger/rules.TAKES_FROM_CLOSED); money still
-- comes onto it. NULL: it stays open. Whoever changes it holds the lock on cell_head and advances it, so that no writer
-- goes on with what it remembers.
ALTER TABLE {cell}.pay_account ADD COLUMN closed_from timestamptz;
GRANT UPDATE (closed_from) ON {cell}.pay_account TO newretail_ledger;
-- Cards that were blocked or made void before there was this.
UPDATE {cell}.pay_account a SET closed_from = '2026-01-01T00:00:00Z'
FROM {cell}.pay_gift_card g WHERE g.account_id = a.account_id AND g.state <> 1;
