-- What a provider and our books do not agree about and no event could mend: the finance desk's worklist.
CREATE TABLE {cell}.pay_disagreement (
    provider text NOT NULL,
    payment_id uuid NOT NULL,
    -- pay/providers/compare.Difference
    what smallint NOT NULL,
    provider_ref text NOT NULL,
    theirs_minor bigint NOT NULL,
    ours_minor bigint NOT NULL,
    currency text NOT NULL,
    found_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    -- Empty while they disagree.
    settled_at timestamptz,
    PRIMARY KEY (provider, payment_id, what)
);
CREATE INDEX pay_disagreement_open ON {cell}.pay_disagreement (found_at) WHERE settled_at IS NULL;
