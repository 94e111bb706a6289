-- -> isolation  the level of the transaction, as in "read committed"
SELECT current_setting('transaction_isolation') AS isolation
