-- Why a provider declined a payment, in its own word (`insufficient_funds`); empty where nobody declined or said why.
ALTER TABLE {cell}.pay_payment ADD COLUMN declined_for text NOT NULL DEFAULT '';
