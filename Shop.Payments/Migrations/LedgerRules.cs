namespace Shop.Payments.Migrations;

/// <summary>What the model can't say: the ledger balances at every commit and is only ever appended to.</summary>
internal static class LedgerRules
{
    public const string Up =
        """
        CREATE FUNCTION payments.refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE booking uuid := CASE TG_TABLE_NAME WHEN 'ledger_entries' THEN to_jsonb(NEW) ->> 'transaction_id' ELSE to_jsonb(NEW) ->> 'id' END;
        BEGIN
            IF (SELECT count(*) < 2 FROM payments.ledger_entries WHERE transaction_id = booking)
                OR EXISTS (SELECT 1 FROM payments.ledger_entries WHERE transaction_id = booking GROUP BY currency HAVING sum(amount) <> 0)
            THEN
                RAISE EXCEPTION 'ledger transaction % does not balance', booking USING ERRCODE = 'check_violation';
            END IF;
            RETURN NULL;
        END $$;

        CREATE CONSTRAINT TRIGGER ledger_entries_balance AFTER INSERT ON payments.ledger_entries
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments.refuse_unbalanced();
        CREATE CONSTRAINT TRIGGER ledger_transactions_balance AFTER INSERT ON payments.ledger_transactions
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments.refuse_unbalanced();

        CREATE FUNCTION payments.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'the ledger is only appended to' USING ERRCODE = 'restrict_violation';
        END $$;

        CREATE TRIGGER ledger_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payments.ledger_entries
            FOR EACH STATEMENT EXECUTE FUNCTION payments.refuse_change();
        CREATE TRIGGER ledger_transactions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payments.ledger_transactions
            FOR EACH STATEMENT EXECUTE FUNCTION payments.refuse_change();
        """;

    public const string Down =
        """
        DROP TRIGGER ledger_transactions_append_only ON payments.ledger_transactions;
        DROP TRIGGER ledger_entries_append_only ON payments.ledger_entries;
        DROP TRIGGER ledger_transactions_balance ON payments.ledger_transactions;
        DROP TRIGGER ledger_entries_balance ON payments.ledger_entries;
        DROP FUNCTION payments.refuse_change();
        DROP FUNCTION payments.refuse_unbalanced();
        """;
}
