-- What came for sales in a batch, charged or held, by what it came from: "2010" and [payments, minor units], and so on. The key is
-- the debit account's place in the chart; of PROVIDER_CLEARING its owner too ("1100.3"). NULL: nobody counted yet.
-- So a screen that follows payments costs what their batches cost, however many payments there are.
ALTER TABLE {cell}.pay_batch ADD COLUMN taken jsonb;
