"""The banks: they publish, serve SFTP, take our receipts and remember everything. 银行方."""
