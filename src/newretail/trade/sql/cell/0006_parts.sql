-- How the goods get to the buyer (markets/terms/rules.Way), and what each line's price was made of.
ALTER TABLE {cell}.trade_order ADD COLUMN way smallint NOT NULL DEFAULT 0;
-- n x 4, one a line: discount_minor, tax_minor, shipping_minor, offer_id (0: none). NULL: there is nothing of the kind, or
-- the order is older than this column.
ALTER TABLE {cell}.trade_order ADD COLUMN parts int[];
